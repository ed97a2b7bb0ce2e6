package criipto

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/dkeid/dkeid/signing"
)

// chunk is how many bytes of a document are held at once: a multiple of three, so that
// base64 needs no padding in between.
const chunk = 24 << 10

var (
	errChanged = errors.New("criipto: a document is not what it was")
	errUnread  = errors.New("criipto: a document cannot be read")
)

// part is a stretch of JSON, then the content of a document in base64, if there is one.
type part struct {
	text     []byte
	document *signing.Document
	size     int64
	digest   signing.Digest
}

// body is a call with documents on its way. It is read once, and holds one chunk of one
// document. Where a document is not as long as it was, or has another digest, reading
// ends with errChanged, before the JSON is complete. Read and Close may be called at
// once, as transports do when an answer comes early.
type body struct {
	mu      sync.Mutex // guards what follows
	parts   []part
	from    io.ReadCloser // the document that is open
	now     part          // it
	left    int64         // bytes still to read of it
	sum     hash.Hash
	ready   []byte // of text or buffer, not yet given out
	raw     []byte
	encoded []byte
	err     error
}

// newBody returns the body made of parts, and its length.
func newBody(parts []part) (*body, int64) {
	var length int64
	for _, p := range parts {
		length += int64(len(p.text))
		if p.document != nil {
			length += int64(base64.StdEncoding.EncodedLen(int(p.size)))
		}
	}
	return &body{parts: parts}, length
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.ready) == 0 {
		if b.err == nil {
			b.err = b.fill()
		}
		if b.err != nil {
			return 0, b.err
		}
	}
	n := copy(p, b.ready)
	b.ready = b.ready[n:]
	return n, nil
}

// fill makes more bytes ready.
func (b *body) fill() error {
	if b.from != nil {
		return b.more()
	}
	if len(b.parts) == 0 {
		return io.EOF
	}
	b.now, b.parts = b.parts[0], b.parts[1:]
	b.ready = b.now.text
	if b.now.document == nil {
		return nil
	}
	from, err := b.now.document.Open()
	if err != nil || from == nil {
		return errUnread
	}
	b.from, b.left, b.sum = from, b.now.size, sha256.New()
	return nil
}

// more makes the next chunk of the open document ready, and closes it after the last.
func (b *body) more() error {
	if b.raw == nil {
		b.raw, b.encoded = make([]byte, chunk), make([]byte, base64.StdEncoding.EncodedLen(chunk))
	}
	raw := b.raw[:min(b.left, chunk)]
	switch _, err := io.ReadFull(b.from, raw); {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return errChanged
	case err != nil:
		return errUnread
	}
	_, _ = b.sum.Write(raw) // a hash takes everything
	b.left -= int64(len(raw))
	if b.left == 0 {
		if err := b.finish(); err != nil {
			return err
		}
	}
	base64.StdEncoding.Encode(b.encoded, raw)
	b.ready = b.encoded[:base64.StdEncoding.EncodedLen(len(raw))]
	return nil
}

// finish makes sure that the open document was what it should be, before the last of it
// leaves.
func (b *body) finish() error {
	var beyond [1]byte
	n, err := io.ReadFull(b.from, beyond[:])
	closed := b.from.Close()
	b.from = nil
	switch {
	case n > 0 || signing.Digest(b.sum.Sum(nil)) != b.now.digest:
		return errChanged
	case err != io.EOF || closed != nil:
		return errUnread
	}
	return nil
}

// Close closes the document that is open. What is read afterwards fails.
func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = io.ErrClosedPipe
	}
	b.ready = nil
	if b.from == nil {
		return nil
	}
	err := b.from.Close()
	b.from = nil
	return err
}

// measure reads a document and returns its length, if its digest is the one that was
// announced.
func measure(d *signing.Document, want signing.Digest) (int64, error) {
	if d.Open == nil {
		return 0, errUnread
	}
	from, err := d.Open()
	if err != nil || from == nil {
		return 0, errUnread
	}
	sum := sha256.New()
	size, err := io.Copy(sum, from)
	if closed := from.Close(); err != nil || closed != nil {
		return 0, errUnread
	}
	if size == 0 || signing.Digest(sum.Sum(nil)) != want {
		return 0, errChanged
	}
	return size, nil
}
