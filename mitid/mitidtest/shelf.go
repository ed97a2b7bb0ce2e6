package mitidtest

import (
	"sync"
	"time"
)

// Shelf keeps values for a while and never more than a fixed number of them:
// when it is full the oldest goes. Several goroutines may use it.
type Shelf[T any] struct {
	most int
	now  func() time.Time

	mu    sync.Mutex // guards all below
	items map[string]shelved[T]
	order []string // keys, oldest first; may name keys that were taken
}

type shelved[T any] struct {
	value T
	until time.Time
}

// NewShelf returns an empty shelf for most values that goes by the clock of b.
func NewShelf[T any](b *Broker, most int) *Shelf[T] {
	return &Shelf[T]{most: most, now: b.Now, items: make(map[string]shelved[T])}
}

// Put keeps value under key for a while.
func (s *Shelf[T]) Put(key string, value T, ttl time.Duration) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.items[key]; !there {
		s.makeRoom(now)
		s.order = append(s.order, key)
	}
	s.items[key] = shelved[T]{value, now.Add(ttl)}
}

// makeRoom drops what was taken or has expired at the old end, and the oldest
// value when the shelf is full.
func (s *Shelf[T]) makeRoom(now time.Time) {
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
func (s *Shelf[T]) Get(key string) (value T, ok bool) { return s.look(key, false) }

// Take is Get, and forgets the value.
func (s *Shelf[T]) Take(key string) (value T, ok bool) { return s.look(key, true) }

func (s *Shelf[T]) look(key string, forget bool) (value T, ok bool) {
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
