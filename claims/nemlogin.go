package claims

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
)

// NemLogin are the claims nemlogin.* about a login for an organisation (MitID
// Erhverv), which both Nets brokers pass on. Claims that are empty at the source
// do not come.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type NemLogin struct {
	Name           string     // nemlogin.name
	GivenName      string     // nemlogin.given_name
	FamilyName     string     // nemlogin.family_name
	Alias          string     // nemlogin.alias: "Pseudonym" for an employee whose name is kept back
	BirthDate      time.Time  // nemlogin.date_of_birth: midnight UTC
	Age            int        // nemlogin.age: in years; 0 if not given
	Email          string     // nemlogin.email
	CPR            cpr.Number // nemlogin.cpr: to public service providers alone
	CPRUUID        string     // nemlogin.cpr_uuid: to private ones, stands for the CPR number
	IAL            Level      // nemlogin.ial
	CVR            CVR        // nemlogin.cvr: the employer
	OrgName        string     // nemlogin.org_name
	PNumber        PNumber    // nemlogin.p_number
	SENumber       SENumber   // nemlogin.se_number
	RID            string     // nemlogin.nemid.rid: digits with their leading zeros
	ProfessionalID UUID       // nemlogin.persistent_professional_id: MitID Erhverv's key of the employment
	AuthToRepr     CVR        // nemlogin.auth_to_repr: the company for which a person acts with their own MitID
}

// pseudonym is the alias of employees whose name their employer keeps back.
const pseudonym = "Pseudonym"

// nemLoginClaims is only read.
var nemLoginClaims = claimTable[NemLogin]{
	"nemlogin.name":                       texts(func(n *NemLogin) *string { return &n.Name }),
	"nemlogin.given_name":                 texts(func(n *NemLogin) *string { return &n.GivenName }),
	"nemlogin.family_name":                texts(func(n *NemLogin) *string { return &n.FamilyName }),
	"nemlogin.alias":                      texts(func(n *NemLogin) *string { return &n.Alias }),
	"nemlogin.date_of_birth":              parsed(textForm, func(n *NemLogin) *time.Time { return &n.BirthDate }, someDay),
	"nemlogin.age":                        parsed(numberForm, func(n *NemLogin) *int { return &n.Age }, age),
	"nemlogin.email":                      texts(func(n *NemLogin) *string { return &n.Email }),
	"nemlogin.cpr":                        parsed(textForm, func(n *NemLogin) *cpr.Number { return &n.CPR }, tenDigits),
	"nemlogin.cpr_uuid":                   texts(func(n *NemLogin) *string { return &n.CPRUUID }),
	"nemlogin.ial":                        nsisLevel(func(n *NemLogin) *Level { return &n.IAL }),
	"nemlogin.cvr":                        parsed(numberForm, func(n *NemLogin) *CVR { return &n.CVR }, ParseCVR),
	"nemlogin.org_name":                   texts(func(n *NemLogin) *string { return &n.OrgName }),
	"nemlogin.p_number":                   parsed(numberForm, func(n *NemLogin) *PNumber { return &n.PNumber }, ParsePNumber),
	"nemlogin.se_number":                  parsed(numberForm, func(n *NemLogin) *SENumber { return &n.SENumber }, ParseSENumber),
	"nemlogin.nemid.rid":                  parsed(textForm, func(n *NemLogin) *string { return &n.RID }, employeeID),
	"nemlogin.persistent_professional_id": parsed(textForm, func(n *NemLogin) *UUID { return &n.ProfessionalID }, ParseUUID),
	"nemlogin.auth_to_repr":               parsed(numberForm, func(n *NemLogin) *CVR { return &n.AuthToRepr }, ParseCVR),
}

// organisation reports whether n says anything about an organisation.
func (n *NemLogin) organisation() bool {
	return n != nil && (!n.CVR.IsZero() || !n.AuthToRepr.IsZero() || n.OrgName != "" || !n.PNumber.IsZero() ||
		!n.SENumber.IsZero() || n.RID != "" || !n.ProfessionalID.IsZero())
}

// person returns the name as the employer gives it; nil where the name is kept
// back or not told.
func (n *NemLogin) person() *Name {
	if n == nil || n.Alias == pseudonym || n.Name == "" && n.GivenName == "" && n.FamilyName == "" {
		return nil
	}
	return &Name{Full: joinedUnless(n.Name, n.GivenName, n.FamilyName), Given: n.GivenName, Family: n.FamilyName}
}

// joinedUnless returns full, or the parts in one when it is empty.
func joinedUnless(full string, parts ...string) string {
	if full != "" {
		return full
	}
	return private.Join(parts...)
}

// netsCapacity tells in whose name a person acts, and for which organisation.
// identity_type decides; what is said of an organisation must fit it.
func netsCapacity(identityType string, n *NemLogin) (Capacity, *Organisation, error) {
	switch identityType {
	case "private":
		if n.organisation() {
			return 0, nil, fault.New(fault.ClaimInvalid, "an organisation in a private login")
		}
		return CapacityPrivate, nil, nil
	case "professional":
	default:
		return 0, nil, fault.New(fault.ClaimInvalid, "identity_type tells neither private nor professional")
	}
	if n == nil {
		n = &NemLogin{}
	}
	o := &Organisation{Name: n.OrgName, CVR: n.CVR, PNumber: n.PNumber, SENumber: n.SENumber, RID: n.RID}
	switch {
	case n.AuthToRepr.IsZero() && n.CVR.IsZero():
		return 0, nil, fault.New(fault.ClaimMissing, "a login for an organisation without its CVR number")
	case n.AuthToRepr.IsZero():
		return CapacityProfessional, o, nil
	case !n.CVR.IsZero() && n.CVR != n.AuthToRepr:
		return 0, nil, fault.New(fault.ClaimInvalid, "the person works for one organisation and acts for another")
	}
	o.CVR = n.AuthToRepr
	return CapacitySignatory, o, nil
}

// String names the parts that are present.
func (n NemLogin) String() string {
	return private.Outline("claims.NemLogin",
		private.Part("name", n.Name != "" || n.GivenName != "" || n.FamilyName != ""),
		private.Part("alias", n.Alias != ""),
		private.Part("date_of_birth", !n.BirthDate.IsZero()),
		private.Part("email", n.Email != ""),
		private.Part("cpr", !n.CPR.IsZero()),
		private.Part("cpr_uuid", n.CPRUUID != ""),
		private.Part("cvr", !n.CVR.IsZero()),
		private.Part("org_name", n.OrgName != ""),
		private.Part("p_number", !n.PNumber.IsZero()),
		private.Part("se_number", !n.SENumber.IsZero()),
		private.Part("rid", n.RID != ""),
		private.Part("persistent_professional_id", !n.ProfessionalID.IsZero()),
		private.Part("auth_to_repr", !n.AuthToRepr.IsZero()),
	)
}

// Format writes String under every verb.
func (n NemLogin) Format(f fmt.State, _ rune) { private.Format(f, n.String()) }

// LogValue returns String.
func (n NemLogin) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalJSON refuses; see [Plain].
func (n NemLogin) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (n NemLogin) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (n NemLogin) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
