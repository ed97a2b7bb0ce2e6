package xmlbody

import (
	"errors"
	"io"
	"sync"
)

// chunk is how many bytes of a document are read at once: a multiple of three,
// so that base64 needs no padding in between, and in base64 what net/http copies
// at once.
const chunk = 24 << 10

// ErrLength is what a body ends with when a document is not as long as it was
// said to be.
var ErrLength = errors.New("xmlbody: a document is not as long as announced")

// Body is a request on its way. It is read once. It holds no more than one chunk
// of a document. Read and Close may be called at once, as transports do when an
// answer comes early; Close waits for a Read that runs.
type Body struct {
	length int64
	mu     sync.Mutex // guards what follows
	parts  []part
	from   io.ReadCloser // the document that is open
	left   int64         // bytes still to read of it
	raw    []byte        // of group, not yet given out
	group  [4]byte
	buf    []byte
	err    error
}

// Len returns the length of the whole body in bytes.
func (b *Body) Len() int64 { return b.length }

func (b *Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	n := 0
	for n < len(p) {
		m, err := b.some(p[n:])
		n += m
		if err != nil {
			b.err = err
			break
		}
	}
	if n > 0 && b.err == io.EOF {
		return n, nil // the end is told by the next call
	}
	return n, b.err
}

// some gives out what comes next.
func (b *Body) some(p []byte) (int, error) {
	if len(b.raw) > 0 {
		n := copy(p, b.raw)
		b.raw = b.raw[n:]
		return n, nil
	}
	if b.from != nil {
		return b.document(p)
	}
	if len(b.parts) == 0 {
		return 0, io.EOF
	}
	next := &b.parts[0]
	if len(next.text) > 0 {
		n := copy(p, next.text)
		next.text = next.text[n:]
		return n, nil
	}
	if next.document != nil {
		r, err := next.document()
		if err != nil {
			return 0, err
		}
		b.from, b.left = r, next.size
	}
	b.parts = b.parts[1:]
	return 0, nil
}

// document gives out base64 of the open document: straight into p where that has
// room for a group of four.
func (b *Body) document(p []byte) (int, error) {
	out := p
	if len(out) < len(b.group) {
		out = b.group[:]
	}
	size := min(b.left, chunk, int64(len(out)/4*3))
	in, err := b.take(size)
	if err != nil {
		return 0, err
	}
	if b.left -= size; b.left == 0 {
		if err := b.finish(); err != nil {
			return 0, err
		}
	}
	out = out[:encodedLen(int64(len(in)))]
	encode(out, in)
	if len(p) < len(b.group) {
		b.raw = out[copy(p, out):]
		return len(out) - len(b.raw), nil
	}
	return len(out), nil
}

// take reads the next bytes of the open document. One that holds its bytes gives
// them out as they are.
func (b *Body) take(size int64) ([]byte, error) {
	if held, ok := b.from.(interface{ Next(int) []byte }); ok {
		in := held.Next(int(size))
		if int64(len(in)) < size {
			return nil, ErrLength
		}
		return in, nil
	}
	if int64(len(b.buf)) < size {
		b.buf = make([]byte, min(b.left, chunk))
	}
	in := b.buf[:size]
	_, err := io.ReadFull(b.from, in)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = ErrLength
	}
	return in, err
}

// finish makes sure that the open document ends where it should.
func (b *Body) finish() error {
	var more [1]byte
	n, err := io.ReadFull(b.from, more[:])
	closed := b.from.Close()
	b.from = nil
	switch {
	case n > 0:
		return ErrLength
	case err != io.EOF:
		return err
	}
	return closed
}

// Close closes the document that is open. What is read afterwards fails, and
// opens no other.
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = io.ErrClosedPipe
	}
	if b.from == nil {
		return nil
	}
	err := b.from.Close()
	b.from = nil
	return err
}
