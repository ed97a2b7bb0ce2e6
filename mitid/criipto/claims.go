package criipto

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// Claims are the claims of Criipto Verify (Idura Verify) about a MitID login, in the
// broker's own terms. mitid.Login.Claims holds a *Claims. [Claims.Identity] returns the
// same in terms of ours. An application can be set to short claim names or to URIs.
// Both are read.
//
// The vendor documents the claims of a person
// (https://docs.idura.app/verify/e-ids/danish-mitid/) and of an organisation
// (https://docs.idura.app/verify/e-ids/danish-mitid-erhverv/), not the technical
// ones. Claims without a field are in Unknown.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does. To
// keep the claims as evidence, keep the token that was signed.
type Claims struct {
	claims.Registered

	IdentityScheme        string        // identityscheme: "dkmitid"
	AuthenticationType    string        // authenticationtype: the acr that was asked for, not what was achieved
	AuthenticationMethod  string        // authenticationmethod: authenticator, time, and four levels that are not the ones in Levels
	AuthenticationInstant time.Time     // authenticationinstant
	NameIdentifier        string        // nameidentifier: an older form of Subject
	UUID                  claims.UUID   // uuid: MitID's key of the person, or of the employment
	SessionIndex          string        // sessionindex: the broker's session
	Levels                claims.Levels // loA, ial, aal, fal: what was achieved; unknown words are LevelUnknown
	Country               string        // country: "DK"

	Name           string           // name
	BirthDate      time.Time        // birthdate, dateofbirth: midnight UTC
	Age            int              // age: in years, as the broker counts; 0 if not given
	CPR            cpr.Number       // cprNumberIdentifier
	CPRStatus      claims.CPRStatus // cprNumberStatus
	Address        *Address         // address
	AddressDetails *AddressDetails  // address_details

	Employee         bool            // employee
	CompanySignatory bool            // companySignatory
	CVR              claims.CVR      // cvrNumberIdentifier
	OrganisationName string          // 2.5.4.10
	ProductionUnit   claims.PNumber  // productionUnit
	SENumber         claims.SENumber // seNumber
	RID              string          // ridNumberIdentifier

	RefTextHeader string // refTextHeader: "Log on at Acme"
	RefTextBody   string // refTextBody: the text that was shown in the MitID app

	TransferSession string          // mitid:ct:sid: controlled transfer
	TransferExpires string          // mitid:ct:sid:exp: as it came; its form is not documented
	RiskData        json.RawMessage // mitid_risk_data: as it came; holds IP addresses and device ids

	Unknown map[string]json.RawMessage // everything else; nil if there is nothing

	state claimset.State
}

// TellsLevel reports whether the token has a level of assurance, even if it is an
// unknown word. If it has, no other level may be assumed.
func (c *Claims) TellsLevel() bool { return c.state.LevelTold }

// WithoutCPR returns a copy that holds no CPR number in any claim, for a login that
// did not ask for one. A text that may hold one becomes empty. A member of Unknown that
// may hold one is left out.
func (c *Claims) WithoutCPR() any { return claimset.WithoutCPR(c) }

// namesPerson reports whether the token says who the person is: by a key, a number, a
// name, a birth date, an age, an address, an organisation, or a claim about one of
// these that cannot be read. The token of a proof of age must not.
func (c *Claims) namesPerson() bool {
	person := !c.UUID.IsZero() || !c.CPR.IsZero() || c.CPRStatus != 0 || c.Name != "" || !c.BirthDate.IsZero() || c.Age != 0 ||
		c.Address != nil || c.AddressDetails != nil || len(c.RiskData) > 0
	organisation := c.Employee || c.CompanySignatory || !c.CVR.IsZero() || c.OrganisationName != "" || !c.ProductionUnit.IsZero() ||
		!c.SENumber.IsZero() || c.RID != ""
	return person || organisation || c.state.Invalid != nil || claimset.NamesPerson(c.Unknown)
}

// Clone returns a deep copy, a *Claims.
func (c *Claims) Clone() any {
	d := *c
	d.Audience = slices.Clone(c.Audience)
	d.Address = claimset.ClonePointer(c.Address)
	d.AddressDetails = claimset.ClonePointer(c.AddressDetails)
	d.RiskData = bytes.Clone(c.RiskData)
	d.Unknown = claimset.CloneUnknown(c.Unknown)
	return &d
}

// String names the parts that are present.
func (c Claims) String() string {
	return private.Outline("criipto.Claims",
		c.Levels.LoA.String(),
		private.Part("uuid", !c.UUID.IsZero()),
		private.Part("cpr", !c.CPR.IsZero()),
		private.Part("name", c.Name != ""),
		private.Part("birthdate", !c.BirthDate.IsZero()),
		private.Part("address", c.Address != nil || c.AddressDetails != nil),
		private.Part("employee", c.Employee),
		private.Part("companySignatory", c.CompanySignatory),
		private.Part("cvr", !c.CVR.IsZero()),
		private.Part("others", len(c.Unknown) > 0),
		private.Part("invalid", c.state.Invalid != nil),
	)
}

// Format writes String under every verb.
func (c Claims) Format(f fmt.State, _ rune) { private.Format(f, c.String()) }

// LogValue returns String.
func (c Claims) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the token.
func (c Claims) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (c Claims) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (c Claims) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
