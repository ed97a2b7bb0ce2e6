// Package xmlbody writes an XML request whose documents are streamed: the text
// between them is put together first, escaped by encoding/xml, and the documents
// are read, and turned into base64, while the request is on its way. Its length is
// known before.
//
// It is no xml.Encoder: that one allocates for every element, which is what a small
// letter costs most of beside its journey.
package xmlbody

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// Builder collects a request from its first element to its last. The first error
// stays and is told by Body.
type Builder struct {
	buf   bytes.Buffer
	open  []string
	parts []part
	last  int // offset in buf behind the last part
	err   error
}

// part is a stretch of text, then a document, if there is one.
type part struct {
	text     []byte
	size     int64
	document func() (io.ReadCloser, error)
}

// New returns a Builder that has written the XML declaration.
func New() *Builder {
	b := new(Builder)
	b.buf.Grow(2 << 10)
	b.buf.WriteString(xml.Header[:len(xml.Header)-1])
	return b
}

// Open begins an element. name is as written, prefix included; attrs are pairs of
// name and value, such as "xmlns:dkal" and its address.
func (b *Builder) Open(name string, attrs ...string) {
	if !isName(name) {
		b.fail(errName)
		return
	}
	b.open = append(b.open, name)
	b.buf.WriteByte('<')
	b.buf.WriteString(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		b.buf.WriteByte(' ')
		b.buf.WriteString(attrs[i])
		b.buf.WriteString(`="`)
		b.escape(attrs[i+1])
		b.buf.WriteByte('"')
	}
	b.buf.WriteByte('>')
}

// isName reports whether s is letters, digits and colons, which is what our names
// are made of.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > ':') {
			return false
		}
	}
	return s != ""
}

var errName = errors.New("xmlbody: a name that is none")

// Close ends the innermost element.
func (b *Builder) Close() {
	if len(b.open) == 0 {
		b.fail(errors.New("xmlbody: nothing to close"))
		return
	}
	b.buf.WriteString("</")
	b.buf.WriteString(b.open[len(b.open)-1])
	b.buf.WriteByte('>')
	b.open = b.open[:len(b.open)-1]
}

// Text writes an element that holds text. Characters that XML cannot hold become
// U+FFFD.
func (b *Builder) Text(name, text string, attrs ...string) {
	b.Open(name, attrs...)
	b.escape(text)
	b.Close()
}

// escape writes text so that it means itself. What needs no care is most of it.
func (b *Builder) escape(text string) {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' {
			_ = xml.EscapeText(&b.buf, []byte(text)) // a buffer takes everything
			return
		}
	}
	b.buf.WriteString(text)
}

// TextIf is Text unless text is empty.
func (b *Builder) TextIf(name, text string) {
	if text != "" {
		b.Text(name, text)
	}
}

// Base64 writes an element that holds a document of size bytes in base64 (RFC
// 4648 section 4, one line).
func (b *Builder) Base64(name string, size int64, document func() (io.ReadCloser, error)) {
	b.Open(name)
	b.parts = append(b.parts, part{text: b.since(), size: size, document: document})
	b.Close()
}

func (b *Builder) since() []byte {
	text := b.buf.Bytes()[b.last:]
	b.last = b.buf.Len()
	return text
}

func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Body ends the request. The Builder must not be used afterwards.
func (b *Builder) Body() (*Body, error) {
	if len(b.open) > 0 {
		b.fail(errors.New("xmlbody: an element is not closed"))
	}
	if b.err != nil {
		return nil, b.err
	}
	body := &Body{parts: append(b.parts, part{text: b.since()})}
	for _, p := range body.parts {
		body.length += int64(len(p.text))
		if p.document != nil {
			body.length += encodedLen(p.size)
		}
	}
	return body, nil
}

// encodedLen is the length of n bytes in base64.
func encodedLen(n int64) int64 { return (n + 2) / 3 * 4 }
