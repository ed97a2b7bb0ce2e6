package pades

// Verdict is the answer about a file or a signature (ETSI EN 319 102-1, 5.1.3).
type Verdict uint8

// The verdicts. The zero value is none of them.
const (
	Passed        Verdict = iota + 1 // TOTAL-PASSED
	Failed                           // TOTAL-FAILED
	Indeterminate                    // INDETERMINATE: what is there does not tell
)

// String returns the verdict in lower case: "passed", "failed" or "indeterminate".
func (v Verdict) String() string {
	switch v {
	case Passed:
		return "passed"
	case Failed:
		return "failed"
	case Indeterminate:
		return "indeterminate"
	}
	return "none"
}

// MarshalText returns String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }
