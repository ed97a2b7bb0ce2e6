package cpr

import (
	"fmt"
	"log/slog"
)

// mask has no digit at all: a birth date alone still identifies people in small
// groups.
const mask = "******-****"

// Masked returns "******-****", or "" for the zero Number.
func (n Number) Masked() string {
	if n.v == 0 {
		return ""
	}
	return mask
}

// String returns [Number.Masked].
func (n Number) String() string { return n.Masked() }

// Format writes [Number.Masked] under every verb and flag.
func (n Number) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(n.Masked())) }

// LogValue returns [Number.Masked].
func (n Number) LogValue() slog.Value { return slog.StringValue(n.Masked()) }
