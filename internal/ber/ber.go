// Package ber reads values of ASN.1 in BER, the form that allows indefinite lengths and
// strings in pieces (X.690), and writes them in DER. Genuine signatures of some member
// states of the EU have that form; package encoding/asn1 reads DER alone.
//
// Time and memory are in proportion to the input. Nothing is called recursively, and the
// depth is bounded.
package ber

import (
	"errors"
)

// maxDepth bounds how deep values may stand in each other.
const maxDepth = 64

// ErrMalformed is the error for what is no BER value.
var ErrMalformed = errors.New("ber: no value in BER")

// Length returns how many bytes of b the first value takes, and whether all its lengths are
// definite and no string of it is in pieces, as DER wants it. The error is ErrMalformed.
func Length(b []byte) (n int, definite bool, err error) {
	r := &reader{buf: b}
	if err := r.read(nil); err != nil {
		return 0, false, err
	}
	return r.at, !r.indefinite, nil
}

// DER returns the first value of b with definite lengths and strings in one piece. It does
// not sort sets and does not change primitive values. b must hold nothing else; the error is
// ErrMalformed.
func DER(b []byte) ([]byte, error) {
	r := &reader{buf: b}
	w := &writer{}
	if err := r.read(w); err != nil {
		return nil, err
	}
	if r.at != len(b) {
		return nil, ErrMalformed
	}
	return w.bytes(), nil
}

// A reader passes one value, and tells a writer about it.
type reader struct {
	buf        []byte
	at         int
	indefinite bool
}

// An open value is one whose end has not been reached.
type open struct {
	end    int // -1: its end is two zero bytes
	pieces bool
}

func (r *reader) read(w *writer) error {
	var stack []open
	for {
		h, err := r.header()
		if err != nil {
			return err
		}
		top := len(stack) - 1
		switch {
		case h.endOfContents():
			if top < 0 || stack[top].end != -1 {
				return ErrMalformed
			}
			w.close()
			stack = stack[:top]
		case h.constructed:
			if top >= 0 && stack[top].pieces && !h.string() || h.bits() || len(stack) >= maxDepth {
				return ErrMalformed
			}
			if h.end < 0 || h.string() {
				r.indefinite = true
			}
			if h.end > limit(stack, len(r.buf)) {
				return ErrMalformed
			}
			inPieces := h.string()
			nested := top >= 0 && stack[top].pieces
			w.open(h, inPieces, nested)
			stack = append(stack, open{h.end, inPieces})
		default:
			if top >= 0 && stack[top].pieces && !h.string() {
				return ErrMalformed
			}
			if h.end < 0 || h.end > limit(stack, len(r.buf)) {
				return ErrMalformed
			}
			w.primitive(h, r.buf[r.at:h.end], top >= 0 && stack[top].pieces)
			r.at = h.end
		}
		if r.at > limit(stack, len(r.buf)) {
			return ErrMalformed
		}
		for len(stack) > 0 && stack[len(stack)-1].end == r.at {
			w.close()
			stack = stack[:len(stack)-1]
		}
		if len(stack) == 0 {
			return nil
		}
	}
}

// limit is where the innermost value of definite length ends.
func limit(stack []open, n int) int {
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i].end >= 0 {
			return stack[i].end
		}
	}
	return n
}

// A header is the identifier and length bytes of a value.
type header struct {
	id          []byte // as it stands
	constructed bool
	end         int // of the value; -1 if it is not told
}

// endOfContents reports whether it ends a value of indefinite length.
func (h *header) endOfContents() bool { return len(h.id) == 1 && h.id[0] == 0 }

// string reports whether it is a string type of the universal class, which BER may write in
// pieces.
func (h *header) string() bool {
	if len(h.id) != 1 || h.id[0]&0xc0 != 0 {
		return false
	}
	switch h.id[0] & 0x1f {
	case 4, 12, 18, 19, 20, 21, 22, 25, 26, 27, 28, 30:
		return true
	}
	return false
}

// bits reports whether it is a bit string in pieces, which is not read here.
func (h *header) bits() bool { return len(h.id) == 1 && h.id[0] == 0x23 }

func (r *reader) header() (header, error) {
	from := r.at
	next := func() (byte, bool) {
		if r.at >= len(r.buf) {
			return 0, false
		}
		r.at++
		return r.buf[r.at-1], true
	}
	c, ok := next()
	if !ok {
		return header{}, ErrMalformed
	}
	h := header{constructed: c&0x20 != 0}
	if c&0x1f == 0x1f {
		for n := 0; ; n++ {
			if c, ok = next(); !ok || n > 3 {
				return header{}, ErrMalformed
			}
			if c&0x80 == 0 {
				break
			}
		}
	}
	h.id = r.buf[from:r.at]
	c, ok = next()
	switch {
	case !ok || h.endOfContents() && c != 0:
		return header{}, ErrMalformed
	case c == 0x80:
		if h.end = -1; !h.constructed {
			return header{}, ErrMalformed
		}
		return h, nil
	case c < 0x80:
		h.end = r.at + int(c)
	default:
		n := 0
		for range c & 0x7f {
			if c, ok = next(); !ok || n > 1<<23 {
				return header{}, ErrMalformed
			}
			n = n<<8 | int(c)
		}
		h.end = r.at + n
	}
	if h.end > len(r.buf) {
		return header{}, ErrMalformed
	}
	return h, nil
}

// A writer collects values in DER. A nil writer takes no notice.
type writer struct {
	levels []level
	done   []byte
}

type level struct {
	id      []byte
	content []byte
	inner   bool // a piece of a string: what it holds belongs to the string
}

func (w *writer) open(h header, pieces, nested bool) {
	if w == nil {
		return
	}
	id := h.id
	if pieces {
		id = []byte{id[0] &^ 0x20}
	}
	w.levels = append(w.levels, level{id: id, inner: nested})
}

func (w *writer) primitive(h header, content []byte, piece bool) {
	if w == nil {
		return
	}
	if piece {
		w.add(content)
		return
	}
	w.add(encode(h.id, content))
}

func (w *writer) close() {
	if w == nil {
		return
	}
	l := w.levels[len(w.levels)-1]
	w.levels = w.levels[:len(w.levels)-1]
	if l.inner {
		w.add(l.content)
		return
	}
	w.add(encode(l.id, l.content))
}

func (w *writer) add(b []byte) {
	if n := len(w.levels); n > 0 {
		w.levels[n-1].content = append(w.levels[n-1].content, b...)
		return
	}
	w.done = append(w.done, b...)
}

func (w *writer) bytes() []byte { return w.done }

func encode(id, content []byte) []byte {
	out := append([]byte{}, id...)
	switch n := len(content); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 1<<8:
		out = append(out, 0x81, byte(n))
	case n < 1<<16:
		out = append(out, 0x82, byte(n>>8), byte(n))
	case n < 1<<24:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		out = append(out, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, content...)
}
