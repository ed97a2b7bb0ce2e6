package mitidtest

import "time"

// shelf keeps values for a while and never more than a fixed number of them:
// when it is full the oldest goes. The Broker's lock guards it.
type shelf[T any] struct {
	most  int
	items map[string]shelved[T]
	order []string // keys, oldest first; may name keys that were taken
}

type shelved[T any] struct {
	value T
	until time.Time
}

func newShelf[T any](most int) *shelf[T] {
	return &shelf[T]{most: most, items: make(map[string]shelved[T])}
}

func (s *shelf[T]) put(key string, value T, now, until time.Time) {
	if _, there := s.items[key]; !there {
		s.makeRoom(now)
		s.order = append(s.order, key)
	}
	s.items[key] = shelved[T]{value, until}
}

// makeRoom drops what was taken or has expired at the old end, and the oldest
// value when the shelf is full.
func (s *shelf[T]) makeRoom(now time.Time) {
	for len(s.order) > 0 {
		it, there := s.items[s.order[0]]
		if there && len(s.items) < s.most && len(s.order) < 2*s.most && !now.After(it.until) {
			return
		}
		delete(s.items, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *shelf[T]) get(key string, now time.Time) (value T, ok bool) {
	it, ok := s.items[key]
	if !ok || now.After(it.until) {
		return value, false
	}
	return it.value, true
}

// take is get, and forgets the value.
func (s *shelf[T]) take(key string, now time.Time) (value T, ok bool) {
	value, ok = s.get(key, now)
	delete(s.items, key)
	return value, ok
}

// put keeps value under key on a shelf of b for a while.
func put[T any](b *Broker, s *shelf[T], key string, value T, ttl time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	s.put(key, value, now, now.Add(ttl))
}

// get returns what is kept under key, unless its time is over.
func get[T any](b *Broker, s *shelf[T], key string) (T, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return s.get(key, b.now())
}

// take is get, and forgets the value.
func take[T any](b *Broker, s *shelf[T], key string) (T, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return s.take(key, b.now())
}
