package neb

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
)

// TokenClaims are the claims that the tokens of Nets eID Broker (Signaturgruppen)
// share. Each token has some of them: an ID token has none about the person, and a
// userinfo answer few about the login.
//
// The names are those of recorded traffic and of the vendor's pages
// (https://signaturgruppen-a-s.github.io/signaturgruppen-broker-documentation/). The
// broker writes nearly all numbers and booleans as texts. JSON numbers and booleans are
// read too.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does.
type TokenClaims struct {
	IdP                string         // idp: "mitid", "mitid_erhverv"
	IdentityType       string         // identity_type: "private", "professional"
	AMR                []string       // amr: "code_app", "mitid:code_app"; a list or a single text
	ACR                string         // acr: the same as loa
	Levels             claims.Levels  // loa, ial, aal: what was achieved; unknown words are LevelUnknown
	LoIP               string         // loip: "baseline", "extended" (MitID Erhverv)
	AuthTime           time.Time      // auth_time: a number in ID tokens, a text elsewhere
	TransactionID      string         // transaction_id: the broker's
	IdPTransactionID   string         // idp_transaction_id: MitID's
	SubjectType        string         // subject_type: "org_mapped", Subject is another in each organisation
	SessionExpiry      time.Time      // session_expiry: a text
	IdentityID         string         // idp_identity_id: equal to UUID in a private login
	ReferenceText      string         // mitid.reference_text, decoded
	PSD2               bool           // mitid.psd2
	GeoIPDistance      string         // mitid.geo_ip_distance_km: in kilometres
	CPRConsentHeader   string         // mitid.cpr_consent_header, decoded
	CPRConsentText     string         // mitid.cpr_consent_text, decoded
	MitIDTransactionID string         // mitid.transaction_id: equal to IdPTransactionID in a private login
	UUID               claims.UUID    // mitid.uuid: MitID's key of the person
	Age                int            // mitid.age: in years; 0 if not given
	BirthDate          time.Time      // mitid.date_of_birth: midnight UTC
	HasCPR             *bool          // mitid.has_cpr: whether the person has a CPR number at all; nil if missing
	IdentityName       string         // mitid.identity_name: "NAVNE & ADRESSEBESKYTTET" for a protected name
	CPR                cpr.Number     // dk.cpr
	NemIDPID           string         // nemid.pid
	NemIDPIDStatus     string         // nemid.pid_status: "success", "unable_to_lookup"
	Details            *CPRDetails    // ssn.details.*; nil if there is none
	NemLogin           *nets.NemLogin // nemlogin.*; nil if there is none

	Unknown map[string]json.RawMessage // everything else; nil if there is nothing

	state claimset.State
}

// TellsLevel reports whether the token has a level of assurance, even if it is an
// unknown word.
func (c *TokenClaims) TellsLevel() bool { return c.state.LevelTold }

// parts returns the names of the parts that are present, for String of the tokens.
func (c *TokenClaims) parts() string {
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
		private.Part("invalid", c.state.Invalid != nil),
	)
}

// clone returns a deep copy.
func (c *TokenClaims) clone() TokenClaims {
	d := *c
	d.AMR = slices.Clone(c.AMR)
	d.HasCPR = claimset.ClonePointer(c.HasCPR)
	d.Details = claimset.ClonePointer(c.Details)
	d.NemLogin = claimset.ClonePointer(c.NemLogin)
	d.Unknown = claimset.CloneUnknown(c.Unknown)
	return d
}

// String names the parts that are present.
func (c TokenClaims) String() string { return private.Outline("neb.TokenClaims", c.parts()) }

// Format writes String under every verb.
func (c TokenClaims) Format(f fmt.State, _ rune) { private.Format(f, c.String()) }

// LogValue returns String.
func (c TokenClaims) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the token.
func (c TokenClaims) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (c TokenClaims) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (c TokenClaims) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
