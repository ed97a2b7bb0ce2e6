package claims

import (
	"database/sql/driver"
	"errors"
	"strings"
)

// CVR is the number of an organisation in the Central Business Register: eight digits
// without meaning, which are never used again. It compares with ==, can be a map key,
// and its zero value stands for none. It is public and prints in clear.
type CVR struct{ n uint32 }

// ErrCVR says that a text is no CVR number.
var ErrCVR = errors.New("claims: a CVR number has eight digits")

// ParseCVR reads exactly eight ASCII digits. 00000000, which is no
// organisation's number, is refused.
//
// ParseCVR does not check the check digit, because numbers of test organisations and of
// documentation (12345678) fail that check. See CVR.ChecksumOK.
func ParseCVR(s string) (CVR, error) {
	n, ok := number(s, 8)
	if !ok {
		return CVR{}, ErrCVR
	}
	return CVR{uint32(n)}, nil
}

// ParseCVRLenient reads what people type: besides the form of ParseCVR also
// blanks at the ends, a leading DK (with or without a blank after it), and the
// pair styles 13-74-81-36 and 13 74 81 36.
func ParseCVRLenient(s string) (CVR, error) {
	s = strings.Trim(s, " ")
	if len(s) > 2 && (s[0] == 'D' || s[0] == 'd') && (s[1] == 'K' || s[1] == 'k') {
		s = strings.TrimLeft(s[2:], " ")
	}
	if len(s) == 11 && (s[2] == '-' || s[2] == ' ') && s[5] == s[2] && s[8] == s[2] {
		s = s[:2] + s[3:5] + s[6:8] + s[9:]
	}
	return ParseCVR(s)
}

// MustParseCVR is ParseCVR for constants and tests; it panics on bad input.
func MustParseCVR(s string) CVR {
	c, err := ParseCVR(s)
	if err != nil {
		panic(err)
	}
	return c
}

// IsZero reports whether c stands for none.
func (c CVR) IsZero() bool { return c.n == 0 }

// ChecksumOK reports whether c passes modulus 11 with the weights 2 7 6 5 4 3 2
// 1, as every number of the register does (Erhvervsstyrelsen, modulus 11).
func (c CVR) ChecksumOK() bool { return !c.IsZero() && modulus11(c.String()) }

// String returns the eight digits; the empty text for the zero value.
func (c CVR) String() string { return digits(uint64(c.n), 8) }

// MarshalText writes the eight digits; nothing for the zero value.
func (c CVR) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseCVR reads, and the empty text as the zero value.
func (c *CVR) UnmarshalText(text []byte) error {
	v, err := parseOptional(text, ParseCVR)
	if err == nil {
		*c = v
	}
	return err
}

// Value stores the eight digits as text; NULL for the zero value.
func (c CVR) Value() (driver.Value, error) { return valueOf(c.String()) }

// Scan reads a text column that holds what ParseCVR reads, or NULL.
func (c *CVR) Scan(src any) error {
	v, err := scanText(src, ParseCVR, ErrCVR)
	if err == nil {
		*c = v
	}
	return err
}

// number reads exactly size ASCII digits that are not all zero.
func number(s string, size int) (uint64, bool) {
	if len(s) != size || !allDigits(s) {
		return 0, false
	}
	var n uint64
	for i := range len(s) {
		n = n*10 + uint64(s[i]-'0')
	}
	return n, n != 0
}

// allDigits reports whether s is a run of ASCII digits.
func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// digits returns n with leading zeros, and the empty text for 0.
func digits(n uint64, size int) string {
	if n == 0 {
		return ""
	}
	var t [10]byte
	for i := size - 1; i >= 0; i-- {
		t[i] = byte('0' + n%10)
		n /= 10
	}
	return string(t[:size])
}

// modulus11 checks the digits with the weights 1, 2 … 7, 2, 3 … from the right
// (Erhvervsstyrelsen, modulus 11).
func modulus11(s string) bool {
	sum, weight := 0, 1
	for i := len(s) - 1; i >= 0; i-- {
		sum += int(s[i]-'0') * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	return sum%11 == 0
}
