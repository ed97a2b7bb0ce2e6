package mitid

import (
	"errors"
	"fmt"
	"log/slog"
)

// Secret is a text that must not be printed by accident: a client secret, a token,
// a code. It prints as "[secret]" and refuses to marshal. The zero value is empty.
//
// The text sits behind a function, so printers that walk values by reflection
// (spew, go-cmp, the differences that testify prints) find an address and no more.
// For the same reason Secrets cannot be compared: compare what Reveal returns.
type Secret struct{ reveal func() string }

// NewSecret keeps s.
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

// String returns a placeholder.
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

// MarshalText refuses: use Reveal, and decide where the text goes.
func (s Secret) MarshalText() ([]byte, error) {
	return nil, errors.New("mitid: a Secret does not marshal; call Reveal and decide where the text goes")
}

// UnmarshalText keeps text, so that a Secret can stand in the struct that a
// program reads its own settings into (encoding/json, flag.TextVar, …).
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// MarshalBinary refuses, as MarshalText does.
func (s Secret) MarshalBinary() ([]byte, error) { return s.MarshalText() }
