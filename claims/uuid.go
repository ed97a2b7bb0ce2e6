package claims

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
)

// UUID is a 128-bit identifier in the form of RFC 9562, such as MitID's
// permanent key of an identity. It compares with ==, can be a map key, and its zero
// value stands for none.
//
// A MitID UUID is a pseudonym of a person, and personal data. It is a key for the
// account of a private person. For people who act for an organisation it may be a key of
// the organisation, so key their accounts on Identity.Subject. It prints and marshals in
// clear, because accounts are stored and looked up by it. An Identity does not print it.
type UUID struct{ b [16]byte }

// ErrUUID says that a text is no UUID.
var ErrUUID = errors.New("claims: not a UUID of the form 8-4-4-4-12")

// ParseUUID reads 36 characters in groups of 8-4-4-4-12 hexadecimal digits of
// either letter case, of any version. Braces, a urn:uuid: prefix, blanks and the
// form without hyphens are refused, and so is the all-zero UUID, which stands for
// none (RFC 9562, 5.9).
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if len(s) != 36 {
		return UUID{}, ErrUUID
	}
	n := 0
	for i := 0; i < 36; i += 2 {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return UUID{}, ErrUUID
			}
			i++
		}
		hi, lo := nibble(s[i]), nibble(s[i+1])
		if hi > 15 || lo > 15 {
			return UUID{}, ErrUUID
		}
		u.b[n] = hi<<4 | lo
		n++
	}
	if u.IsZero() {
		return UUID{}, ErrUUID
	}
	return u, nil
}

// MustParseUUID is ParseUUID for constants and tests; it panics on bad input.
func MustParseUUID(s string) UUID {
	u, err := ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// IsZero reports whether u stands for none.
func (u UUID) IsZero() bool { return u == UUID{} }

// String returns the canonical form, in lower case; the empty text for the zero
// value.
func (u UUID) String() string {
	if u.IsZero() {
		return ""
	}
	var t [36]byte
	hex.Encode(t[:8], u.b[:4])
	t[8] = '-'
	hex.Encode(t[9:13], u.b[4:6])
	t[13] = '-'
	hex.Encode(t[14:18], u.b[6:8])
	t[18] = '-'
	hex.Encode(t[19:23], u.b[8:10])
	t[23] = '-'
	hex.Encode(t[24:], u.b[10:])
	return string(t[:])
}

// MarshalText writes the canonical form; nothing for the zero value.
func (u UUID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what ParseUUID reads, and the empty text as the zero value.
func (u *UUID) UnmarshalText(text []byte) error {
	v, err := parseOptional(text, ParseUUID)
	if err == nil {
		*u = v
	}
	return err
}

// Value stores the canonical form; NULL for the zero value.
func (u UUID) Value() (driver.Value, error) { return valueOf(u.String()) }

// Scan reads a text column that holds what ParseUUID reads, or NULL.
func (u *UUID) Scan(src any) error {
	v, err := scanText(src, ParseUUID, ErrUUID)
	if err == nil {
		*u = v
	}
	return err
}
