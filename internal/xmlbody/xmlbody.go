// Package xmlbody writes an XML request whose documents are streamed. The text
// between the documents is put together first; the documents are read, and turned
// into base64, while the request is on its way. Its length is known before.
//
// An xml.Encoder would hold every document in memory.
package xmlbody

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io"
	"strings"
)

// Builder collects a request from its first element to its last.
type Builder struct {
	text   bytes.Buffer // since the last document
	open   []string
	parts  []io.Reader
	length int64
}

// New returns a Builder that has written the XML declaration.
func New() *Builder {
	b := new(Builder)
	b.text.WriteString(strings.TrimSpace(xml.Header))
	return b
}

// Open begins an element. name is as written, prefix included; attrs are pairs of
// name and value, such as "xmlns:dkal" and its address.
func (b *Builder) Open(name string, attrs ...string) {
	b.open = append(b.open, name)
	b.text.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		b.text.WriteString(" " + attrs[i] + `="`)
		b.escape(attrs[i+1])
		b.text.WriteByte('"')
	}
	b.text.WriteByte('>')
}

// Close ends the innermost element, which there must be.
func (b *Builder) Close() {
	last := len(b.open) - 1
	b.text.WriteString("</" + b.open[last] + ">")
	b.open = b.open[:last]
}

// Text writes an element that holds text. Characters that XML cannot hold become
// U+FFFD.
func (b *Builder) Text(name, text string, attrs ...string) {
	b.Open(name, attrs...)
	b.escape(text)
	b.Close()
}

// TextIf is Text unless text is empty.
func (b *Builder) TextIf(name, text string) {
	if text != "" {
		b.Text(name, text)
	}
}

// Base64 writes an element that holds a document of size bytes in base64 (RFC
// 4648 section 4, one line). The document is opened when it is its turn.
func (b *Builder) Base64(name string, size int64, open func() (io.ReadCloser, error)) {
	b.Open(name)
	b.cut()
	b.parts = append(b.parts, &document{open: open, left: size})
	b.length += int64(base64.StdEncoding.EncodedLen(int(size)))
	b.Close()
}

// Body ends the request and closes the elements that are open. The Builder must
// not be used afterwards.
func (b *Builder) Body() *Body {
	for len(b.open) > 0 {
		b.Close()
	}
	b.cut()
	return &Body{length: b.length, parts: b.parts}
}

// cut makes a part of the text so far.
func (b *Builder) cut() {
	text := b.text.String()
	b.text.Reset()
	b.parts = append(b.parts, strings.NewReader(text))
	b.length += int64(len(text))
}

func (b *Builder) escape(text string) {
	_ = xml.EscapeText(&b.text, []byte(text)) // a buffer takes everything
}
