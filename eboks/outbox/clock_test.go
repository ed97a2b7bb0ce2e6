package outbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// TestClockJumps sets the clock an hour forwards and an hour back while letters are on
// their way. Two processes, whose clocks are 5 s apart, work on the journal: the second
// finds letters of the first whose leases seem to have ended.
func TestClockJumps(t *testing.T) {
	t.Parallel() // it waits more than it works
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		t.Parallel()
		for name, jumps := range map[string][]time.Duration{
			"forwards":           {time.Hour},
			"backwards":          {-time.Hour},
			"forwards and back":  {time.Hour, -time.Hour},
			"backwards and on":   {-time.Hour, time.Hour},
			"by a day":           {24 * time.Hour},
			"back to a year ago": {-365 * 24 * time.Hour},
		} {
			for _, can := range []posttest.Config{{Dedupes: true}, {Status: true}, {Status: true, Dedupes: true}, {}} {
				if s.Dialect == outbox.PostgreSQL && !long() && (len(jumps) == 1 || !can.Status || can.Dedupes) {
					continue // two of them are enough by default
				}
				t.Run(fmt.Sprintf("%s, recognises %v, log %v", name, can.Dedupes, can.Status), func(t *testing.T) {
					clockJumps(t, s.Open(t), can, jumps)
				})
			}
		}
	})
}

func clockJumps(t *testing.T, store *crashsuite.Store, can posttest.Config, jumps []time.Duration) {
	const letters, flying = 20, 5
	clock, ctx := posttest.NewClock(), t.Context()
	hold := make(chan struct{})
	held := 0
	can.Now, can.Events = clock.Now, true
	can.Fault = func(*eboks.Letter, int) posttest.Fault {
		if held++; held <= flying {
			return posttest.Fault{Hold: hold}
		}
		return posttest.Fault{}
	}
	d := posttest.New(can)
	config := func(cfg *outbox.Config) { cfg.Retry.Base = time.Second }
	one, err := store.Start(ctx, nil, d.Of(nil), clock.Now, config)
	require.NoError(t, err)
	defer one.Close()
	other, err := store.Start(ctx, nil, d.Of(nil), clock.Ahead(5*time.Second), config)
	require.NoError(t, err)
	defer other.Close()
	for n := range letters {
		require.NoError(t, one.Decide(ctx, n))
	}
	ids, err := one.Outbox.Due(ctx, flying)
	require.NoError(t, err)
	require.Len(t, ids, flying)
	var air sync.WaitGroup
	for _, id := range ids {
		air.Go(func() {
			_, err := one.Outbox.Step(ctx, id)
			assert.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool { return d.Calls().Offers == flying }, time.Minute, time.Millisecond)
	for _, by := range jumps {
		clock.Move(by)
		for _, a := range []*crashsuite.Application{other, one} {
			oneRound(t, ctx, a)
		}
	}
	close(hold)
	air.Wait()
	for range 3 {
		for _, a := range []*crashsuite.Application{one, other} {
			oneRound(t, ctx, a)
			clock.Move(20 * time.Second)
		}
	}
	require.NoError(t, crashsuite.Cause(crashsuite.ByHand(ctx, other, clock, func() bool { return finished(one.Watcher) == nil })))
	f := store.Audit(t, d, one.Watcher, true, nil)
	assert.False(t, f.Any(), "%+v", f)
	assert.Len(t, d.Books(), letters)
}

// oneRound makes a step with everything that is due, and reads receipts if the
// distributor has any.
func oneRound(t *testing.T, ctx context.Context, a *crashsuite.Application) {
	t.Helper()
	ids, err := a.Outbox.Due(ctx, 1000)
	require.NoError(t, err)
	for _, id := range ids {
		_, err := a.Outbox.Step(ctx, id)
		require.NoError(t, err)
	}
	require.NotErrorIs(t, a.Outbox.Receive(ctx), eboks.ErrStoreFailed)
}
