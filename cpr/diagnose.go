package cpr

// diagnose says why t, which is s without its outer blanks, is refused. It
// looks at the first characters of t only, however long t is.
func diagnose(s, t string) *Error {
	outer := len(s) - len(trimLeft(s)) // blanks before t
	if t == "" {
		return &Error{Reason: ReasonEmpty}
	}
	for i := range min(len(t), 6) {
		if !isDigit(t[i]) {
			return &Error{Reason: ReasonCharacter, Pos: outer + i + 1}
		}
	}
	if len(t) <= 6 {
		return &Error{Reason: ReasonLength}
	}
	serial := t[6:]
	if serial[0] == '-' {
		serial = serial[1:]
	}
	if hasLetters(serial) {
		return &Error{Reason: ReasonLetters}
	}
	for i := range min(len(serial), 5) {
		if isDigit(serial[i]) {
			continue
		}
		e := &Error{Reason: ReasonCharacter, Pos: outer + len(t) - len(serial) + i + 1}
		if i == 0 {
			e.Reason = ReasonSeparator
		}
		return e
	}
	if len(serial) != 4 {
		return &Error{Reason: ReasonLength}
	}
	p, _ := split(t)
	return &Error{Reason: p.check()}
}

// hasLetters reports whether s is what stands after the date in the numbers
// with letters: four ASCII digits and letters, at least one of them a letter.
func hasLetters(s string) bool {
	if len(s) != 4 {
		return false
	}
	letters := 0
	for i := range len(s) {
		switch c := s[i] | 0x20; {
		case 'a' <= c && c <= 'z':
			letters++
		case !isDigit(s[i]):
			return false
		}
	}
	return letters > 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
