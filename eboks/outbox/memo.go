package outbox

import (
	"context"
	"time"
)

// memo remembers a Summary for a while: reading one looks at every letter, and gauges and
// pages are asked for by programs that do not know of each other.
type memo struct {
	now  func() time.Time
	turn chan struct{} // one reads at a time
	at   time.Time     // when it was read
	took time.Duration
	read Summary
	err  error
}

// memoShare bounds the part of the time in which the journal is read: one in so many.
const memoShare = 5

func newMemo(now func() time.Time) *memo { return &memo{now: now, turn: make(chan struct{}, 1)} }

// summary is a Summary that is at most that old, or older where reading takes long. A
// failure is remembered too, so that a database in trouble is not asked more often than a
// sound one. That somebody did not want to wait is no failure.
func (m *memo) summary(ctx context.Context, o *Outbox, old time.Duration) (Summary, error) {
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return Summary{}, ctx.Err()
	}
	defer func() { <-m.turn }()
	began := m.now()
	if age := began.Sub(m.at); !m.at.IsZero() && age >= 0 && age < max(old, memoShare*m.took) {
		return m.read, m.err
	}
	s, err := o.Summary(ctx)
	if context.Cause(ctx) != context.Canceled {
		m.at, m.read, m.err = m.now(), s, err
		m.took = max(m.at.Sub(began), 0)
	}
	return s, err
}
