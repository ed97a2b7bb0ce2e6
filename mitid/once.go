package mitid

import (
	"context"
	"sync"
	"time"
)

// usedCap bounds the memory of the built-in Once: 22 characters each.
const usedCap = 1 << 16

// memoryOnce remembers the last usedCap handles. Older ones go; the broker's
// one-time code still stands behind them.
type memoryOnce struct {
	mu   sync.Mutex
	used map[string]struct{}
	ring []string
	next int
}

func newMemoryOnce() *memoryOnce { return &memoryOnce{used: make(map[string]struct{})} }

func (o *memoryOnce) Use(_ context.Context, handle string, _ time.Time) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.used[handle]; ok {
		return false, nil
	}
	if len(o.ring) < usedCap {
		o.ring = append(o.ring, handle)
	} else {
		delete(o.used, o.ring[o.next])
		o.ring[o.next] = handle
		o.next = (o.next + 1) % usedCap
	}
	o.used[handle] = struct{}{}
	return true, nil
}
