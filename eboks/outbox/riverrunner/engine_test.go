package riverrunner

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// A scripted engine is a journal in memory. What a step does is up to the test; without a
// script a step is the last one.
type scripted struct {
	mu       sync.Mutex
	order    []eboks.ID
	due      map[eboks.ID]time.Time // zero when it is done
	steps    map[eboks.ID]int
	done     []eboks.ID
	step     func(ctx context.Context, id eboks.ID) (time.Time, error)
	paused   time.Time
	dueErr   error
	receives int
	receive  error
}

func newScripted(letters ...eboks.ID) *scripted {
	s := &scripted{due: map[eboks.ID]time.Time{}, steps: map[eboks.ID]int{}}
	for _, id := range letters {
		s.queue(id)
	}
	return s
}

func (s *scripted) queue(id eboks.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = append(s.order, id)
	s.due[id] = time.Unix(0, 0)
}

func (s *scripted) pause(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = until
}

func (s *scripted) Enqueue(_ context.Context, _ outbox.Tx, l *eboks.Letter) (bool, error) {
	s.queue(l.ID)
	return true, nil
}

func (s *scripted) Due(_ context.Context, n int) ([]eboks.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.dueErr != nil || now.Before(s.paused) {
		return nil, s.dueErr
	}
	var ids []eboks.ID
	for _, id := range s.order {
		if at := s.due[id]; !at.IsZero() && !now.Before(at) && len(ids) < n {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (s *scripted) Step(ctx context.Context, id eboks.ID) (time.Time, error) {
	s.mu.Lock()
	s.steps[id]++
	paused, step, due := s.paused, s.step, s.due[id]
	s.mu.Unlock()
	if due.IsZero() {
		return time.Time{}, nil
	}
	if time.Now().Before(paused) {
		return paused, nil
	}
	var next time.Time
	if step != nil {
		var err error
		if next, err = step(ctx, id); err != nil {
			return next, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.due[id] = next
	if next.IsZero() {
		s.done = append(s.done, id)
	}
	return next, nil
}

func (s *scripted) Receive(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receives++
	return s.receive
}

func (s *scripted) Lease() time.Duration { return 3 * time.Second }

func (s *scripted) finished() []eboks.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.done)
}

func (s *scripted) stepsOf(id eboks.ID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.steps[id]
}

func (s *scripted) received() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receives
}

func newIDs(n int) []eboks.ID {
	ids := make([]eboks.ID, n)
	for i := range ids {
		ids[i] = eboks.NewID()
	}
	return ids
}
