package signing

import (
	"errors"
	"fmt"
	"log/slog"
)

// Secret is a text that must not be printed by accident, such as a client secret, a
// token, or the link by which somebody can sign. It prints as "[secret]" and refuses to
// marshal. The zero value is empty.
//
// A Secret holds its text in a function, so printers that use reflection show an address
// alone. For the same reason Secrets cannot be compared. Compare what Reveal returns.
type Secret struct{ reveal func() string }

// NewSecret returns a Secret that holds s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{func() string { return s }}
}

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether s is empty.
func (s Secret) IsZero() bool { return s.reveal == nil }

// String returns a placeholder, or "" if s is empty.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "[secret]"
}

// Format writes the placeholder under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue returns the placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns an error. Call Reveal, and decide where the text goes.
func (s Secret) MarshalText() ([]byte, error) {
	return nil, errors.New("signing: a Secret does not marshal; call Reveal and decide where the text goes")
}
