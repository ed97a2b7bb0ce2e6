package mitid

import (
	"context"
	"sync"
	"time"
)

// maxUsed is how many handles, of 22 bytes each, the default Once remembers.
const maxUsed = 1 << 16

// memoryOnce remembers the latest maxUsed handles. For an older one, the broker's
// one-time code alone prevents a second use.
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
	if len(o.ring) < maxUsed {
		o.ring = append(o.ring, handle)
	} else {
		delete(o.used, o.ring[o.next])
		o.ring[o.next] = handle
		o.next = (o.next + 1) % maxUsed
	}
	o.used[handle] = struct{}{}
	return true, nil
}
