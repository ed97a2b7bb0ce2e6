package claims

import (
	"fmt"
	"log/slog"
)

// Registered are the claims of RFC 7519 and OpenID Connect Core that decide
// whether a token is to be believed. They are the same in every dialect, and
// nothing here says that they have been checked.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type Registered struct {
	Issuer          string
	Subject         string
	Audience        []string // one entry when the token had a text in place of a list
	Nonce           string
	AuthorizedParty string
	Expires         int64 // Unix seconds; 0: missing
	NotBefore       int64 // Unix seconds; 0: missing
	IssuedAt        int64 // Unix seconds; 0: missing
}

// String names the parts that are present.
func (r Registered) String() string {
	return outline("Registered",
		told("iss", r.Issuer != ""),
		told("sub", r.Subject != ""),
		told("aud", len(r.Audience) > 0),
		told("nonce", r.Nonce != ""),
		told("azp", r.AuthorizedParty != ""),
		told("exp", r.Expires != 0),
		told("nbf", r.NotBefore != 0),
		told("iat", r.IssuedAt != 0),
	)
}

// Format writes String under every verb.
func (r Registered) Format(f fmt.State, _ rune) { format(f, r.String()) }

// LogValue returns String.
func (r Registered) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON refuses; keep the token itself where it is needed as evidence.
func (r Registered) MarshalJSON() ([]byte, error) { return nil, errInClear }

// MarshalText refuses, as MarshalJSON does.
func (r Registered) MarshalText() ([]byte, error) { return nil, errInClear }
