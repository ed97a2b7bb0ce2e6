package neb

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// UserInfo are the claims of Nets eID Broker about the person, from its userinfo answer
// (JSON, in which every value is a text) or from a userinfo token. An answer has no
// Issuer, Audience and Expires. A token has, and its verification checks them.
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does.
type UserInfo struct {
	claims.Registered
	TokenClaims

	SessionIsActive *bool                 // session_is_active; nil if missing
	Text            *nets.TransactionText // mitid.transaction_text_type and _sha256: the text itself is in Transaction alone; nil if there is none
}

type userInfoReader struct {
	UserInfo
	text netsclaims.TextClaims
}

// userInfoDialect never changes.
var userInfoDialect = tokenDialect(func(r *userInfoReader) *claims.Registered { return &r.Registered }, func(r *userInfoReader) *TokenClaims { return &r.TokenClaims },
	claimset.Join(
		claimset.Table[userInfoReader]{
			"session_is_active": claimset.Parsed(claimset.Truth, func(r *userInfoReader) **bool { return &r.SessionIsActive }, optionalBool),
		},
		netsclaims.TextTable("mitid.", func(r *userInfoReader) *netsclaims.TextClaims { return &r.text }),
	))

// readUserInfo reads a userinfo answer, or the payload of a userinfo token, as
// [claimset.Dialect.Read] says.
func readUserInfo(payload []byte) (*UserInfo, error) {
	r := new(userInfoReader)
	if err := userInfoDialect.Read(payload, r); err != nil {
		return nil, err
	}
	u := &r.UserInfo
	u.dropEmptyParts()
	u.Text = u.decoded(r.text)
	return u, nil
}

func (u *UserInfo) clone() *UserInfo {
	if u == nil {
		return nil
	}
	d := *u
	d.Audience = slices.Clone(u.Audience)
	d.TokenClaims = u.TokenClaims.clone()
	d.SessionIsActive = claimset.ClonePointer(u.SessionIsActive)
	d.Text = claimset.ClonePointer(u.Text)
	return &d
}

// WithoutCPR returns a copy that holds no CPR number in any claim, for a login that
// did not ask for one. A text that may hold one becomes empty. A member of Unknown that
// may hold one is left out.
func (u *UserInfo) WithoutCPR() any { return netsclaims.WithoutCPR(u) }

// String names the parts that are present.
func (u UserInfo) String() string { return private.Outline("neb.UserInfo", u.parts()) }

// Format writes String under every verb.
func (u UserInfo) Format(f fmt.State, _ rune) { private.Format(f, u.String()) }

// LogValue returns String.
func (u UserInfo) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the token.
func (u UserInfo) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (u UserInfo) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (u UserInfo) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
