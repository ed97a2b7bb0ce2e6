package claims

import (
	"database/sql/driver"
	"errors"
)

// SENumber is the number of an administrative unit of an organisation at the tax
// agency: eight digits. If an organisation has only one, it is equal to the CVR number.
// It compares with ==, can be a map key, and its zero value stands for none.
type SENumber struct{ n uint32 }

// ErrSENumber says that a text is no SE-number.
var ErrSENumber = errors.New("claims: an SE-number has eight digits")

// ParseSENumber reads exactly eight ASCII digits. It refuses eight zeros.
func ParseSENumber(s string) (SENumber, error) {
	n, ok := number(s, 8)
	if !ok {
		return SENumber{}, ErrSENumber
	}
	return SENumber{uint32(n)}, nil
}

// IsZero reports whether s stands for none.
func (s SENumber) IsZero() bool { return s.n == 0 }

// ChecksumOK reports whether s passes the check of a CVR number. Use it only as a hint:
// no authority says that every SE-number passes.
func (s SENumber) ChecksumOK() bool { return !s.IsZero() && modulus11(s.String()) }

// String returns the eight digits; the empty text for the zero value.
func (s SENumber) String() string { return digits(uint64(s.n), 8) }

// MarshalText writes the eight digits; nothing for the zero value.
func (s SENumber) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseSENumber reads, and the empty text as the zero
// value.
func (s *SENumber) UnmarshalText(text []byte) error {
	v, err := parseOptional(text, ParseSENumber)
	if err == nil {
		*s = v
	}
	return err
}

// Value stores the eight digits as text; NULL for the zero value.
func (s SENumber) Value() (driver.Value, error) { return valueOf(s.String()) }

// Scan reads a text column that holds what ParseSENumber reads, or NULL.
func (s *SENumber) Scan(src any) error {
	v, err := scanText(src, ParseSENumber, ErrSENumber)
	if err == nil {
		*s = v
	}
	return err
}
