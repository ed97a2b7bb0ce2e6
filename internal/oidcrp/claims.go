package oidcrp

import (
	"fmt"
	"log/slog"
)

// Claims are the registered claims of a token (RFC 7519 section 4.1, OpenID
// Connect Core section 2), as the adapter's strict reader has read them. The reader
// checks their form, and [Party.VerifyBy] their values. Claims print as a placeholder.
type Claims struct {
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

// Format writes a placeholder under every verb.
func (c Claims) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[claims]") }

// LogValue returns a placeholder.
func (c Claims) LogValue() slog.Value { return slog.StringValue("[claims]") }

// MarshalJSON refuses, so that no log writes it by reflection.
func (c Claims) MarshalJSON() ([]byte, error) { return nil, errNotWritten }
