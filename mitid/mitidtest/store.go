package mitidtest

import (
	"sync"
	"time"
)

// Store keeps values for a while: codes, tokens, sessions. It holds a fixed number of
// values at most; when it is full, the oldest goes. Several goroutines may use it.
type Store[T any] struct {
	most int
	now  func() time.Time

	mu    sync.Mutex // guards all below
	items map[string]stored[T]
	order []string // keys, oldest first; may name keys that were taken
}

type stored[T any] struct {
	value T
	until time.Time
}

// NewStore returns an empty store of at most most values. Its clock is [Broker.Now], and
// [Broker.Reset] empties it.
func NewStore[T any](b *Broker, most int) *Store[T] {
	s := &Store[T]{most: most, now: b.Now, items: make(map[string]stored[T])}
	b.OnReset(s.clear, nil)
	return s
}

func (s *Store[T]) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items, s.order = make(map[string]stored[T]), nil
}

// Put keeps value under key until ttl is over.
func (s *Store[T]) Put(key string, value T, ttl time.Duration) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.items[key]; !there {
		s.makeRoom(now)
		s.order = append(s.order, key)
	}
	s.items[key] = stored[T]{value, now.Add(ttl)}
}

// makeRoom drops what was taken or has expired at the old end, and the oldest
// value when the store is full.
func (s *Store[T]) makeRoom(now time.Time) {
	for len(s.order) > 0 {
		it, there := s.items[s.order[0]]
		if there && len(s.items) < s.most && len(s.order) < 2*s.most && !now.After(it.until) {
			return
		}
		delete(s.items, s.order[0])
		s.order = s.order[1:]
	}
}

// Get returns what is kept under key, unless its time is over.
func (s *Store[T]) Get(key string) (value T, ok bool) { return s.look(key, false) }

// Take returns what is kept under key as Get does, and forgets it.
func (s *Store[T]) Take(key string) (value T, ok bool) { return s.look(key, true) }

func (s *Store[T]) look(key string, forget bool) (value T, ok bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	it, there := s.items[key]
	if forget {
		delete(s.items, key)
	}
	if !there || now.After(it.until) {
		return value, false
	}
	return it.value, true
}
