package fakepdf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strconv"
)

var errSyntax = errors.New("fakepdf: this is not a PDF that can be read")

const maxDepth = 64 // of arrays and dictionaries in each other

// A parser reads values from a place in a file.
type parser struct {
	data []byte
	at   int
}

func isSpace(c byte) bool { return bytes.IndexByte([]byte("\x00\t\n\f\r "), c) >= 0 }
func isDelim(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// skip passes white space and comments.
func (p *parser) skip() {
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case isSpace(c):
			p.at++
		case c == '%':
			for p.at < len(p.data) && p.data[p.at] != '\n' && p.data[p.at] != '\r' {
				p.at++
			}
		default:
			return
		}
	}
}

func (p *parser) peek(s string) bool { return bytes.HasPrefix(p.data[p.at:], []byte(s)) }

// take passes s if it is next.
func (p *parser) take(s string) bool {
	if !p.peek(s) {
		return false
	}
	p.at += len(s)
	return true
}

// word reads up to a space or a delimiter.
func (p *parser) word() string {
	from := p.at
	for p.at < len(p.data) && !isSpace(p.data[p.at]) && !isDelim(p.data[p.at]) {
		p.at++
	}
	return string(p.data[from:p.at])
}

// integer reads a number that is not negative and fits a file.
func (p *parser) integer() (int, error) {
	p.skip()
	n, err := strconv.Atoi(p.word())
	if err != nil || n < 0 || n > 1<<31-1 {
		return 0, errSyntax
	}
	return n, nil
}

// value reads a value that is no stream.
func (p *parser) value(depth int) (object, error) {
	p.skip()
	if p.at >= len(p.data) || depth > maxDepth {
		return nil, errSyntax
	}
	switch c := p.data[p.at]; {
	case p.take("<<"):
		return p.dictionary(depth)
	case c == '<':
		return p.hexText()
	case c == '(':
		return p.literal()
	case c == '/':
		return p.name()
	case c == '[':
		p.at++
		out := array{}
		for {
			p.skip()
			if p.take("]") {
				return out, nil
			}
			v, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	}
	return p.simple()
}

// simple reads a number, a reference, a boolean or null.
func (p *parser) simple() (object, error) {
	w := p.word()
	switch w {
	case "true", "false":
		return w == "true", nil
	case "null":
		return nil, nil
	}
	if _, err := strconv.ParseFloat(w, 64); err != nil {
		return nil, errSyntax
	}
	after := p.at
	num, err := strconv.Atoi(w)
	if err == nil && num > 0 {
		if gen, err := p.integer(); err == nil {
			if p.skip(); p.word() == "R" {
				return ref{num, gen}, nil
			}
		}
	}
	p.at = after
	return number(w), nil
}

func (p *parser) dictionary(depth int) (dict, error) {
	out := dict{}
	for {
		p.skip()
		if p.take(">>") {
			return out, nil
		}
		k, err := p.name()
		if err != nil {
			return nil, err
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		out[k] = v
	}
}

func (p *parser) name() (name, error) {
	if !p.take("/") {
		return "", errSyntax
	}
	w := p.word()
	var out []byte
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if b, err := hex.DecodeString(w[i+1 : i+3]); err == nil {
				out = append(out, b[0])
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return name(out), nil
}

func (p *parser) hexText() (object, error) {
	end := bytes.IndexByte(p.data[p.at:], '>')
	if end < 0 {
		return nil, errSyntax
	}
	digits := make([]byte, 0, end)
	for _, c := range p.data[p.at+1 : p.at+end] {
		if !isSpace(c) {
			digits = append(digits, c)
		}
	}
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make(text, len(digits)/2)
	if _, err := hex.Decode(out, digits); err != nil {
		return nil, errSyntax
	}
	p.at += end + 1
	return out, nil
}

// literal reads a string in parentheses (7.3.4.2).
func (p *parser) literal() (object, error) {
	p.at++
	out, open := text{}, 1
	for p.at < len(p.data) {
		c := p.data[p.at]
		p.at++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return out, nil
			}
		case '\\':
			out = p.escape(out)
			continue
		}
		out = append(out, c)
	}
	return nil, errSyntax
}

// escape reads what follows a backslash.
func (p *parser) escape(out text) text {
	if p.at >= len(p.data) {
		return out
	}
	c := p.data[p.at]
	p.at++
	if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
		return append(out, "\n\r\t\b\f"[i])
	}
	switch {
	case c >= '0' && c <= '7':
		n := int(c - '0')
		for range 2 {
			if p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '7' {
				n = n*8 + int(p.data[p.at]-'0')
				p.at++
			}
		}
		return append(out, byte(n))
	case c == '\r':
		p.take("\n")
		return out
	case c == '\n':
		return out
	}
	return append(out, c)
}
