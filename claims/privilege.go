package claims

import (
	"slices"

	"github.com/dkeid/dkeid/cpr"
)

// PrivilegeGroup are privileges that a person has within one scope (OIO Basic Privilege
// Profile 1.2, intermediate model).
//
// Constraints narrow what the privileges grant. If you do not understand a constraint,
// treat the group as one that grants nothing.
type PrivilegeGroup struct {
	guarded

	Scope       PrivilegeScope
	Constraints []PrivilegeConstraint // in their order; a name may come again
	Privileges  []string              // URIs, such as "urn:dk:some_domain:myPrivilege1A", in their order
}

// PrivilegeScope says where privileges hold. Exactly one field is not zero.
type PrivilegeScope struct {
	guarded

	CVR      CVR        // an organisation, which need not be the person's own
	PNumber  PNumber    // a production unit
	SENumber SENumber   // an administrative unit at the tax agency
	CPR      cpr.Number // another person
	Other    string     // a scope of another kind, as it came
}

// PrivilegeConstraint narrows the privileges of a group. Value is free text, without the
// blanks at its ends: "25000", "25.*", "IT Afdelingen".
type PrivilegeConstraint struct {
	guarded

	Name  string // a URI
	Value string
}

// IsFor reports whether the group is for the organisation cvr: its scope is that CVR
// number. A scope that is the CVR number of another organisation is a delegation, such as
// that of a company to its accountant, and gives no right at the person's own. It is false
// for every other kind of scope, because a P-number does not say whose it is, and for the
// zero CVR.
func (g PrivilegeGroup) IsFor(cvr CVR) bool { return !cvr.IsZero() && g.Scope.CVR == cvr }

// PrivilegesFor returns the groups that are for the organisation cvr; see
// [PrivilegeGroup.IsFor]. For the person's own organisation, cvr is
// Identity.Organisation.CVR.
func (o *OIOSAML) PrivilegesFor(cvr CVR) []PrivilegeGroup {
	var groups []PrivilegeGroup
	for _, g := range o.Privileges {
		if g.IsFor(cvr) {
			groups = append(groups, g.clone())
		}
	}
	return groups
}

func (g PrivilegeGroup) clone() PrivilegeGroup {
	g.Constraints, g.Privileges = slices.Clone(g.Constraints), slices.Clone(g.Privileges)
	return g
}
