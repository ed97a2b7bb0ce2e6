// Package private keeps a value out of everything that prints by accident.
package private

import (
	"errors"
	"fmt"
	"log/slog"
)

var errMarshal = errors.New("dkeid: this value holds private data and does not marshal; take the fields you need")

// Value is embedded, under an alias that is not exported, in every type that
// holds tokens, codes, sealed state or facts about a person: such a value prints
// as a placeholder under every verb and refuses to marshal. Misused verbs (%w,
// %p) and values in unexported fields of other types are beyond a method's reach:
// there CPR numbers and secrets still show noise, because their representation
// does.
type Value struct{}

const placeholder = "[private]"

// String is a placeholder, for printers that know no Format, such as spew.
func (Value) String() string { return placeholder }

// Format writes a placeholder under every verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(placeholder)) }

// LogValue is a placeholder.
func (Value) LogValue() slog.Value { return slog.StringValue(placeholder) }

// MarshalJSON refuses.
func (Value) MarshalJSON() ([]byte, error) { return nil, errMarshal }

// MarshalText refuses, and with it XML.
func (Value) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalBinary refuses, and with it gob.
func (Value) MarshalBinary() ([]byte, error) { return nil, errMarshal }
