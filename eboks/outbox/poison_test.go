package outbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// TestOnePoisonLetter has one letter among many that the distributor always answers with
// 500: it is parked after its limit, and the others take no longer than without it. Each
// call takes 10 ms of a clock that is moved, so that this is counted and not measured.
func TestOnePoisonLetter(t *testing.T) {
	if oneAtATime() {
		return
	}
	letters := some(400, 1000)
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		for name, can := range map[string]posttest.Config{"dedupes": {Dedupes: true}, "log": {Status: true}, "neither": {}} {
			t.Run(name, func(t *testing.T) {
				if (s.Dialect == outbox.PostgreSQL || name != "log") && !long() {
					return // the rule is the same
				}
				without := p99(t, s.Open(t), can, letters, -1)
				with := p99(t, s.Open(t), can, letters, 333)
				t.Logf("p99 %s without, %s with", without, with)
				assert.Less(t, with, without*11/10)
			})
		}
	})
}

// p99 is how long 99 of 100 letters wait at most, but for the one to whom the
// distributor says 500.
func p99(t *testing.T, store *crashsuite.Store, can posttest.Config, letters, poison int) time.Duration {
	clock, ctx := posttest.NewClock(), t.Context()
	can.Now, can.Events = clock.Now, true
	var bad eboks.ID
	can.Fault = func(l *eboks.Letter, _ int) posttest.Fault {
		clock.Move(10 * time.Millisecond)
		if l.ID == bad {
			return posttest.Broken()
		}
		return posttest.Fault{}
	}
	d := posttest.New(can)
	a, err := store.Start(ctx, nil, d.Of(nil), clock.Now, nil)
	require.NoError(t, err)
	defer a.Close()
	queueCases(t, a, letters)
	cases := store.Cases(t)
	if poison >= 0 {
		bad = cases[poison]
	}
	began := clock.Now()
	require.NoError(t, crashsuite.Cause(crashsuite.ByHand(ctx, a, clock, func() bool { return finished(a.Watcher) == nil })))
	f := store.Audit(t, d, a.Watcher, true, func(n int, r outbox.Record) bool { return n == poison })
	require.False(t, f.Any(), "%+v", f)
	var waits []time.Duration
	for _, b := range d.Books() {
		waits = append(waits, b.Taken[0].Sub(began))
	}
	if poison >= 0 {
		require.Len(t, waits, letters-1)
		r, trail, err := a.Watcher.Letter(ctx, bad)
		require.NoError(t, err)
		assert.Equal(t, eboks.LetterParked, r.State)
		assert.Equal(t, 5, r.Doubts, "the limit")
		assert.True(t, r.NeedsPerson())
		assert.NotEmpty(t, trail)
	}
	slices.Sort(waits)
	return waits[len(waits)*99/100]
}
