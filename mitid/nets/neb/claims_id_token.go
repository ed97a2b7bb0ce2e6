package neb

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// IDToken are the claims of an ID token of Nets eID Broker. It names the person by
// Subject alone, a key that differs in each organisation. The facts about the person are
// in [UserInfo], and [IDToken.Identity] joins the two. (The ID token of a CIBA login has
// facts about the person, which are read too.)
//
// It prints which parts it has and refuses to marshal, as [claims.Identity] does. To
// keep the claims as evidence, keep the token that was signed.
type IDToken struct {
	claims.Registered
	TokenClaims

	SessionID   string // sid: the broker's session, for logout
	NEBSession  string // neb_sid: the same as sid
	IDTokenType string // idtoken_type: "strict", "ciba"
	CHash       string // c_hash, in a hybrid front channel
	JTI         string // jti: not in recorded tokens
}

// idTokenDialect never changes.
var idTokenDialect = tokenDialect(func(t *IDToken) *claims.Registered { return &t.Registered }, func(t *IDToken) *TokenClaims { return &t.TokenClaims },
	claimset.Table[IDToken]{
		"sid":          claimset.String(func(t *IDToken) *string { return &t.SessionID }),
		"neb_sid":      claimset.String(func(t *IDToken) *string { return &t.NEBSession }),
		"idtoken_type": claimset.String(func(t *IDToken) *string { return &t.IDTokenType }),
		"c_hash":       claimset.String(func(t *IDToken) *string { return &t.CHash }),
		"jti":          claimset.String(func(t *IDToken) *string { return &t.JTI }),
	})

// readIDToken reads the payload of an ID token as [claimset.Dialect.Read] says.
func readIDToken(payload []byte) (*IDToken, error) {
	t := new(IDToken)
	if err := idTokenDialect.Read(payload, t); err != nil {
		return nil, err
	}
	t.dropEmptyParts()
	return t, nil
}

// namesPerson reports whether the token says who the person is: by a key, a number, a
// name, a birth date, an age, an organisation, or a claim about one of these that cannot
// be read. The token of a proof of age must not.
func (t *IDToken) namesPerson() bool {
	person := !t.UUID.IsZero() || !t.CPR.IsZero() || t.IdentityID != "" || t.IdentityName != "" || !t.BirthDate.IsZero() || t.Age != 0 ||
		t.NemIDPID != "" || t.Details != nil || t.NemLogin != nil
	return person || t.state.Invalid != nil || claimset.NamesPerson(t.Unknown)
}

func (t *IDToken) clone() *IDToken {
	if t == nil {
		return nil
	}
	d := *t
	d.Audience = slices.Clone(t.Audience)
	d.TokenClaims = t.TokenClaims.clone()
	return &d
}

// WithoutCPR returns a copy that holds no CPR number in any claim, for a login that
// did not ask for one. A text that may hold one becomes empty. A member of Unknown that
// may hold one is left out.
func (t *IDToken) WithoutCPR() any { return netsclaims.WithoutCPR(t) }

// String names the parts that are present.
func (t IDToken) String() string { return private.Outline("neb.IDToken", t.parts()) }

// Format writes String under every verb.
func (t IDToken) Format(f fmt.State, _ rune) { private.Format(f, t.String()) }

// LogValue returns String.
func (t IDToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON refuses; see [claims.Plain], or keep the token.
func (t IDToken) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (t IDToken) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (t IDToken) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
