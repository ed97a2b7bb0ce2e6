package cpr

// Kind says who made a number. Its zero value belongs to the zero Number.
type Kind uint8

// The kinds.
const (
	// Ordinary is the form in which the register (CPR) gives numbers.
	Ordinary Kind = iota + 1
	// Replacement has 60 added to the day. Companies and authorities make these up
	// for people who cannot get a number; they mean nothing outside the system
	// that made them, and CPR never gives one.
	Replacement
)

// String returns "ordinary", "replacement" or "".
func (k Kind) String() string {
	switch k {
	case Ordinary:
		return "ordinary"
	case Replacement:
		return "replacement"
	}
	return ""
}

// Kind returns whether n is an ordinary or a replacement number.
func (n Number) Kind() Kind {
	switch {
	case n.v == 0:
		return 0
	case n.parts().day > replacementDay:
		return Replacement
	}
	return Ordinary
}

// RequireOrdinary refuses everything but ordinary numbers: a replacement number
// with [ReasonReplacement], the zero Number with [ReasonMissing]. Call it before
// a number leaves for another system, be it to send a letter or to match.
func (n Number) RequireOrdinary() error {
	switch n.Kind() {
	case Ordinary:
		return nil
	case Replacement:
		return &Error{Reason: ReasonReplacement}
	}
	return &Error{Reason: ReasonMissing}
}
