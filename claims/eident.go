package claims

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// EIdent are the claims of Nets E-Ident (OIDC) about a MitID login, in the
// broker's own terms. [EIdent.Identity] gives the same in ours. Where the
// vendor's pages spell a claim in two ways, both end here.
//
// It prints which parts it has and refuses to marshal, as [Identity] does. To
// keep the claims as evidence, keep the token that was signed.
type EIdent struct {
	Registered

	AMR                []string  // amr: which eID was used, "mitid", not which authenticator
	MitIDAMR           []string  // mitid_amr: the authenticators: "code_app", "mitid:code_app"
	ACR                string    // acr: the same for every login; it tells no level
	Levels             Levels    // loa, ial, aal: what was achieved; unknown words are LevelUnknown
	AuthTime           time.Time // auth_time: a number or a text; zero also for a text that is no time
	IdentityType       string    // identity_type: "private", "professional"
	TransactionID      string    // jti: the broker's transaction, with which to ask for CPR within 15 minutes
	MitIDTransactionID string    // mitid_transactionid: MitID's; not in logins for an organisation
	UUID               UUID      // mitid.uuid: MitID's key of the person
	PID                string    // pid: the same again
	NemIDPID           string    // nemid.pid

	Name      string     // name
	BirthDate time.Time  // birthdate: midnight UTC
	CPR       cpr.Number // dk_ssn, ssn

	AuthorizedToRepresent CVR       // authorized_to_represent: an older name of nemlogin.auth_to_repr
	NemLogin              *NemLogin // nemlogin.*; nil if there is none

	ReferenceText  string           // reference_text: as it came
	Text           *TransactionText // transaction_text, _type and _sha256; nil if there is none
	AdditionalInfo string           // additional_info: what the request said

	Unknown map[string]json.RawMessage // everything else; nil if there is nothing

	levelTold bool  // there is a claim loa, whatever it says
	invalid   error // the first claim about the person that cannot be used
}

type eIdentReader struct {
	EIdent
	dkSSN, ssn cpr.Number
	text       textClaims
}

// eIdentClaims is only read.
var eIdentClaims = merged(
	claimTable[eIdentReader]{
		"amr":                     words(func(r *eIdentReader) *[]string { return &r.AMR }),
		"mitid_amr":               words(func(r *eIdentReader) *[]string { return &r.MitIDAMR }),
		"acr":                     texts(func(r *eIdentReader) *string { return &r.ACR }),
		"loa":                     nsisLevel(func(r *eIdentReader) *Level { return &r.Levels.LoA }),
		"ial":                     nsisLevel(func(r *eIdentReader) *Level { return &r.Levels.IAL }),
		"aal":                     nsisLevel(func(r *eIdentReader) *Level { return &r.Levels.AAL }),
		"auth_time":               parsed(silentForm, func(r *eIdentReader) *time.Time { return &r.AuthTime }, someTime),
		"identity_type":           texts(func(r *eIdentReader) *string { return &r.IdentityType }),
		"jti":                     texts(func(r *eIdentReader) *string { return &r.TransactionID }),
		"mitid_transactionid":     texts(func(r *eIdentReader) *string { return &r.MitIDTransactionID }),
		"mitid.uuid":              parsed(textForm, func(r *eIdentReader) *UUID { return &r.UUID }, ParseUUID),
		"pid":                     texts(func(r *eIdentReader) *string { return &r.PID }),
		"nemid.pid":               parsed(textForm, func(r *eIdentReader) *string { return &r.NemIDPID }, nemIDPID),
		"name":                    texts(func(r *eIdentReader) *string { return &r.Name }),
		"birthdate":               parsed(textForm, func(r *eIdentReader) *time.Time { return &r.BirthDate }, someDay),
		"dk_ssn":                  parsed(textForm, func(r *eIdentReader) *cpr.Number { return &r.dkSSN }, tenDigits),
		"ssn":                     parsed(textForm, func(r *eIdentReader) *cpr.Number { return &r.ssn }, tenDigits),
		"authorized_to_represent": parsed(numberForm, func(r *eIdentReader) *CVR { return &r.AuthorizedToRepresent }, ParseCVR),
		"reference_text":          texts(func(r *eIdentReader) *string { return &r.ReferenceText }),
		"additional_info":         texts(func(r *eIdentReader) *string { return &r.AdditionalInfo }),
	},
	textTable("", func(r *eIdentReader) *textClaims { return &r.text }),
)

// eIdentFolded is only read.
var eIdentFolded = fold(fold(nil, eIdentClaims), nemLoginClaims)

// ParseEIdent reads the payload of an ID token, or a userinfo answer, in one pass,
// by the rules of [ParseCriipto]: no signature is checked, the caller bounds the
// size, and an error (TokenInvalid) means that there are no claims. A claim about
// the person that cannot be used is reported by Identity, and so are dk_ssn and
// ssn when they differ: nothing is kept of either.
func ParseEIdent(payload []byte) (*EIdent, error) {
	in := new(eIdentReader)
	r := claimReader{registered: &in.Registered, unknown: &in.Unknown, levelTold: &in.levelTold, invalid: &in.invalid, folded: eIdentFolded}
	r.known = func(name string, v *strictjson.Value) (bool, error) {
		if strings.HasPrefix(name, "nemlogin.") {
			if _, known := nemLoginClaims[name]; known && in.NemLogin == nil {
				in.NemLogin = new(NemLogin)
			}
			return take(&r, nemLoginClaims, in.NemLogin, name, v)
		}
		return take(&r, eIdentClaims, in, name, v)
	}
	if err := r.read(payload); err != nil {
		return nil, err
	}
	e := in.EIdent
	if e.NemLogin != nil && *e.NemLogin == (NemLogin{}) {
		e.NemLogin = nil
	}
	switch {
	case differ(in.dkSSN, in.ssn):
		e.unusable(fault.New(fault.ClaimInvalid, "dk_ssn is not ssn"))
	case in.dkSSN.IsZero():
		e.CPR = in.ssn
	default:
		e.CPR = in.dkSSN
	}
	text, err := in.text.read(fromEither)
	e.unusable(err)
	e.Text = text
	return &e, nil
}

func (e *EIdent) unusable(err error) {
	if err != nil && e.invalid == nil {
		e.invalid = err
	}
}

// TellsLevel reports whether the broker said anything about the level of
// assurance, even if it is a word that nobody knows.
func (e *EIdent) TellsLevel() bool { return e.levelTold }

// WithoutCPR returns a copy that holds no CPR number in whatever claim, for a login
// that did not ask for one. A text that may hold one becomes empty, a member of
// Unknown with one goes.
func (e *EIdent) WithoutCPR() any { return withoutCPR(e) }

// String names the parts that are present.
func (e EIdent) String() string {
	return private.Outline("claims.EIdent",
		e.Levels.LoA.String(),
		private.Part("uuid", !e.UUID.IsZero()),
		private.Part("cpr", !e.CPR.IsZero()),
		private.Part("name", e.Name != ""),
		private.Part("birthdate", !e.BirthDate.IsZero()),
		private.Part("nemlogin", e.NemLogin != nil),
		private.Part("transaction", e.TransactionID != ""),
		private.Part("text", e.Text != nil),
		private.Part("others", len(e.Unknown) > 0),
		private.Part("invalid", e.invalid != nil),
	)
}

// Format writes String under every verb.
func (e EIdent) Format(f fmt.State, _ rune) { private.Format(f, e.String()) }

// LogValue returns String.
func (e EIdent) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON refuses; see [Plain], or keep the token.
func (e EIdent) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (e EIdent) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (e EIdent) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
