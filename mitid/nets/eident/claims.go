package eident

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
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// Claims are the claims of Nets E-Ident about a MitID login, in the broker's own terms: those
// of OpenID Connect, or the attributes of SAML, whose names are the same in capitals but for
// a few. mitid.Login.Claims holds a *Claims. [Claims.Identity] returns the same in terms
// of ours. If the vendor's pages have two spellings of a claim, both are read.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does. To
// keep the claims as evidence, keep the token that was signed.
type Claims struct {
	claims.Registered

	AMR                []string      // amr: which eID was used, "mitid", not which authenticator
	MitIDAMR           []string      // mitid_amr: the authenticators: "code_app", "mitid:code_app"
	ACR                string        // acr: the same for every login, and so no level
	Levels             claims.Levels // loa, ial, aal: what was achieved; unknown words are LevelUnknown
	AuthTime           time.Time     // auth_time: a number or a text; zero if there is none or it is no time
	IdentityType       string        // identity_type: "private", "professional"
	TransactionID      string        // jti (SAML: the AssertionID without TI2-): the broker's transaction; a step-up within 15 minutes sends it
	MitIDTransactionID string        // mitid_transactionid: MitID's; not in logins for an organisation
	UUID               claims.UUID   // mitid.uuid: MitID's key of the person
	PID                string        // pid: the same as mitid.uuid
	NemIDPID           string        // nemid.pid

	Name      string     // name
	BirthDate time.Time  // birthdate: midnight UTC
	CPR       cpr.Number // dk_ssn, ssn

	AuthorizedToRepresent claims.CVR     // authorized_to_represent: an older name of nemlogin.auth_to_repr
	NemLogin              *nets.NemLogin // nemlogin.*; nil if there is none

	ReferenceText  string                // reference_text: as it came
	Text           *nets.TransactionText // transaction_text, _type and _sha256; nil if there is none
	AdditionalInfo string                // additional_info: what the request said

	Unknown map[string]json.RawMessage // everything else; nil if there is nothing

	state claimset.State
}

// TellsLevel reports whether the token has a level of assurance, even if it is an
// unknown word.
func (e *Claims) TellsLevel() bool { return e.state.LevelTold }

// WithoutCPR returns a copy that holds no CPR number in any claim, for a login that
// did not ask for one. A text that may hold one becomes empty. A member of Unknown that
// may hold one is left out.
func (e *Claims) WithoutCPR() any { return netsclaims.WithoutCPR(e) }

// Clone returns a deep copy, a *Claims.
func (e *Claims) Clone() any {
	d := *e
	d.Audience = slices.Clone(e.Audience)
	d.AMR = slices.Clone(e.AMR)
	d.MitIDAMR = slices.Clone(e.MitIDAMR)
	d.NemLogin = claimset.ClonePointer(e.NemLogin)
	d.Text = claimset.ClonePointer(e.Text)
	d.Unknown = claimset.CloneUnknown(e.Unknown)
	return &d
}

// String names the parts that are present.
func (e Claims) String() string {
	return private.Outline("eident.Claims",
		e.Levels.LoA.String(),
		private.Part("uuid", !e.UUID.IsZero()),
		private.Part("cpr", !e.CPR.IsZero()),
		private.Part("name", e.Name != ""),
		private.Part("birthdate", !e.BirthDate.IsZero()),
		private.Part("nemlogin", e.NemLogin != nil),
		private.Part("transaction", e.TransactionID != ""),
		private.Part("text", e.Text != nil),
		private.Part("others", len(e.Unknown) > 0),
		private.Part("invalid", e.state.Invalid != nil),
	)
}

// Format writes String under every verb.
func (e Claims) Format(f fmt.State, _ rune) { private.Format(f, e.String()) }

// LogValue returns String.
func (e Claims) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the token.
func (e Claims) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (e Claims) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (e Claims) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
