package outbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// A refused certificate stops all processes, burns no attempt, and is told once.
func TestRefusedOnceForAllProcesses(t *testing.T) {
	t.Parallel() // it waits more than it works
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, told := posttest.NewClock(), new(alarms)
		can := posttest.Config{Now: clock.Now, Status: true, Fault: func(*eboks.Letter, int) posttest.Fault { return posttest.Refused() }}
		d := posttest.New(can)
		process := func() *outbox.Outbox {
			cfg := open()
			cfg.Sender, cfg.Alarm, cfg.Now = d.Of(nil), told.add, clock.Now
			return start(t, cfg)
		}
		one, other := process(), process()
		ids := queue(t, one, 20)
		for range 10 {
			for _, o := range []*outbox.Outbox{one, other} {
				due, err := o.Due(t.Context(), 100)
				require.NoError(t, err)
				for _, id := range due {
					_, err := o.Step(t.Context(), id)
					require.NoError(t, err)
				}
			}
			clock.Move(time.Second)
		}
		require.LessOrEqual(t, d.Calls().Offers, 4, "two letters find it out")
		require.Equal(t, []eboks.Kind{eboks.AuthFailed}, told.kinds())
		for range some(20, 60) { // ten minutes, or half an hour: one letter tries each time
			clock.Move(31 * time.Second)
			steps(t, one)
			steps(t, other)
		}
		require.LessOrEqual(t, d.Calls().Offers, 70)
		require.Len(t, told.kinds(), 1, "once")
		for _, id := range ids {
			r := record(t, one, id)
			require.Equal(t, eboks.LetterWaiting, r.State)
			require.Zero(t, r.Doubts)
		}
		s, err := one.Summary(t.Context())
		require.NoError(t, err)
		require.False(t, s.PausedUntil.IsZero())
		require.Equal(t, eboks.AuthFailed, s.PausedWhy.Kind)

		// A new process tries at once, and tells of it itself.
		before := d.Calls().Offers
		late := process()
		clock.Move(time.Second)
		steps(t, late)
		require.Equal(t, before+1, d.Calls().Offers)
		require.Len(t, told.kinds(), 2)
		d.Change(func(c *posttest.Config) { c.Fault = nil })
		steps(t, process())
		for _, id := range ids {
			require.Equal(t, eboks.LetterAccepted, record(t, one, id).State)
			require.Equal(t, 1, d.Count(id))
		}
		s, err = one.Summary(t.Context())
		require.NoError(t, err)
		require.True(t, s.PausedUntil.IsZero(), "the channel is open for all")
	})
}

// Retry-After holds for all processes.
func TestThrottledForAllProcesses(t *testing.T) {
	t.Parallel() // it waits more than it works
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock := posttest.NewClock()
		d := posttest.New(posttest.Config{Now: clock.Now, Fault: func(*eboks.Letter, int) posttest.Fault { return posttest.Later(10 * time.Minute) }})
		process := func() *outbox.Outbox {
			cfg := open()
			cfg.Sender, cfg.Now = d.Of(nil), clock.Now
			return start(t, cfg)
		}
		one, other := process(), process()
		ids := queue(t, one, 10)
		steps(t, one)
		steps(t, other)
		require.Equal(t, 1, d.Calls().Offers)
		next, err := other.Step(t.Context(), ids[5])
		require.NoError(t, err)
		require.Equal(t, clock.Now().Add(10*time.Minute), next)
		clock.Move(9 * time.Minute)
		steps(t, other)
		steps(t, process())
		require.Equal(t, 1, d.Calls().Offers)
		d.Change(func(c *posttest.Config) { c.Fault = nil })
		clock.Move(time.Minute + time.Second)
		steps(t, other)
		require.Equal(t, 11, d.Calls().Offers)
	})
}
