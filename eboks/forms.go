package eboks

import (
	"database/sql/driver"
	"fmt"
)

// This file holds the forms in which values are stored: text (JSON, XML, map keys,
// flags) and SQL. The words never change; testdata/forms.txt lists them.
//
// A word that is in no table is an error for every type, and never read as the zero
// value: a program that is older than its data would write back less than it found.

// A worded type is a number in memory and a word wherever it is stored.
type worded interface {
	~uint8
	String() string
}

// noWord is the stored form of a zero value that stands for nothing.
const noWord = ""

// write returns the stored form of v. zero is the form of the zero value, and last the
// first number without a meaning.
func write[T worded](v, last T, zero string) (string, error) {
	switch {
	case v == 0:
		return zero, nil
	case v >= last:
		return "", inputInvalid(fmt.Sprintf("there is no such %T", v))
	}
	return v.String(), nil
}

// read sets v to the value whose stored form is s. After an error v is zero.
func read[T worded](v *T, s string, last T, zero string) error {
	for *v = 0; *v < last; *v++ {
		if form, err := write(*v, last, zero); err == nil && form == s {
			return nil
		}
	}
	*v = 0
	return inputInvalid(fmt.Sprintf("this is no word of %T that is known here; what a newer version stored needs that version", *v))
}

// scan sets v to what a database holds. NULL is the zero value.
func scan[T worded](v *T, src any, last T, zero string) error {
	*v = 0
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		return read(v, src, last, zero)
	case []byte:
		return read(v, string(src), last, zero)
	}
	return inputInvalid(fmt.Sprintf("%T is stored as its word, in a column of text", *v))
}

// MarshalText returns the word of String. It is an error if there is no such state.
func (s Status) MarshalText() ([]byte, error) { return asBytes(write(s, lastStatus, Unknown.String())) }

// UnmarshalText reads the word of a state. Any other text is [ErrInputInvalid].
func (s *Status) UnmarshalText(text []byte) error {
	return read(s, string(text), lastStatus, Unknown.String())
}

// Value returns the word, for a column of text.
func (s Status) Value() (driver.Value, error) {
	return asValue(write(s, lastStatus, Unknown.String()))
}

// Scan reads the word from a column of text. NULL is Unknown.
func (s *Status) Scan(src any) error { return scan(s, src, lastStatus, Unknown.String()) }

// MarshalText returns the word of String. It is an error if there is no such answer.
func (r Reachability) MarshalText() ([]byte, error) {
	return asBytes(write(r, lastReachability, ReachabilityUnknown.String()))
}

// UnmarshalText reads the word of an answer. Any other text is [ErrInputInvalid].
func (r *Reachability) UnmarshalText(text []byte) error {
	return read(r, string(text), lastReachability, ReachabilityUnknown.String())
}

// Value returns the word, for a column of text.
func (r Reachability) Value() (driver.Value, error) {
	return asValue(write(r, lastReachability, ReachabilityUnknown.String()))
}

// Scan reads the word from a column of text. NULL is ReachabilityUnknown.
func (r *Reachability) Scan(src any) error {
	return scan(r, src, lastReachability, ReachabilityUnknown.String())
}

// MarshalText returns the word of String, and empty text for zero, which is no kind. It
// is an error if there is no such kind.
func (k Kind) MarshalText() ([]byte, error) { return asBytes(write(k, lastKind, noWord)) }

// UnmarshalText reads the word of a kind. Empty text is zero. Any other text is
// [ErrInputInvalid].
func (k *Kind) UnmarshalText(text []byte) error { return read(k, string(text), lastKind, noWord) }

// Value returns the word, for a column of text. It is empty for zero.
func (k Kind) Value() (driver.Value, error) { return asValue(write(k, lastKind, noWord)) }

// Scan reads the word from a column of text. Empty text and NULL are zero.
func (k *Kind) Scan(src any) error { return scan(k, src, lastKind, noWord) }

// MarshalText returns the word of String, and empty text for zero, which is no letter.
// It is an error if there is no such state.
func (s State) MarshalText() ([]byte, error) { return asBytes(write(s, lastState, noWord)) }

// UnmarshalText reads the word of a state. Empty text is zero. Any other text is
// [ErrInputInvalid].
func (s *State) UnmarshalText(text []byte) error { return read(s, string(text), lastState, noWord) }

// Value returns the word, for a column of text. It is empty for zero.
func (s State) Value() (driver.Value, error) { return asValue(write(s, lastState, noWord)) }

// Scan reads the word from a column of text. Empty text and NULL are zero.
func (s *State) Scan(src any) error { return scan(s, src, lastState, noWord) }

// MarshalText returns the word of String. It is an error if there is no such answer.
func (t Then) MarshalText() ([]byte, error) { return asBytes(write(t, lastThen, Ask.String())) }

// UnmarshalText reads the word. Any other text is [ErrInputInvalid].
func (t *Then) UnmarshalText(text []byte) error { return read(t, string(text), lastThen, Ask.String()) }

// Value returns the word, for a column of text.
func (t Then) Value() (driver.Value, error) { return asValue(write(t, lastThen, Ask.String())) }

// Scan reads the word from a column of text. NULL is Ask.
func (t *Then) Scan(src any) error { return scan(t, src, lastThen, Ask.String()) }

func asBytes(s string, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return []byte(s), nil
}

func asValue(s string, err error) (driver.Value, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}
