package pdfscan

import (
	"bytes"
	"strconv"
)

// The limits of one object.
const (
	maxDepth = 64 // of arrays and dictionaries in each other
	maxName  = 1024
)

// A lexer reads objects from a buffer. It is strict: what another reader could take for
// something else is an error. All lexers of a file share one budget.
type lexer struct {
	buf    []byte
	at     int
	budget *budget
	loose  bool // of a key that is twice in a dictionary the last one holds
}

// A budget bounds the work that a whole file may cause.
type budget struct {
	values int // that may still be read
	packed int // bytes that may still be unpacked
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isRegular(c byte) bool { return !isSpace(c) && !isDelimiter(c) }

// skip passes white space and comments.
func (l *lexer) skip() {
	for l.at < len(l.buf) {
		switch c := l.buf[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.buf) && l.buf[l.at] != '\n' && l.buf[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// word returns the regular characters that follow, which may be none.
func (l *lexer) word() []byte {
	from := l.at
	for l.at < len(l.buf) && isRegular(l.buf[l.at]) {
		l.at++
	}
	return l.buf[from:l.at]
}

// keyword passes w if it follows as a whole word.
func (l *lexer) keyword(w string) bool {
	l.skip()
	end := l.at + len(w)
	if end > len(l.buf) || string(l.buf[l.at:end]) != w || end < len(l.buf) && isRegular(l.buf[end]) {
		return false
	}
	l.at = end
	return true
}

// number returns a non-negative integer of at most ten digits.
func (l *lexer) number() (int, bool) {
	l.skip()
	from := l.at
	n, ok := natural(l.word())
	if !ok {
		l.at = from
	}
	return n, ok
}

func natural(s []byte) (int, bool) {
	if len(s) == 0 || len(s) > 10 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// value reads one object. An integer, an integer and R are a reference.
func (l *lexer) value(depth int) (any, error) {
	l.skip()
	if l.budget.values--; l.budget.values < 0 {
		return nil, fail(TooLarge, "too many values")
	}
	if depth > maxDepth {
		return nil, fail(TooLarge, "values too deep in each other")
	}
	if l.at >= len(l.buf) {
		return nil, malformed("a value is missing")
	}
	switch c := l.buf[l.at]; c {
	case '/':
		return l.name()
	case '(':
		return l.literal()
	case '[':
		return l.array(depth)
	case '<':
		if l.at+1 < len(l.buf) && l.buf[l.at+1] == '<' {
			return l.dict(depth)
		}
		return l.hex()
	}
	return l.atom()
}

// atom reads a number, a reference, true, false or null.
func (l *lexer) atom() (any, error) {
	w := l.word()
	switch string(w) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if n, ok := natural(w); ok {
		if gen, ok := l.reference(); ok {
			return ref{n, gen}, nil
		}
		return int64(n), nil
	}
	if !isNumber(w) {
		return nil, malformed("an unknown value")
	}
	if n, err := strconv.ParseInt(string(w), 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(string(w), 64)
	if err != nil {
		return nil, malformed("a number out of range")
	}
	return f, nil
}

// isNumber reports whether w is written as ISO 32000-1, 7.3.3 says.
func isNumber(w []byte) bool {
	digits, points := 0, 0
	for i := range len(w) {
		switch c := w[i]; {
		case '0' <= c && c <= '9':
			digits++
		case c == '.':
			points++
		case (c == '+' || c == '-') && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && points <= 1 && len(w) <= 64
}

// reference passes the rest of a reference: a generation and R.
func (l *lexer) reference() (gen int, ok bool) {
	from := l.at
	if gen, ok = l.number(); ok && l.keyword("R") {
		return gen, true
	}
	l.at = from
	return 0, false
}

func (l *lexer) name() (any, error) {
	l.at++
	w := l.word()
	if len(w) > maxName {
		return nil, fail(TooLarge, "a name is too long")
	}
	if bytes.IndexByte(w, '#') < 0 {
		return name(w), nil
	}
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] != '#' {
			out = append(out, w[i])
			continue
		}
		if i+2 >= len(w) || unhex(w[i+1]) < 0 || unhex(w[i+2]) < 0 {
			return nil, malformed("a name with half an escape")
		}
		c := byte(unhex(w[i+1])<<4 | unhex(w[i+2]))
		if c == 0 {
			return nil, malformed("a name with a zero byte")
		}
		out = append(out, c)
		i += 2
	}
	return name(out), nil
}

func (l *lexer) array(depth int) (any, error) {
	l.at++
	a := array{}
	for {
		l.skip()
		if l.at < len(l.buf) && l.buf[l.at] == ']' {
			l.at++
			return a, nil
		}
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
}

// dict reads a dictionary. A key that is there twice is an error: readers differ on
// which of the two counts.
func (l *lexer) dict(depth int) (any, error) {
	l.at += 2
	d := dict{}
	for {
		l.skip()
		if bytes.HasPrefix(l.buf[l.at:], []byte(">>")) {
			l.at += 2
			return d, nil
		}
		if l.at >= len(l.buf) || l.buf[l.at] != '/' {
			return nil, malformed("a dictionary with something else than a name as its key")
		}
		if l.budget.values--; l.budget.values < 0 {
			return nil, fail(TooLarge, "too many values")
		}
		key, err := l.name()
		if err != nil {
			return nil, err
		}
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, twice := d[key.(name)]; twice && !l.loose {
			return nil, malformed("a dictionary with one key twice")
		}
		d[key.(name)] = v
	}
}
