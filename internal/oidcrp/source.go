package oidcrp

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
)

// A source keeps one document of the broker. The first call of get fetches it. All
// callers that wait share one fetch. A copy is renewed in the background before it
// expires, and used after that only while renewing fails.
type source[T any] struct {
	name  string
	fetch func(context.Context) (T, http.Header, error)
	now   func() time.Time
	cache Cache

	current atomic.Pointer[document[T]] // nil if there is none yet

	mu        sync.Mutex
	pending   *pendingFetch[T]
	failures  int       // the number of failed fetches in a row
	retryAt   time.Time // after a failure, get fetches no earlier
	lastErr   error     // the error of the last fetch; nil if it succeeded
	coolUntil time.Time // refetch fetches no earlier
}

// A document is one fetched copy. It never changes.
type document[T any] struct {
	value   T
	renew   time.Time // when renewing in the background begins
	expires time.Time // when the use of the document ends, unless renewing fails
	stale   time.Time // when the use of the document ends in any case
}

// A pendingFetch is a fetch that goes on. doc and err are set before done is closed.
type pendingFetch[T any] struct {
	done chan struct{}
	doc  *document[T]
	err  error
}

func newSource[T any](cfg Config, fetch func(context.Context) (T, http.Header, error)) *source[T] {
	return &source[T]{name: cfg.Name, fetch: fetch, now: cfg.Now, cache: cfg.Cache}
}

// get returns a copy that may be used now. useful reports whether a fetched value
// has what the caller needs. If it does not, the cool-down of refetch begins. If
// useful is nil, every value will do.
func (s *source[T]) get(ctx context.Context, useful func(T) bool) (*document[T], error) {
	now := s.now()
	if d := s.current.Load(); d != nil && now.Before(d.renew) {
		return d, nil
	}

	s.mu.Lock()
	d := s.current.Load()
	if d != nil && now.Before(d.renew) {
		s.mu.Unlock()
		return d, nil
	}
	waiting := s.pending == nil && now.Before(s.retryAt)
	if !waiting && s.pending == nil {
		s.start(useful)
	}
	f, lastErr := s.pending, s.lastErr
	s.mu.Unlock()

	switch {
	case d != nil && now.Before(d.expires):
		return d, nil
	case waiting && d != nil && now.Before(d.stale):
		return d, nil
	case waiting:
		return nil, lastErr
	}
	fresh, err := s.wait(ctx, f)
	if err != nil && d != nil && now.Before(d.stale) && ctx.Err() == nil {
		return d, nil
	}
	return fresh, err
}

// refetch returns a copy that is newer than seen. It waits for the fetch that goes
// on, or begins one. During the cool-down it begins none and returns the error of the
// last fetch. If that fetch succeeded, both results are nil.
func (s *source[T]) refetch(ctx context.Context, seen *document[T], useful func(T) bool) (*document[T], error) {
	now := s.now()
	s.mu.Lock()
	if d := s.current.Load(); d != seen {
		s.mu.Unlock()
		return d, nil
	}
	if s.pending == nil {
		if left := s.coolUntil.Sub(now); left > 0 && left <= s.cache.CoolDown {
			err := s.lastErr
			s.mu.Unlock()
			return nil, err
		}
		s.start(useful)
	}
	f := s.pending
	s.mu.Unlock()
	return s.wait(ctx, f)
}

// wait returns the result of f. If ctx ends first, wait returns an error and f goes
// on.
func (s *source[T]) wait(ctx context.Context, f *pendingFetch[T]) (*document[T], error) {
	select {
	case <-f.done:
		return f.doc, f.err
	case <-ctx.Done():
		return nil, fault.New(fault.BrokerUnavailable, s.name+": the caller stopped waiting").With(ctx.Err())
	}
}

// start begins a fetch. The caller holds s.mu. The fetch does not use the caller's
// context, because others may wait for it too. Each call in it has its time limit.
func (s *source[T]) start(useful func(T) bool) {
	f := &pendingFetch[T]{done: make(chan struct{})}
	s.pending = f
	go func() {
		began := s.now()
		value, header, err := s.fetch(context.Background())
		s.finish(f, began, value, header, err, useful)
	}()
}

func (s *source[T]) finish(f *pendingFetch[T], began time.Time, value T, header http.Header, err error, useful func(T) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		life := s.cache.lifetime(header)
		f.doc = &document[T]{
			value:   value,
			renew:   began.Add(life / 5 * 4),
			expires: began.Add(life),
			stale:   began.Add(max(life, s.cache.StaleFor)),
		}
		s.current.Store(f.doc)
		s.failures, s.retryAt, s.lastErr = 0, time.Time{}, nil
	} else {
		f.err, s.lastErr = err, err
		s.failures++
		s.retryAt = s.nextTry(s.now())
	}
	if useful != nil && (err != nil || !useful(value)) {
		s.coolUntil = s.now().Add(s.cache.CoolDown)
	}
	s.pending = nil
	close(f.done)
}

// nextTry returns when get may fetch again after s.failures failures in a row. While
// a copy can be used, the pause grows from the cool-down to five minutes. Without a
// copy every login fails, so the pause is zero after the first failures and short
// after later ones.
func (s *source[T]) nextTry(now time.Time) time.Time {
	const (
		free    = 3
		ceiling = 5 * time.Minute
	)
	if d := s.current.Load(); d != nil && now.Before(d.stale) {
		next := now.Add(min(s.cache.CoolDown<<min(s.failures-1, 10), ceiling))
		if next.After(d.stale) {
			return d.stale
		}
		return next
	}
	if s.failures <= free {
		return now
	}
	return now.Add(min(time.Second<<min(s.failures-free-1, 10), s.cache.CoolDown))
}
