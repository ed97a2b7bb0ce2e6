package cpr

// Number is a CPR number, ordinary or replacement. Only [Parse], and the readers
// of [Plain] that call it, make one, so a Number that is not zero always keeps the
// rules of the register.
//
// A Number is a value: == compares it, and it can be the key of a map. Equality
// holds within one process only; to store a number use [Plain], to look one up
// use [Number.Pseudonym]. Eight bytes, no pointers.
//
// The zero Number stands for "no number". It prints as nothing and is refused
// by [Number.RequireOrdinary].
//
// A Number prints as a mask and refuses to marshal. Printers that walk values
// by reflection (spew, go-cmp, testify, fmt on unexported fields, stack traces)
// see the digits scrambled with a key of this process, so they print noise.
// That is a seat belt and not encryption: who can read the process's memory can
// read the number.
type Number struct{ v uint64 }

// IsZero reports whether n is the zero Number, so that `json:",omitzero"`
// leaves it out.
func (n Number) IsZero() bool { return n.v == 0 }

// Reveal returns the ten digits without a hyphen, or "" for the zero Number.
// Every call is a place where the number leaves protection; call it as late as
// possible and never for a log, a URL, a file name or a subject line.
func (n Number) Reveal() string {
	if n.v == 0 {
		return ""
	}
	d := n.digits()
	return string(d[:])
}

// digits returns the ten ASCII digits of a Number that is not zero.
func (n Number) digits() (d [10]byte) {
	x := n.value()
	for i := len(d) - 1; i >= 0; i-- {
		d[i] = '0' + byte(x%10)
		x /= 10
	}
	return d
}

// value returns the ten digits as one integer, 0 for the zero Number.
func (n Number) value() uint64 { return key.unscramble(n.v) }

// parts returns what the ten digits spell.
func (n Number) parts() parts {
	x := int64(n.value())
	return parts{int(x / 1e8), int(x / 1e6 % 100), int(x / 1e4 % 100), int(x % 1e4)}
}
