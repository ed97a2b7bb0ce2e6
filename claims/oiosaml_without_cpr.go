package claims

import (
	"slices"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/private"
)

// WithoutCPR returns a copy, an *OIOSAML, that holds no CPR number in any attribute, for a
// login that did not ask for one. A text that may hold a number becomes empty. Of a list,
// such a text is left out. CPRUUID stays: it is a key of its own.
//
// A privilege group is left out as a whole if its scope, a constraint or a privilege may
// hold a number. Without its scope or a constraint it would grant more than it does.
func (o *OIOSAML) WithoutCPR() any {
	known := cprshape.Known{Numbers: []cpr.Number{o.CPR}, Born: []time.Time{o.BirthDate}}
	c := *o
	c.CPR = cpr.Number{}
	if known.In(private.Join(c.FirstName, c.LastName)) { // half in each
		c.FirstName, c.LastName = "", ""
	}
	s := &c.Signing
	clearTexts(known, &c.SpecVersion, &c.FullName, &c.FirstName, &c.LastName, &c.Alias, &c.OrgName, &c.UniqueAccountKey,
		&s.RequesterID, &s.ReferenceText, &s.SecurityCode, &s.CertificatePolicyQualifier, &s.CertificateSSNPersistenceLevel,
		&s.CertificateHolderIdentifier, &s.CertificateCommonName, &s.AnonymizedSigner)
	if known.Is(c.NemIDPID) {
		c.NemIDPID = ""
	}
	if known.Is(c.RID) {
		c.RID = ""
	}
	if known.Is(c.PNumber.String()) {
		c.PNumber = PNumber{}
	}
	c.Email = slices.DeleteFunc(slices.Clone(o.Email), known.In)
	c.PrivilegesSimple = slices.DeleteFunc(slices.Clone(o.PrivilegesSimple), known.In)
	c.Unknown = slices.DeleteFunc(slices.Clone(o.Unknown), known.In)
	c.AuthorizedToRepresent = slices.Clone(o.AuthorizedToRepresent)
	c.BootstrapToken = slices.Clone(o.BootstrapToken)
	if known.In(string(c.BootstrapToken)) {
		c.BootstrapToken = nil
	}
	c.Privileges = nil
	for _, g := range o.Privileges {
		if !g.mayHoldCPR(known) {
			c.Privileges = append(c.Privileges, g.clone())
		}
	}
	return &c
}

// mayHoldCPR reports whether any part of g may hold a CPR number.
func (g PrivilegeGroup) mayHoldCPR(known cprshape.Known) bool {
	return !g.Scope.CPR.IsZero() || known.Is(g.Scope.PNumber.String()) || known.In(g.Scope.Other) ||
		slices.ContainsFunc(g.Privileges, known.In) ||
		slices.ContainsFunc(g.Constraints, func(c PrivilegeConstraint) bool { return anyIn(known, c.Name, c.Value) })
}
