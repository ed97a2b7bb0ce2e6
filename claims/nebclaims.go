package claims

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// NEBClaims are the claims that the tokens of Nets eID Broker (Signaturgruppen)
// share, under the same names and each token with a choice of them: an ID token
// holds nothing about the person, a userinfo answer little about the login.
//
// The names are those of recorded traffic and of the vendor's pages
// (https://signaturgruppen-a-s.github.io/signaturgruppen-broker-documentation/).
// Numbers and truths are read from texts, as the broker writes nearly all of
// them, and from real ones.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type NEBClaims struct {
	IdP                string      // idp: "mitid", "mitid_erhverv"
	IdentityType       string      // identity_type: "private", "professional"
	AMR                []string    // amr: "code_app", "mitid:code_app"; a list or a single text
	ACR                string      // acr: the same as loa
	Levels             Levels      // loa, ial, aal: what was achieved; unknown words are LevelUnknown
	LoIP               string      // loip: "baseline", "extended" (MitID Erhverv)
	AuthTime           time.Time   // auth_time: a number in ID tokens, a text elsewhere
	TransactionID      string      // transaction_id: the broker's
	IdPTransactionID   string      // idp_transaction_id: MitID's
	SubjectType        string      // subject_type: "org_mapped", Subject is another in each organisation
	SessionExpiry      time.Time   // session_expiry: a text
	IdentityID         string      // idp_identity_id: equal to UUID in a private login
	ReferenceText      string      // mitid.reference_text, decoded
	PSD2               bool        // mitid.psd2
	GeoIPDistance      string      // mitid.geo_ip_distance_km: in kilometres
	CPRConsentHeader   string      // mitid.cpr_consent_header, decoded
	CPRConsentText     string      // mitid.cpr_consent_text, decoded
	MitIDTransactionID string      // mitid.transaction_id: equal to IdPTransactionID in a private login
	UUID               UUID        // mitid.uuid: MitID's key of the person
	Age                int         // mitid.age: in years; 0 if not given
	BirthDate          time.Time   // mitid.date_of_birth: midnight UTC
	HasCPR             *bool       // mitid.has_cpr: whether the person has a CPR number at all; nil if not told
	IdentityName       string      // mitid.identity_name: "NAVNE & ADRESSEBESKYTTET" stands for none
	CPR                cpr.Number  // dk.cpr
	NemIDPID           string      // nemid.pid
	NemIDPIDStatus     string      // nemid.pid_status: "success", "unable_to_lookup"
	Details            *NEBDetails // ssn.details.*; nil if there is none
	NemLogin           *NemLogin   // nemlogin.*; nil if there is none

	Unknown map[string]json.RawMessage // everything else; nil if there is nothing

	levelTold bool  // there is a claim loa, whatever it says
	invalid   error // the first claim about the person that cannot be used
}

// nebClaims is only read.
var nebClaims = claimTable[NEBClaims]{
	"idp":                      texts(func(c *NEBClaims) *string { return &c.IdP }),
	"identity_type":            texts(func(c *NEBClaims) *string { return &c.IdentityType }),
	"amr":                      words(func(c *NEBClaims) *[]string { return &c.AMR }),
	"acr":                      texts(func(c *NEBClaims) *string { return &c.ACR }),
	"loa":                      nsisLevel(func(c *NEBClaims) *Level { return &c.Levels.LoA }),
	"ial":                      nsisLevel(func(c *NEBClaims) *Level { return &c.Levels.IAL }),
	"aal":                      nsisLevel(func(c *NEBClaims) *Level { return &c.Levels.AAL }),
	"loip":                     texts(func(c *NEBClaims) *string { return &c.LoIP }),
	"auth_time":                parsed(numberForm, func(c *NEBClaims) *time.Time { return &c.AuthTime }, unixTime),
	"transaction_id":           texts(func(c *NEBClaims) *string { return &c.TransactionID }),
	"idp_transaction_id":       texts(func(c *NEBClaims) *string { return &c.IdPTransactionID }),
	"subject_type":             texts(func(c *NEBClaims) *string { return &c.SubjectType }),
	"session_expiry":           parsed(numberForm, func(c *NEBClaims) *time.Time { return &c.SessionExpiry }, unixTime),
	"idp_identity_id":          texts(func(c *NEBClaims) *string { return &c.IdentityID }),
	"mitid.reference_text":     parsed(textForm, func(c *NEBClaims) *string { return &c.ReferenceText }, unbase64),
	"mitid.psd2":               parsed(truthForm, func(c *NEBClaims) *bool { return &c.PSD2 }, truth),
	"mitid.geo_ip_distance_km": parsed(numberForm, func(c *NEBClaims) *string { return &c.GeoIPDistance }, asItIs),
	"mitid.cpr_consent_header": parsed(textForm, func(c *NEBClaims) *string { return &c.CPRConsentHeader }, unbase64),
	"mitid.cpr_consent_text":   parsed(textForm, func(c *NEBClaims) *string { return &c.CPRConsentText }, unbase64),
	"mitid.transaction_id":     texts(func(c *NEBClaims) *string { return &c.MitIDTransactionID }),
	"mitid.uuid":               parsed(textForm, func(c *NEBClaims) *UUID { return &c.UUID }, ParseUUID),
	"mitid.age":                parsed(numberForm, func(c *NEBClaims) *int { return &c.Age }, age),
	"mitid.date_of_birth":      parsed(textForm, func(c *NEBClaims) *time.Time { return &c.BirthDate }, day),
	"mitid.has_cpr":            parsed(truthForm, func(c *NEBClaims) **bool { return &c.HasCPR }, toldTruth),
	"mitid.identity_name":      texts(func(c *NEBClaims) *string { return &c.IdentityName }),
	"dk.cpr":                   parsed(textForm, func(c *NEBClaims) *cpr.Number { return &c.CPR }, tenDigits),
	"nemid.pid":                parsed(textForm, func(c *NEBClaims) *string { return &c.NemIDPID }, nemIDPID),
	"nemid.pid_status":         texts(func(c *NEBClaims) *string { return &c.NemIDPIDStatus }),
}

func asItIs(s string) (string, error) { return s, nil }

// nebFolded are all names that are known in every token; it is only read.
var nebFolded = fold(fold(fold(nil, nebClaims), nebDetailsClaims), nemLoginClaims)

// readNEB reads a token of type T, whose own claims are in own.
func readNEB[T any](payload []byte, registered *Registered, c *NEBClaims, t *T, own claimTable[T], folded map[string]bool) error {
	r := claimReader{registered: registered, unknown: &c.Unknown, levelTold: &c.levelTold, invalid: &c.invalid, folded: folded}
	r.known = func(name string, v *strictjson.Value) (bool, error) {
		switch {
		case strings.HasPrefix(name, "nemlogin."):
			if _, known := nemLoginClaims[name]; known && c.NemLogin == nil {
				c.NemLogin = new(NemLogin)
			}
			return take(&r, nemLoginClaims, c.NemLogin, name, v)
		case strings.HasPrefix(name, "ssn."):
			if _, known := nebDetailsClaims[name]; known && c.Details == nil {
				c.Details = new(NEBDetails)
			}
			return take(&r, nebDetailsClaims, c.Details, name, v)
		}
		if known, err := take(&r, nebClaims, c, name, v); known {
			return true, err
		}
		return take(&r, own, t, name, v)
	}
	if err := r.read(payload); err != nil {
		return err
	}
	if c.NemLogin != nil && *c.NemLogin == (NemLogin{}) {
		c.NemLogin = nil
	}
	if c.Details != nil && *c.Details == (NEBDetails{}) {
		c.Details = nil
	}
	return nil
}

// keep returns t, or remembers that it cannot be used.
func (c *NEBClaims) keep(t *TransactionText, unusable error) *TransactionText {
	if unusable != nil && c.invalid == nil {
		c.invalid = unusable
	}
	return t
}

// TellsLevel reports whether the broker said anything about the level of
// assurance, even if it is a word that nobody knows.
func (c *NEBClaims) TellsLevel() bool { return c.levelTold }

// parts names what is present, for the tokens that c is in.
func (c *NEBClaims) parts() string {
	return private.Join(
		c.Levels.LoA.String(),
		private.Part("uuid", !c.UUID.IsZero()),
		private.Part("cpr", !c.CPR.IsZero()),
		private.Part("name", c.IdentityName != ""),
		private.Part("date_of_birth", !c.BirthDate.IsZero()),
		private.Part("details", c.Details != nil),
		private.Part("nemlogin", c.NemLogin != nil),
		private.Part("transaction", c.TransactionID != ""),
		private.Part("others", len(c.Unknown) > 0),
		private.Part("invalid", c.invalid != nil),
	)
}

// String names the parts that are present.
func (c NEBClaims) String() string { return private.Outline("claims.NEBClaims", c.parts()) }

// Format writes String under every verb.
func (c NEBClaims) Format(f fmt.State, _ rune) { private.Format(f, c.String()) }

// LogValue returns String.
func (c NEBClaims) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON refuses; see [Plain], or keep the token.
func (c NEBClaims) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (c NEBClaims) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (c NEBClaims) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
