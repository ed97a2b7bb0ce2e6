// Package logtest keeps what programs and loggers write, for tests that read it meanwhile.
package logtest

import (
	"bytes"
	"sync"
)

// A Buffer keeps all that is written to it. Several goroutines may write and read. The zero
// value is empty.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write keeps p. It never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String returns what was written until now.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
