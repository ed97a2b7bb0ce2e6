package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// NEBUserInfo are the claims of Nets eID Broker about the person: those of its
// userinfo answer (JSON, in which every value is a text) or of a userinfo token.
// An answer has no Issuer, Audience and Expires; a token has, and they are the
// caller's to check.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type NEBUserInfo struct {
	Registered
	NEBClaims

	SessionIsActive *bool            // session_is_active; nil if not told
	Text            *TransactionText // mitid.transaction_text_type and _sha256: the text itself is in NEBTransaction alone; nil if there is none
}

type nebUserInfoReader struct {
	NEBUserInfo
	text textClaims
}

// nebUserInfoClaims is only read.
var nebUserInfoClaims = merged(
	claimTable[nebUserInfoReader]{
		"session_is_active": parsed(truthForm, func(r *nebUserInfoReader) **bool { return &r.SessionIsActive }, toldTruth),
	},
	textTable("mitid.", func(r *nebUserInfoReader) *textClaims { return &r.text }),
)

// nebUserInfoFolded is only read.
var nebUserInfoFolded = fold(nebFolded, nebUserInfoClaims)

// ParseNEBUserInfo reads a userinfo answer, or the payload of a userinfo token, in
// one pass and by the rules of [ParseNEBIDToken].
func ParseNEBUserInfo(payload []byte) (*NEBUserInfo, error) {
	r := new(nebUserInfoReader)
	if err := readNEB(payload, &r.Registered, &r.NEBClaims, r, nebUserInfoClaims, nebUserInfoFolded); err != nil {
		return nil, err
	}
	u := r.NEBUserInfo
	u.Text = u.keep(r.text.read(fromBase64))
	return &u, nil
}

// WithoutCPR returns a copy that holds no CPR number in whatever claim, for a login
// that did not ask for one. A text that may hold one becomes empty, a member of
// Unknown with one goes.
func (u *NEBUserInfo) WithoutCPR() any { return withoutCPR(u) }

// String names the parts that are present.
func (u NEBUserInfo) String() string { return private.Outline("claims.NEBUserInfo", u.parts()) }

// Format writes String under every verb.
func (u NEBUserInfo) Format(f fmt.State, _ rune) { private.Format(f, u.String()) }

// LogValue returns String.
func (u NEBUserInfo) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalJSON refuses; see [Plain], or keep the token.
func (u NEBUserInfo) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (u NEBUserInfo) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (u NEBUserInfo) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
