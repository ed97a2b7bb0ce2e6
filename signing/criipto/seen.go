package criipto

import (
	"context"
	"sync"
)

// maxSeen is how many handled events a process remembers.
const maxSeen = 100_000

// Key stands for one event. It is a keyed hash: it says nothing about the event.
type Key [32]byte

// Seen remembers which events were handled, so that each has its effect once. The default
// is in memory, for one process. Several replicas share a store of yours, with a unique
// index over Key.
type Seen interface {
	// Claim returns true if the caller must handle the event: nobody has handled it, and
	// nobody is handling it. It returns false if somebody has. While somebody is at it,
	// Claim waits, or returns an error, and then the service sends the event again. A claim
	// whose process died must lapse.
	Claim(ctx context.Context, k Key) (mine bool, err error)
	// Settle ends a claim. With handled false it is as if it had not been made.
	Settle(ctx context.Context, k Key, handled bool) error
}

// memory is the Seen of one process. It forgets the oldest of more than most events.
type memory struct {
	most int

	mu      sync.Mutex // guards what follows
	events  map[Key]*seenEvent
	handled []Key // a ring of most keys; oldest is where the next goes
	oldest  int
}

type seenEvent struct {
	settled chan struct{} // closed at the end of the claim
	handled bool
}

func newMemory(most int) *memory { return &memory{most: most, events: make(map[Key]*seenEvent)} }

// Claim waits while another claim of the key is open.
func (m *memory) Claim(ctx context.Context, k Key) (bool, error) {
	for {
		m.mu.Lock()
		e := m.events[k]
		if e == nil {
			m.events[k] = &seenEvent{settled: make(chan struct{})}
			m.mu.Unlock()
			return true, nil
		}
		handled := e.handled
		m.mu.Unlock()
		if handled {
			return false, nil
		}
		select {
		case <-e.settled:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// Settle never fails.
func (m *memory) Settle(_ context.Context, k Key, handled bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.events[k]
	if e == nil || e.handled {
		return nil
	}
	close(e.settled)
	if !handled {
		delete(m.events, k)
		return nil
	}
	e.handled = true
	if len(m.handled) < m.most {
		m.handled = append(m.handled, k)
		return nil
	}
	delete(m.events, m.handled[m.oldest])
	m.handled[m.oldest] = k
	m.oldest = (m.oldest + 1) % m.most
	return nil
}
