package pdfscan

import (
	"unicode/utf16"
	"unicode/utf8"
)

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hex reads a string of hexadecimal digits (ISO 32000-1, 7.3.4.3).
func (l *lexer) hex() (any, error) {
	from := l.at
	l.at++
	digits, half, clean := 0, 0, true
	var out []byte
	for ; l.at < len(l.buf); l.at++ {
		c := l.buf[l.at]
		switch v := unhex(c); {
		case v >= 0 && digits%2 == 0:
			half, digits = v, digits+1
		case v >= 0:
			out, digits = append(out, byte(half<<4|v)), digits+1
		case isSpace(c):
			clean = false
		case c == '>':
			l.at++
			if digits%2 == 1 {
				out, clean = append(out, byte(half<<4)), false
			}
			return text{bytes: out, hex: true, clean: clean, from: from, to: l.at}, nil
		default:
			return nil, malformed("a string with something else than hexadecimal digits")
		}
	}
	return nil, malformed("a string without an end")
}

// literal reads a string in parentheses (ISO 32000-1, 7.3.4.2).
func (l *lexer) literal() (any, error) {
	from := l.at
	l.at++
	open := 1
	var out []byte
	for l.at < len(l.buf) {
		c := l.buf[l.at]
		l.at++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return text{bytes: out, from: from, to: l.at}, nil
			}
		case '\\':
			out = l.escape(out)
			continue
		case '\r':
			l.pass('\n')
			c = '\n'
		}
		out = append(out, c)
	}
	return nil, malformed("a string without an end")
}

// pass passes c if it follows.
func (l *lexer) pass(c byte) {
	if l.at < len(l.buf) && l.buf[l.at] == c {
		l.at++
	}
}

// escape reads what follows a backslash and appends what it stands for.
func (l *lexer) escape(out []byte) []byte {
	if l.at >= len(l.buf) {
		return out
	}
	c := l.buf[l.at]
	l.at++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		l.pass('\n')
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := int(c - '0')
	for i := 0; i < 2 && l.at < len(l.buf) && '0' <= l.buf[l.at] && l.buf[l.at] <= '7'; i++ {
		n = n<<3 | int(l.buf[l.at]-'0')
		l.at++
	}
	return append(out, byte(n))
}

// decoded returns a text string (ISO 32000-2, 7.9.2.2): UTF-16BE or UTF-8 behind a byte
// order mark, else PDFDocEncoding. False for bytes that are none of these.
func (t text) decoded() (string, bool) {
	b := t.bytes
	switch {
	case len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff:
		return fromUTF16(b[2:])
	case len(b) >= 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf:
		return string(b[3:]), utf8.Valid(b[3:])
	}
	out := make([]rune, len(b))
	for i, c := range b {
		r, ok := fromDocEncoding(c)
		if !ok {
			return "", false
		}
		out[i] = r
	}
	return string(out), true
}

func fromUTF16(b []byte) (string, bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	out := make([]rune, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		r := rune(b[i])<<8 | rune(b[i+1])
		if utf16.IsSurrogate(r) {
			if i += 2; i >= len(b) {
				return "", false
			}
			if r = utf16.DecodeRune(r, rune(b[i])<<8|rune(b[i+1])); r == utf8.RuneError {
				return "", false
			}
		}
		out = append(out, r)
	}
	return string(out), true
}

// docEncoding are the characters 0x18–0x1f and 0x80–0xa0 of PDFDocEncoding (ISO 32000-1,
// annex D.3).
const (
	docLow  = "˘ˇˆ˙˝˛˚˜"
	docHigh = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\u0000€"
)

func fromDocEncoding(c byte) (rune, bool) {
	switch {
	case 0x18 <= c && c <= 0x1f:
		return []rune(docLow)[c-0x18], true
	case 0x80 <= c && c <= 0xa0:
		r := []rune(docHigh)[c-0x80]
		return r, r != 0
	case c == 0x7f || c == 0xad:
		return 0, false
	}
	return rune(c), true
}
