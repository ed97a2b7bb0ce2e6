package cpr

// Parse reads a number written as DDMMYYXXXX or DDMMYY-XXXX in ASCII. Blanks
// (U+0020) may stand before and after it; nothing else is taken, and nothing is
// ever stripped from within or padded.
//
// It accepts ordinary and replacement numbers ([Number.Kind]), with and without
// a right check digit ([Number.ChecksumOK]), and births that lie ahead
// ([Number.RequireBornBy]). The date must exist in the year that the century
// table gives. The error is an [*Error] and holds none of the input.
//
// It allocates nothing for a number that it accepts.
func Parse(s string) (Number, error) {
	t := trim(s)
	p, ok := split(t)
	if !ok || p.check() != 0 {
		return Number{}, diagnose(s, t)
	}
	return Number{key.scramble(p.integer())}, nil
}

// MustParse is [Parse] for constants and tests. It panics if s is no CPR number;
// the panic does not show s.
func MustParse(s string) Number {
	n, err := Parse(s)
	if err != nil {
		panic("cpr: MustParse: " + err.(*Error).Reason.String())
	}
	return n
}

// trim removes blanks, and only U+0020, from both ends.
func trim(s string) string {
	s = trimLeft(s)
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func trimLeft(s string) string {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	return s
}

// parts are the four things that ten digits spell.
type parts struct{ day, month, yy, serial int }

// split reads the ten digits of t, with or without the hyphen.
func split(t string) (p parts, ok bool) {
	if len(t) != 10 && (len(t) != 11 || t[6] != '-') {
		return p, false
	}
	date, serial := t[:6], t[len(t)-4:]
	day, ok1 := two(date[0], date[1])
	month, ok2 := two(date[2], date[3])
	yy, ok3 := two(date[4], date[5])
	high, ok4 := two(serial[0], serial[1])
	low, ok5 := two(serial[2], serial[3])
	return parts{day, month, yy, high*100 + low}, ok1 && ok2 && ok3 && ok4 && ok5
}

// two reads two ASCII digits.
func two(a, b byte) (n int, ok bool) {
	a, b = a-'0', b-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

// check returns the first rule that p breaks, or 0.
func (p parts) check() Reason {
	day := p.birthday()
	switch {
	case p.month < 1 || p.month > 12:
		return ReasonMonth
	case day < 1 || day > int(monthDays[p.month]):
		return ReasonDay
	case day == 29 && p.month == 2 && !p.leap():
		return ReasonLeapDay
	case p.serial == 0:
		return ReasonSerial
	}
	return 0
}

// integer returns the ten digits as one integer.
func (p parts) integer() uint64 {
	return uint64(p.day*1e4+p.month*100+p.yy)*1e4 + uint64(p.serial)
}
