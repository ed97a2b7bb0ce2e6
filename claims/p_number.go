package claims

import (
	"database/sql/driver"
	"errors"
)

// PNumber is the number of a production unit, an address where an organisation
// works: ten digits. It compares with ==, can be a map key, and its zero value stands
// for none. A CPR number has ten digits too. The P code of MitID is something else: a
// one-time secret.
type PNumber struct{ n uint64 }

// ErrPNumber says that a text is no P-number.
var ErrPNumber = errors.New("claims: a P-number has ten digits")

// ParsePNumber reads exactly ten ASCII digits. It refuses ten zeros.
func ParsePNumber(s string) (PNumber, error) {
	n, ok := number(s, 10)
	if !ok {
		return PNumber{}, ErrPNumber
	}
	return PNumber{n}, nil
}

// IsZero reports whether p stands for none.
func (p PNumber) IsZero() bool { return p.n == 0 }

// ChecksumOK reports whether p passes modulus 11 with the weights 4 3 2 7 6 5 4
// 3 2 1. Use it only as a hint of typing errors: a series of valid P-numbers was made
// with wrong weights and fails (Erhvervsstyrelsen, modulus 11).
func (p PNumber) ChecksumOK() bool { return !p.IsZero() && modulus11(p.String()) }

// String returns the ten digits; the empty text for the zero value.
func (p PNumber) String() string { return digits(p.n, 10) }

// MarshalText writes the ten digits; nothing for the zero value.
func (p PNumber) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePNumber reads, and the empty text as the zero
// value.
func (p *PNumber) UnmarshalText(text []byte) error {
	v, err := parseOptional(text, ParsePNumber)
	if err == nil {
		*p = v
	}
	return err
}

// Value stores the ten digits as text; NULL for the zero value.
func (p PNumber) Value() (driver.Value, error) { return valueOf(p.String()) }

// Scan reads a text column that holds what ParsePNumber reads, or NULL.
func (p *PNumber) Scan(src any) error {
	v, err := scanText(src, ParsePNumber, ErrPNumber)
	if err == nil {
		*p = v
	}
	return err
}
