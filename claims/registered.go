package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// Registered are the claims of RFC 7519 and OpenID Connect Core that decide whether a
// token is valid for this client and login. Every broker's claims have them:
// criipto.Claims, neb.IDToken, eident.Claims. The struct does not say whether they were
// checked. The adapters check those of an ID token before they return its claims.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type Registered struct {
	Issuer          string
	Subject         string
	Audience        []string // one entry when the token had a text in place of a list
	Nonce           string
	AuthorizedParty string
	AtHash          string // at_hash: of the access token that came along (OpenID Connect Core section 3.1.3.6)
	Expires         int64  // Unix seconds, a fraction rounded down; 0 if missing
	NotBefore       int64  // Unix seconds, a fraction rounded up; 0 if missing
	IssuedAt        int64  // Unix seconds, a fraction rounded up; 0 if missing
}

// String names the parts that are present.
func (r Registered) String() string {
	return private.Outline("claims.Registered",
		private.Part("iss", r.Issuer != ""),
		private.Part("sub", r.Subject != ""),
		private.Part("aud", len(r.Audience) > 0),
		private.Part("nonce", r.Nonce != ""),
		private.Part("azp", r.AuthorizedParty != ""),
		private.Part("at_hash", r.AtHash != ""),
		private.Part("exp", r.Expires != 0),
		private.Part("nbf", r.NotBefore != 0),
		private.Part("iat", r.IssuedAt != 0),
	)
}

// Format writes String under every verb.
func (r Registered) Format(f fmt.State, _ rune) { private.Format(f, r.String()) }

// LogValue returns String.
func (r Registered) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON refuses; keep the token itself where it is needed as evidence.
func (r Registered) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (r Registered) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (r Registered) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
