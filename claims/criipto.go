package claims

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
)

// Criipto are the claims of Criipto Verify (Idura Verify) about a MitID login,
// in the broker's own terms. [Criipto.Identity] gives the same in ours. Both
// styles of claim names that an application can be set to, short ones and URIs,
// end here.
//
// The vendor documents the claims of a person
// (https://docs.idura.app/verify/e-ids/danish-mitid/) and of an organisation
// (https://docs.idura.app/verify/e-ids/danish-mitid-erhverv/), not the technical
// ones. Claims without a field are in Unknown.
//
// It prints which parts it has and refuses to marshal, as [Identity] does. To
// keep the claims as evidence, keep the token that was signed.
type Criipto struct {
	Registered

	IdentityScheme        string    // identityscheme: "dkmitid"
	AuthenticationType    string    // authenticationtype: the acr that was asked for, not what was achieved
	AuthenticationMethod  string    // authenticationmethod: authenticator, time, and four levels that are not those of Levels
	AuthenticationInstant time.Time // authenticationinstant
	NameIdentifier        string    // nameidentifier: an older form of Subject
	UUID                  UUID      // uuid: MitID's key of the person, or of the employment
	SessionIndex          string    // sessionindex: the broker's session
	Levels                Levels    // loA, ial, aal, fal: what was achieved; unknown words are LevelUnknown
	Country               string    // country: "DK"

	Name           string                 // name
	BirthDate      time.Time              // birthdate, dateofbirth: midnight UTC
	Age            int                    // age: in years, as the broker counts; 0 if not given
	CPR            cpr.Number             // cprNumberIdentifier
	CPRStatus      CPRStatus              // cprNumberStatus
	Address        *CriiptoAddress        // address
	AddressDetails *CriiptoAddressDetails // address_details

	Employee         bool     // employee
	CompanySignatory bool     // companySignatory
	CVR              CVR      // cvrNumberIdentifier
	OrganisationName string   // 2.5.4.10
	ProductionUnit   PNumber  // productionUnit
	SENumber         SENumber // seNumber
	RID              string   // ridNumberIdentifier

	RefTextHeader string // refTextHeader: "Log on at Acme"
	RefTextBody   string // refTextBody: the text that was shown in the MitID app

	TransferSession string          // mitid:ct:sid: controlled transfer
	TransferExpires string          // mitid:ct:sid:exp: as it came, its form is not documented
	RiskData        json.RawMessage // mitid_risk_data: as it came; holds IP addresses and device ids

	Unknown map[string]json.RawMessage // everything else; nil if there is nothing

	levelTold bool  // there is a claim loA, whatever it says
	invalid   error // the first claim about the person that cannot be used
}

// TellsLevel reports whether the broker said anything about the level of
// assurance, even if it is a word that nobody knows: then nothing may be assumed
// in its place.
func (c *Criipto) TellsLevel() bool { return c.levelTold }

// WithoutCPR returns a copy that holds no CPR number in whatever claim, for a login
// that did not ask for one. A text that may hold one becomes empty, a member of
// Unknown with one goes.
func (c *Criipto) WithoutCPR() any { return withoutCPR(c) }

// CriiptoAddress is the claim address, part by part as it came.
type CriiptoAddress struct {
	Formatted     string // begins with the person's name
	CommonName    string // the person's name in CPR; may differ from the claim name
	StreetAddress string
	PostalCode    string
	City          string
	Locality      string // "(Lokalitet ukendt)" stands for none
	Region        string
	Country       string // in words: "Danmark"
}

// CriiptoAddressDetails is the claim address_details, part by part as it came,
// with the padding of CPR.
type CriiptoAddressDetails struct {
	Road             string
	RoadCode         string
	Municipality     string
	MunicipalityCode string
	HouseNumber      string // "001"
	Floor            string // "03"
	ApartmentCode    string // "  tv"
}

// String names the parts that are present.
func (c Criipto) String() string {
	return private.Outline("claims.Criipto",
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
		private.Part("invalid", c.invalid != nil),
	)
}

// Format writes String under every verb.
func (c Criipto) Format(f fmt.State, _ rune) { private.Format(f, c.String()) }

// LogValue returns String.
func (c Criipto) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON refuses; see [Plain], or keep the token.
func (c Criipto) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (c Criipto) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (c Criipto) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// String names the type alone.
func (a CriiptoAddress) String() string { return private.Outline("claims.CriiptoAddress") }

// Format writes String under every verb.
func (a CriiptoAddress) Format(f fmt.State, _ rune) { private.Format(f, a.String()) }

// LogValue returns String.
func (a CriiptoAddress) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON refuses; see [Plain].
func (a CriiptoAddress) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (a CriiptoAddress) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (a CriiptoAddress) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// String names the type alone.
func (d CriiptoAddressDetails) String() string {
	return private.Outline("claims.CriiptoAddressDetails")
}

// Format writes String under every verb.
func (d CriiptoAddressDetails) Format(f fmt.State, _ rune) { private.Format(f, d.String()) }

// LogValue returns String.
func (d CriiptoAddressDetails) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON refuses; see [Plain].
func (d CriiptoAddressDetails) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (d CriiptoAddressDetails) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (d CriiptoAddressDetails) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
