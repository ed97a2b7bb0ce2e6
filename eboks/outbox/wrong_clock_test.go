package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// A process claimed letters while its clock was a year ahead, and died. River's Due and
// Step must get them too.
func TestClockWasAhead(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, clock, cfg := liteBox(t, s, nil)
	cfg.Now = clock.Ahead(365 * 24 * time.Hour)
	wrong := start(t, cfg)
	var old []eboks.ID
	for n := range 3 {
		old = append(old, putIn(t, wrong, letterTo(n)))
	}
	s.send = func(ctx context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) { panic("the process dies") }
	for _, id := range old {
		func() {
			defer func() { _ = recover() }()
			_, _ = wrong.Step(t.Context(), id)
		}()
	}
	s.send = nil
	newer := putIn(t, o, letterTo(10))
	for range 10 {
		ids, err := o.Due(t.Context(), 1)
		require.NoError(t, err)
		for _, id := range ids {
			_, err := o.Step(t.Context(), id)
			require.NoError(t, err)
		}
		clock.Move(time.Hour)
	}
	for _, id := range append(old, newer) {
		require.Equal(t, eboks.LetterAccepted, rowOf(t, o, id).State, "Due names the letter, and Step leaves it alone")
	}
}

// One machine's clock is 20 hours ahead. It finds the channel in trouble for half a minute.
func TestPauseOfAWrongClock(t *testing.T) {
	bad := true
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		if bad {
			return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
		}
		return &eboks.Receipt{ID: l.ID}, nil
	}
	o, clock, cfg := liteBox(t, s, nil)
	cfg.Now = clock.Ahead(20 * time.Hour)
	wrong := start(t, cfg)
	for n := range 8 {
		putIn(t, wrong, letterTo(n))
	}
	walk(t, wrong, 20)
	bad = false
	for range 120 {
		clock.Move(time.Minute)
		walk(t, o, 20)
	}
	sum, err := o.Summary(t.Context())
	require.NoError(t, err)
	require.Equal(t, 8, sum.States[eboks.LetterAccepted], "two hours later; paused until %v, it is %v", sum.PausedUntil, sum.At)
}

// A process waits for the end of a pause that it found out itself, whatever stands in the
// row. A row of a clock that was ahead holds nobody.
func TestOwnPauseAndARowOfAWrongClock(t *testing.T) {
	for name, c := range map[string]struct {
		own          bool
		until, since time.Duration // of the row, from now
		later        time.Duration
		due          int
	}{
		"own pause, right row":            {own: true, until: 10 * time.Minute, due: 0},
		"own pause, row of a wrong clock": {own: true, until: 48 * time.Hour, since: 47 * time.Hour, due: 0},
		"own pause is over":               {own: true, until: 48 * time.Hour, since: 47 * time.Hour, later: 11 * time.Minute, due: 1},
		"right row":                       {until: 10 * time.Minute, due: 0},
		"clocks differ a little":          {until: 10 * time.Minute, since: 29 * time.Second, due: 0},
		"since is ahead":                  {until: 10 * time.Minute, since: 31 * time.Second, due: 1},
		"until is ahead":                  {until: 26 * time.Hour, due: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
			s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
				return nil, &eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, Status: 429, RetryAfter: 10 * time.Minute}
			}
			o, clock, cfg := liteBox(t, s, nil)
			for n := range 3 {
				putIn(t, o, letterTo(n))
			}
			if c.own {
				walk(t, o, 1)
				require.Equal(t, 1, s.all())
			}
			_, err := cfg.DB.Exec(`UPDATE eboks_outbox_channel SET until = $1, since = $2, kind = $3`,
				clock.Now().Add(c.until).UnixMicro(), clock.Now().Add(c.since).UnixMicro(), eboks.Throttled)
			require.NoError(t, err)
			clock.Move(c.later)
			ids, err := o.Due(t.Context(), 10)
			require.NoError(t, err)
			require.Len(t, ids, c.due)
		})
	}
}
