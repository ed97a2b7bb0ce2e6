package strictjson

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// A walker goes over a document once before it is parsed and finds what the
// parser has no option for: depth, trailing data, names in another letter case.
// It is lenient about everything that the parser refuses anyway.
type walker struct {
	data  []byte
	pos   int
	depth int
}

// document walks the whole text. It returns zero if there is nothing to object to.
func (w *walker) document(s *shape) Reason {
	if r := w.value(s); r != 0 {
		return r
	}
	w.space()
	if w.pos < len(w.data) {
		return Trailing
	}
	return 0
}

func (w *walker) value(s *shape) Reason {
	switch w.peek() {
	case '{', '[':
		return w.nested(s)
	case '"':
		return w.text()
	default:
		return w.scalar()
	}
}

// nested walks the object or array whose opening bracket is the next byte.
func (w *walker) nested(s *shape) (r Reason) {
	if w.depth == MaxDepth {
		return TooDeep
	}
	object := w.data[w.pos] == '{'
	w.depth++
	w.pos++
	if object {
		r = w.object(s)
	} else {
		r = w.array(s)
	}
	w.depth--
	return r
}

func (w *walker) object(s *shape) Reason {
	if w.peek() == '}' {
		w.pos++
		return 0
	}
	for {
		if w.peek() != '"' {
			return Syntax
		}
		start := w.pos
		if r := w.text(); r != 0 {
			return r
		}
		member, r := s.member(w.data[start:w.pos])
		if r != 0 {
			return r
		}
		if w.peek() != ':' {
			return Syntax
		}
		w.pos++
		if r := w.value(member); r != 0 {
			return r
		}
		if more, r := w.next('}'); !more {
			return r
		}
	}
}

func (w *walker) array(s *shape) Reason {
	if w.peek() == ']' {
		w.pos++
		return 0
	}
	for {
		if r := w.value(s.element()); r != 0 {
			return r
		}
		if more, r := w.next(']'); !more {
			return r
		}
	}
}

// next reads what follows a member or an element.
func (w *walker) next(end byte) (more bool, r Reason) {
	switch w.peek() {
	case ',':
		w.pos++
		return true, 0
	case end:
		w.pos++
		return false, 0
	default:
		return false, Syntax
	}
}

// text passes over a string whose opening quote is the next byte.
func (w *walker) text() Reason {
	for i := w.pos + 1; ; {
		n := bytes.IndexByte(w.data[i:], '"')
		if n < 0 {
			return Syntax
		}
		esc := bytes.IndexByte(w.data[i:i+n], '\\')
		if esc < 0 {
			w.pos = i + n + 1
			return 0
		}
		if i += esc + 2; i > len(w.data) {
			return Syntax
		}
	}
}

// scalar passes over a number or a literal.
func (w *walker) scalar() Reason {
	rest := w.data[w.pos:]
	if len(rest) == 0 || bytes.IndexByte([]byte("-0123456789tfn"), rest[0]) < 0 {
		return Syntax
	}
	if n := bytes.IndexAny(rest, " \t\r\n,:}]{[\""); n >= 0 {
		rest = rest[:n]
	}
	w.pos += len(rest)
	return 0
}

func (w *walker) space() {
	for w.pos < len(w.data) {
		switch w.data[w.pos] {
		case ' ', '\t', '\r', '\n':
			w.pos++
		default:
			return
		}
	}
}

// peek returns the next byte that is not white space, or 0 at the end.
func (w *walker) peek() byte {
	w.space()
	if w.pos == len(w.data) {
		return 0
	}
	return w.data[w.pos]
}

// unquoted returns the text of a quoted member name. The second result is false
// if the name is malformed; the parser will refuse it.
func unquoted(quoted []byte) ([]byte, bool) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], true
	}
	name, err := jsontext.AppendUnquote(nil, quoted)
	return name, err == nil
}
