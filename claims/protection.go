package claims

import "errors"

// Protection says whether a person's name and address are protected in CPR
// (navne- og adressebeskyttelse).
type Protection uint8

// The protections. They are what the broker says. A missing name or address does not mean
// that it is protected.
const (
	ProtectionUnknown       Protection = iota // the broker does not say
	Unprotected                               // the broker says that there is none
	NameAndAddressProtected                   // show neither to others, whatever their source
)

// ErrProtection says that a text names no protection.
var ErrProtection = errors.New("claims: not a name and address protection")

var protections = [...]string{"unknown", "unprotected", "protected"}

// String returns unprotected, protected or unknown.
func (p Protection) String() string { return nameOf(p, protections[:]) }

// MarshalText writes what String returns; nothing for ProtectionUnknown.
func (p Protection) MarshalText() ([]byte, error) {
	return marshalName(p, protections[:], ErrProtection)
}

// UnmarshalText reads what MarshalText writes.
func (p *Protection) UnmarshalText(text []byte) error {
	return unmarshalName(p, text, protections[:], ErrProtection)
}
