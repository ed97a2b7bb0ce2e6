package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// NEBIDToken are the claims of an ID token of Nets eID Broker. It tells who
// logged in by Subject alone, a key that is another in each organisation; the
// person behind it is in [NEBUserInfo], and [NEBIDToken.Identity] joins the two.
// (An ID token of a CIBA login does hold the person, and is read as well.)
//
// It prints which parts it has and refuses to marshal, as [Identity] does. To
// keep the claims as evidence, keep the token that was signed.
type NEBIDToken struct {
	Registered
	NEBClaims

	SessionID   string // sid: the broker's session, for logout
	NEBSession  string // neb_sid: the same again
	IDTokenType string // idtoken_type: "strict", "ciba"
	CHash       string // c_hash, in a hybrid front channel
	JTI         string // jti: not in recorded tokens
}

// nebIDTokenClaims is only read.
var nebIDTokenClaims = claimTable[NEBIDToken]{
	"sid":          texts(func(t *NEBIDToken) *string { return &t.SessionID }),
	"neb_sid":      texts(func(t *NEBIDToken) *string { return &t.NEBSession }),
	"idtoken_type": texts(func(t *NEBIDToken) *string { return &t.IDTokenType }),
	"c_hash":       texts(func(t *NEBIDToken) *string { return &t.CHash }),
	"jti":          texts(func(t *NEBIDToken) *string { return &t.JTI }),
}

// nebIDTokenFolded is only read.
var nebIDTokenFolded = fold(nebFolded, nebIDTokenClaims)

// ParseNEBIDToken reads the payload of an ID token in one pass, by the rules of
// [ParseCriipto]: no signature is checked, the caller bounds the size, and an
// error (TokenInvalid) means that there are no claims. A claim about the person
// that cannot be used is reported by Identity.
func ParseNEBIDToken(payload []byte) (*NEBIDToken, error) {
	t := new(NEBIDToken)
	if err := readNEB(payload, &t.Registered, &t.NEBClaims, t, nebIDTokenClaims, nebIDTokenFolded); err != nil {
		return nil, err
	}
	return t, nil
}

// WithoutCPR returns a copy that holds no CPR number in whatever claim, for a login
// that did not ask for one. A text that may hold one becomes empty, a member of
// Unknown with one goes.
func (t *NEBIDToken) WithoutCPR() any { return withoutCPR(t) }

// String names the parts that are present.
func (t NEBIDToken) String() string { return private.Outline("claims.NEBIDToken", t.parts()) }

// Format writes String under every verb.
func (t NEBIDToken) Format(f fmt.State, _ rune) { private.Format(f, t.String()) }

// LogValue returns String.
func (t NEBIDToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON refuses; see [Plain], or keep the token.
func (t NEBIDToken) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (t NEBIDToken) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (t NEBIDToken) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
