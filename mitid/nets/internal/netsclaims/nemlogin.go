package netsclaims

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
)

// Pseudonym is the alias of employees whose name their employer does not pass on.
const Pseudonym = "Pseudonym"

// nemLoginClaims never changes.
var nemLoginClaims = claimset.Table[nets.NemLogin]{
	"nemlogin.name":                       claimset.String(func(n *nets.NemLogin) *string { return &n.Name }),
	"nemlogin.given_name":                 claimset.String(func(n *nets.NemLogin) *string { return &n.GivenName }),
	"nemlogin.family_name":                claimset.String(func(n *nets.NemLogin) *string { return &n.FamilyName }),
	"nemlogin.alias":                      claimset.String(func(n *nets.NemLogin) *string { return &n.Alias }),
	"nemlogin.date_of_birth":              claimset.Parsed(claimset.Text, func(n *nets.NemLogin) *time.Time { return &n.BirthDate }, Day),
	"nemlogin.age":                        claimset.Parsed(claimset.Number, func(n *nets.NemLogin) *int { return &n.Age }, claimset.Age),
	"nemlogin.email":                      claimset.String(func(n *nets.NemLogin) *string { return &n.Email }),
	"nemlogin.cpr":                        claimset.Parsed(claimset.Text, func(n *nets.NemLogin) *cpr.Number { return &n.CPR }, claimset.CPR),
	"nemlogin.cpr_uuid":                   claimset.String(func(n *nets.NemLogin) *string { return &n.CPRUUID }),
	"nemlogin.ial":                        claimset.Level(func(n *nets.NemLogin) *claims.Level { return &n.IAL }, Level),
	"nemlogin.cvr":                        claimset.Parsed(claimset.Number, func(n *nets.NemLogin) *claims.CVR { return &n.CVR }, claims.ParseCVR),
	"nemlogin.org_name":                   claimset.String(func(n *nets.NemLogin) *string { return &n.OrgName }),
	"nemlogin.p_number":                   claimset.Parsed(claimset.Number, func(n *nets.NemLogin) *claims.PNumber { return &n.PNumber }, claims.ParsePNumber),
	"nemlogin.se_number":                  claimset.Parsed(claimset.Number, func(n *nets.NemLogin) *claims.SENumber { return &n.SENumber }, claims.ParseSENumber),
	"nemlogin.nemid.rid":                  claimset.Parsed(claimset.Text, func(n *nets.NemLogin) *string { return &n.RID }, employeeID),
	"nemlogin.persistent_professional_id": claimset.Parsed(claimset.Text, func(n *nets.NemLogin) *claims.UUID { return &n.ProfessionalID }, claims.ParseUUID),
	"nemlogin.auth_to_repr":               claimset.Parsed(claimset.Number, func(n *nets.NemLogin) *claims.CVR { return &n.AuthToRepr }, claims.ParseCVR),
}

// WithinNemLogin returns the table of the claims nemlogin.*, which at has a place for.
func WithinNemLogin[D any](at func(*D) *nets.NemLogin) claimset.Table[D] {
	return claimset.Within(at, nemLoginClaims)
}

// organisation reports whether n has a claim about an organisation.
func organisation(n *nets.NemLogin) bool {
	return n != nil && (!n.CVR.IsZero() || !n.AuthToRepr.IsZero() || n.OrgName != "" || !n.PNumber.IsZero() ||
		!n.SENumber.IsZero() || n.RID != "" || !n.ProfessionalID.IsZero())
}

// EmployeeName returns the name that the employer gives, or nil if there is none or only
// a pseudonym.
func EmployeeName(n *nets.NemLogin) *claims.Name {
	if n == nil || n.Alias == Pseudonym || n.Name == "" && n.GivenName == "" && n.FamilyName == "" {
		return nil
	}
	return &claims.Name{Full: FullName(n.Name, n.GivenName, n.FamilyName), Given: n.GivenName, Family: n.FamilyName}
}

// FullName returns full, or the joined parts if full is empty.
func FullName(full string, parts ...string) string {
	if full != "" {
		return full
	}
	return private.Join(parts...)
}

// Capacity returns the capacity of a person and the organisation they act for.
// identity_type decides. The claims about an organisation must agree with it.
func Capacity(identityType string, n *nets.NemLogin) (claims.Capacity, *claims.Organisation, error) {
	switch identityType {
	case "private":
		if organisation(n) {
			return 0, nil, fault.New(fault.ClaimInvalid, "an organisation in a private login")
		}
		return claims.CapacityPrivate, nil, nil
	case "professional":
	default:
		return 0, nil, fault.New(fault.ClaimInvalid, "identity_type tells neither private nor professional")
	}
	if n == nil {
		n = &nets.NemLogin{}
	}
	o := &claims.Organisation{Name: n.OrgName, CVR: n.CVR, PNumber: n.PNumber, SENumber: n.SENumber, RID: n.RID}
	switch {
	case n.AuthToRepr.IsZero() && n.CVR.IsZero():
		return 0, nil, fault.New(fault.ClaimMissing, "a login for an organisation without its CVR number")
	case n.AuthToRepr.IsZero():
		return claims.CapacityProfessional, o, nil
	case !n.CVR.IsZero() && n.CVR != n.AuthToRepr:
		return 0, nil, fault.New(fault.ClaimInvalid, "the person works for one organisation and acts for another")
	}
	o.CVR = n.AuthToRepr
	return claims.CapacitySignatory, o, nil
}
