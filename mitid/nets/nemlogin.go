package nets

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
)

// NemLogin are the claims nemlogin.* about a login for an organisation (MitID
// Erhverv). Both Nets brokers pass them on, except for empty ones.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does.
type NemLogin struct {
	Name           string          // nemlogin.name
	GivenName      string          // nemlogin.given_name
	FamilyName     string          // nemlogin.family_name
	Alias          string          // nemlogin.alias: "Pseudonym" for an employee whose name is kept back
	BirthDate      time.Time       // nemlogin.date_of_birth: midnight UTC
	Age            int             // nemlogin.age: in years; 0 if not given
	Email          string          // nemlogin.email
	CPR            cpr.Number      // nemlogin.cpr: to public service providers alone
	CPRUUID        string          // nemlogin.cpr_uuid: to private ones, stands for the CPR number
	IAL            claims.Level    // nemlogin.ial
	CVR            claims.CVR      // nemlogin.cvr: the employer
	OrgName        string          // nemlogin.org_name
	PNumber        claims.PNumber  // nemlogin.p_number
	SENumber       claims.SENumber // nemlogin.se_number
	RID            string          // nemlogin.nemid.rid: digits with their leading zeros
	ProfessionalID claims.UUID     // nemlogin.persistent_professional_id: MitID Erhverv's key of the employment
	AuthToRepr     claims.CVR      // nemlogin.auth_to_repr: the company for which a person acts with their own MitID
}

// String names the parts that are present.
func (n NemLogin) String() string {
	return private.Outline("nets.NemLogin",
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

// MarshalJSON refuses; see [claims.Plain].
func (n NemLogin) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [claims.Plain].
func (n NemLogin) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (n NemLogin) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
