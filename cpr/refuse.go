package cpr

import "database/sql/driver"

// refusal is what a Number answers to marshallers. It is a constant, since it
// never depends on the number.
type refusal string

func (r refusal) Error() string { return string(r) }

const errRefused refusal = "cpr: a Number is not written or read by marshallers, so that it cannot leak; " +
	"where the digits are meant to be stored or sent, convert to cpr.Plain"

// MarshalJSON refuses; convert to [Plain] where the digits are meant to be
// written. The same holds for the other methods here; encoding/xml uses
// MarshalText, and encoding/gob uses MarshalBinary.
func (n Number) MarshalJSON() ([]byte, error) { return nil, errRefused }

// UnmarshalJSON refuses; see [Plain].
func (n *Number) UnmarshalJSON([]byte) error { return errRefused }

// MarshalText refuses; see [Plain].
func (n Number) MarshalText() ([]byte, error) { return nil, errRefused }

// UnmarshalText refuses; see [Plain].
func (n *Number) UnmarshalText([]byte) error { return errRefused }

// MarshalBinary refuses; see [Plain].
func (n Number) MarshalBinary() ([]byte, error) { return nil, errRefused }

// UnmarshalBinary refuses; see [Plain].
func (n *Number) UnmarshalBinary([]byte) error { return errRefused }

// Value refuses; see [Plain].
func (n Number) Value() (driver.Value, error) { return nil, errRefused }

// Scan refuses; see [Plain].
func (n *Number) Scan(any) error { return errRefused }
