package pdfscan

// Reason says what is wrong with a file, as one of a closed list.
type Reason uint8

// The reasons.
const (
	NotPDF    Reason = iota + 1 // it does not begin as a PDF
	Cut                         // its end is missing
	Encrypted                   // it cannot be looked into
	TooLarge                    // more objects, updates or packed data than the limits allow
	Malformed                   // a rule of the format is broken, so readers may see different things
	Forged                      // a signature does not cover what it should
	Modified                    // the file was changed after it was signed
)

// String returns the reason in words.
func (r Reason) String() string {
	words := [...]string{"unknown", "not a PDF", "cut", "encrypted", "too large", "malformed", "signature invalid", "modified"}
	if int(r) >= len(words) {
		r = 0
	}
	return words[r]
}

// Error says why a file cannot be read. Its text holds nothing of the file.
type Error struct {
	Reason Reason
	Why    string // in our words

	kind   ChangeKind // if an update did it
	object int        // and with which object, if not the one that is judged
}

// Error returns the text.
func (e *Error) Error() string {
	s := "pdfscan: " + e.Reason.String()
	if e.Why != "" {
		s += ": " + e.Why
	}
	return s
}

func fail(r Reason, why string) *Error { return &Error{Reason: r, Why: why} }

func malformed(why string) *Error { return fail(Malformed, why) }

func forged(why string) *Error { return fail(Forged, why) }

// modified is the error for what an update does.
func modified(k ChangeKind) *Error { return &Error{Reason: Modified, Why: words[k], kind: k} }
