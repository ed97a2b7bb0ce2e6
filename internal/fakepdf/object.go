package fakepdf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
)

// The values of a PDF (ISO 32000-2, 7.3). Booleans are bool, null is nil, a number
// is kept as it was written.
type (
	object  any
	number  string
	name    string
	text    []byte // a string, without its escapes
	array   []object
	dict    map[name]object
	ref     struct{ num, gen int }
	written string // a value just as it is to be written
	stream  struct {
		dict dict
		data []byte // as it stands in the file
	}
)

func integer(n int) number { return number(strconv.Itoa(n)) }

// appendObject writes o. The members of a dictionary are in order of their names.
func appendObject(b []byte, o object) []byte {
	switch o := o.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, o)
	case number:
		return append(b, o...)
	case written:
		return append(b, o...)
	case name:
		return appendName(b, o)
	case text:
		return appendText(b, o)
	case ref:
		return fmt.Appendf(b, "%d %d R", o.num, o.gen)
	case array:
		b = append(b, '[')
		for i, e := range o {
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendObject(b, e)
		}
		return append(b, ']')
	case dict:
		b = append(b, "<<"...)
		keys := make([]name, 0, len(o))
		for k := range o {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			b = append(appendName(b, k), ' ')
			b = appendObject(b, o[k])
		}
		return append(b, ">>"...)
	case *stream:
		d := make(dict, len(o.dict)+1)
		for k, v := range o.dict {
			d[k] = v
		}
		d["Length"] = integer(len(o.data))
		b = append(appendObject(b, d), "stream\n"...)
		b = append(b, o.data...)
		return append(b, "\nendstream"...)
	}
	return b
}

func appendName(b []byte, n name) []byte {
	b = append(b, '/')
	for _, c := range []byte(n) {
		if c <= ' ' || c >= 0x7f || bytes.IndexByte([]byte("#()<>[]{}/%"), c) >= 0 {
			b = fmt.Appendf(b, "#%02X", c)
			continue
		}
		b = append(b, c)
	}
	return b
}

// appendText writes a literal string. An end of line is escaped, because readers
// take each kind of it for a line feed (7.3.4.2).
func appendText(b []byte, s text) []byte {
	b = append(b, '(')
	for _, c := range s {
		switch c {
		case '\\', '(', ')':
			b = append(b, '\\', c)
		case '\r':
			b = append(b, `\r`...)
		case '\n':
			b = append(b, `\n`...)
		default:
			b = append(b, c)
		}
	}
	return append(b, ')')
}

// textOf returns s as a text string: as it is where ASCII is enough, otherwise in
// UTF-16BE behind its mark (7.9.2.2).
func textOf(s string) text {
	if isASCII(s) {
		return text(s)
	}
	out := text{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

func isASCII(s string) bool {
	return !bytes.ContainsFunc([]byte(s), func(r rune) bool { return r >= 0x80 })
}

// stringOf reads a text string: UTF-16BE or UTF-8 by its mark, otherwise a byte a
// character.
func stringOf(t text) string {
	if bytes.HasPrefix(t, []byte{0xfe, 0xff}) {
		units := make([]uint16, 0, len(t)/2)
		for i := 2; i+1 < len(t); i += 2 {
			units = append(units, uint16(t[i])<<8|uint16(t[i+1]))
		}
		return string(utf16.Decode(units))
	}
	if rest, ok := bytes.CutPrefix(t, []byte{0xef, 0xbb, 0xbf}); ok {
		return string(rest)
	}
	runes := make([]rune, len(t))
	for i, c := range t {
		runes[i] = rune(c)
	}
	return string(runes)
}

// winAnsi returns s in the encoding of the fonts here. A character that Latin-1
// does not have becomes a question mark.
func winAnsi(s string) text {
	var out text
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
