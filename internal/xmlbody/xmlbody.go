// Package xmlbody writes an XML request whose documents are streamed: what lies
// between them is built by encoding/xml, and the documents are read, and turned
// into base64, while the request is on its way. Its length is known before.
package xmlbody

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
)

// Builder collects a request from its first element to its last. The first error
// stays and is told by Body.
type Builder struct {
	buf   bytes.Buffer
	enc   *xml.Encoder
	open  []xml.Name
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
	b.buf.WriteString(xml.Header[:len(xml.Header)-1])
	b.enc = xml.NewEncoder(&b.buf)
	return b
}

// Open begins an element. name is as written, prefix included; attrs are pairs of
// name and value, such as "xmlns:dkal" and its address.
func (b *Builder) Open(name string, attrs ...string) {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i+1 < len(attrs); i += 2 {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: attrs[i]}, Value: attrs[i+1]})
	}
	b.open = append(b.open, start.Name)
	b.token(start)
}

// Close ends the innermost element.
func (b *Builder) Close() {
	if len(b.open) == 0 {
		b.fail(errors.New("xmlbody: nothing to close"))
		return
	}
	name := b.open[len(b.open)-1]
	b.open = b.open[:len(b.open)-1]
	b.token(xml.EndElement{Name: name})
}

// Text writes an element that holds text.
func (b *Builder) Text(name, text string, attrs ...string) {
	b.Open(name, attrs...)
	b.token(xml.CharData(text))
	b.Close()
}

// TextIf is Text unless text is empty.
func (b *Builder) TextIf(name, text string) {
	if text != "" {
		b.Text(name, text)
	}
}

// Base64 writes an element that holds a document of size octets in base64 (RFC
// 4648 section 4, one line).
func (b *Builder) Base64(name string, size int64, document func() (io.ReadCloser, error)) {
	b.Open(name)
	// An empty text makes the encoder finish the start tag.
	b.token(xml.CharData(nil))
	if b.err == nil {
		b.err = b.enc.Flush()
	}
	b.parts = append(b.parts, part{text: b.since(), size: size, document: document})
	b.Close()
}

func (b *Builder) since() []byte {
	text := b.buf.Bytes()[b.last:]
	b.last = b.buf.Len()
	return text
}

func (b *Builder) token(t xml.Token) {
	if b.err == nil {
		b.err = b.enc.EncodeToken(t)
	}
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
	if b.err == nil {
		b.err = b.enc.Flush()
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

// encodedLen is the length of n octets in base64.
func encodedLen(n int64) int64 { return (n + 2) / 3 * 4 }

var encoding = base64.StdEncoding
