package cpr

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"log/slog"
)

// Plain is a Number that marshallers write and read as its digits: convert with
// Plain(n) and Number(p). Use it in the few structs that are stored or sent
// with the number in clear, so that each such place is seen in review.
//
// The written form is always the ten digits without a hyphen; reading takes what
// [Parse] takes. The zero Plain is null in JSON, NULL in SQL, and empty in text,
// XML and binary. Whatever is read replaces the old value: after nothing, or
// after an error, a Plain is zero and never keeps the number of the row before.
//
// In a database it needs a text column of ten characters or more. A Plain cannot
// know what column it goes to, and PostgreSQL's errors repeat a text that another
// column does not take. So name the type in the statement:
//
//	INSERT INTO people (cpr) VALUES ($1::text)
//
// Every column that is no text then refuses the statement before it sees a number.
//
// Printing and logging a Plain gives the mask, as with Number. A log handler or
// template that marshals the struct around it (slog's JSON handler, a script in
// html/template) writes the digits, as it was told to.
type Plain Number

// IsZero reports whether p is the zero Plain, for `json:",omitzero"`.
func (p Plain) IsZero() bool { return Number(p).IsZero() }

// String returns [Number.Masked].
func (p Plain) String() string { return Number(p).Masked() }

// Format writes [Number.Masked] under every verb and flag.
func (p Plain) Format(f fmt.State, verb rune) { Number(p).Format(f, verb) }

// LogValue returns [Number.Masked].
func (p Plain) LogValue() slog.Value { return Number(p).LogValue() }

// MarshalText returns the ten digits, or nothing for the zero Plain. It serves
// encoding/xml (elements and attributes), map keys in JSON, and flags too.
func (p Plain) MarshalText() ([]byte, error) { return []byte(Number(p).Reveal()), nil }

// UnmarshalText reads what [Parse] takes; empty text gives the zero Plain.
func (p *Plain) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Plain{}
		return nil
	}
	return p.parse(string(text))
}

// MarshalJSON returns a string of ten digits, or null for the zero Plain.
func (p Plain) MarshalJSON() ([]byte, error) {
	if p.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + Number(p).Reveal() + `"`), nil
}

// UnmarshalJSON reads a string that [Parse] takes, or null. A JSON number is
// refused with [ReasonInteger].
func (p *Plain) UnmarshalJSON(data []byte) error {
	*p = Plain{}
	data = bytes.TrimSpace(data)
	if string(data) == "null" {
		return nil
	}
	if len(data) > 0 && (isDigit(data[0]) || data[0] == '-') {
		return &Error{Reason: ReasonInteger}
	}
	var s string
	if json.Unmarshal(data, &s) != nil {
		return &Error{Reason: ReasonType}
	}
	return p.parse(s)
}

// MarshalBinary returns the ten ASCII digits, or nothing for the zero Plain. It
// serves encoding/gob too.
func (p Plain) MarshalBinary() ([]byte, error) { return p.MarshalText() }

// UnmarshalBinary reads what [Plain.MarshalBinary] returns and nothing else.
func (p *Plain) UnmarshalBinary(data []byte) error {
	if len(data) != 0 && len(data) != 10 {
		*p = Plain{}
		return &Error{Reason: ReasonLength}
	}
	return p.UnmarshalText(data)
}

// Value returns the ten digits as a string, or nil (NULL) for the zero Plain. For
// PostgreSQL see the type's documentation.
func (p Plain) Value() (driver.Value, error) {
	if p.IsZero() {
		return nil, nil
	}
	return Number(p).Reveal(), nil
}

// BytesValue refuses with [ReasonBytes], or gives NULL for the zero Plain. The
// driver pgx asks for it before it writes to a column of bytes; it would write
// numbers there that no query for text finds, or repeat them in an error.
func (p Plain) BytesValue() ([]byte, error) {
	if p.IsZero() {
		return nil, nil
	}
	return nil, &Error{Reason: ReasonBytes}
}

// Scan reads a text column that holds what [Parse] takes, or NULL. A column of
// numbers is refused with [ReasonInteger]: three numbers in ten begin with 0 and
// come back without it.
func (p *Plain) Scan(src any) error {
	*p = Plain{}
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		return p.parse(src)
	case []byte:
		return p.parse(string(src))
	case int64, float64, int, int32, uint64:
		return &Error{Reason: ReasonInteger}
	}
	return &Error{Reason: ReasonType}
}

// parse sets p to the number that s holds, or to zero.
func (p *Plain) parse(s string) error {
	n, err := Parse(s)
	*p = Plain(n)
	return err
}
