package neb

import (
	"crypto/sha256"
	"sync"
	"time"
)

// maxReplays bounds what is remembered. A logout token lives for minutes; when
// more arrive in that time, the oldest is forgotten: using it again ends a session
// that is over.
const maxReplays = 1 << 14

// replays remembers the ids of logout tokens, as digests. The zero value is ready.
type replays struct {
	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time
	ring  [][sha256.Size]byte // oldest at next, once it is full
	next  int
}

// first reports whether id comes for the first time, and remembers it until then.
func (r *replays) first(id string, until, now time.Time) bool {
	sum := sha256.Sum256([]byte(id))
	r.mu.Lock()
	defer r.mu.Unlock()
	end, known := r.until[sum]
	if known && now.Before(end) {
		return false
	}
	if r.until == nil {
		r.until = make(map[[sha256.Size]byte]time.Time)
	}
	switch {
	case known: // its place in the ring stays
	case len(r.ring) < maxReplays:
		r.ring = append(r.ring, sum)
	default:
		delete(r.until, r.ring[r.next])
		r.ring[r.next] = sum
		r.next = (r.next + 1) % maxReplays
	}
	r.until[sum] = until
	return true
}
