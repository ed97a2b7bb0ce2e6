package claims

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// Authenticator is what a person proved their identity with. It prints its kind
// without Word, which the broker wrote, and refuses to marshal.
type Authenticator struct {
	Kind AuthenticatorKind
	Word string // the broker's own word, only when Kind is AuthenticatorUnknown
}

// String returns the kind in words.
func (a Authenticator) String() string {
	return private.Outline("claims.Authenticator", a.Kind.String())
}

// Format writes String under every verb.
func (a Authenticator) Format(f fmt.State, _ rune) { private.Format(f, a.String()) }

// LogValue returns the kind.
func (a Authenticator) LogValue() slog.Value { return slog.StringValue(a.Kind.String()) }

// MarshalJSON refuses; see [Plain].
func (a Authenticator) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses; see [Plain].
func (a Authenticator) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (a Authenticator) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// AuthenticatorKind is a sort of authenticator.
type AuthenticatorKind uint8

// The kinds. They do not say which level was reached: Levels does. A login through the
// employer's own system (lokal IdP) has no kind of its own, because brokers report it as
// any other login of MitID Erhverv.
const (
	AuthenticatorUnknown AuthenticatorKind = iota
	App                                    // the MitID app
	AppEnhanced                            // the MitID app, enrolled at level high
	Password                               // a password
	CodeDisplay                            // the display that shows one-time codes (TOTP)
	CodeReader                             // the reader that speaks one-time codes
	Chip                                   // the MitID chip (U2F)
)

// ErrAuthenticatorKind says that a text names no kind of authenticator.
var ErrAuthenticatorKind = errors.New("claims: not a kind of authenticator")

var authenticatorKinds = [...]string{
	"unknown", "app", "app_enhanced", "password", "code_display", "code_reader", "chip",
}

// String returns the name of the kind.
func (k AuthenticatorKind) String() string { return nameOf(k, authenticatorKinds[:]) }

// MarshalText writes what String returns; nothing for AuthenticatorUnknown.
func (k AuthenticatorKind) MarshalText() ([]byte, error) {
	return marshalName(k, authenticatorKinds[:], ErrAuthenticatorKind)
}

// UnmarshalText reads what MarshalText writes.
func (k *AuthenticatorKind) UnmarshalText(text []byte) error {
	return unmarshalName(k, text, authenticatorKinds[:], ErrAuthenticatorKind)
}
