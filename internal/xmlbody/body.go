package xmlbody

import (
	"io"
	"sync"
)

// Body is a request on its way. It is read once, and holds one chunk of one
// document at most. Read and Close may be called at once, as transports do when an
// answer comes early; Close waits for a Read that runs.
type Body struct {
	length int64
	mu     sync.Mutex // guards what follows
	parts  []io.Reader
	err    error // what every later Read returns
}

// Len returns the length of the whole body in bytes.
func (b *Body) Len() int64 { return b.length }

func (b *Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.err == nil {
		if len(b.parts) == 0 {
			b.err = io.EOF
			break
		}
		n, err := b.parts[0].Read(p)
		switch {
		case err == io.EOF:
			b.parts = b.parts[1:]
		case err != nil:
			b.err = err
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
	return 0, b.err
}

// Close closes the document that is open. What is read afterwards fails, and
// opens no other.
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = io.ErrClosedPipe
	}
	for _, p := range b.parts {
		if d, ok := p.(*document); ok {
			if err := d.close(); err != nil {
				return err
			}
		}
	}
	return nil
}
