package outbox_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
)

func refusedNow() error {
	return &eboks.Error{Kind: eboks.AuthFailed, Then: eboks.Retry, Status: 403}
}

// One letter is refused and passes later; a week later we are refused for all.
func TestAlarmAfterOneRefusal(t *testing.T) {
	heard := new(listener)
	bad := true
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(_ context.Context, l *eboks.Letter, n int) (*eboks.Receipt, error) {
		if bad {
			return nil, refusedNow()
		}
		return &eboks.Receipt{ID: l.ID}, nil
	}
	o, clock, _ := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
	putIn(t, o, letterTo(1))
	walk(t, o, 1)
	require.Equal(t, 1, heard.count(), "the first refusal")
	bad = false
	clock.Move(time.Hour)
	walk(t, o, 3)
	putIn(t, o, letterTo(2))
	walk(t, o, 3)
	require.Equal(t, 1, heard.count())
	bad = true
	clock.Move(7 * 24 * time.Hour)
	for n := range 5 {
		putIn(t, o, letterTo(10+n))
	}
	walk(t, o, 20)
	s2, err := o.Summary(t.Context())
	require.NoError(t, err)
	require.False(t, s2.PausedUntil.IsZero(), "the channel is paused")
	require.Equal(t, 2, heard.count(), "a new trouble, a new alarm")
}

// A question is refused; later the offers are.
func TestAlarmAfterRefusedQuestion(t *testing.T) {
	heard := new(listener)
	var offer func(l *eboks.Letter) (*eboks.Receipt, error)
	ask := func() error { return refusedNow() }
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Status: true}}
	s.send = func(_ context.Context, l *eboks.Letter, n int) (*eboks.Receipt, error) { return offer(l) }
	s.status = func(eboks.ID) ([]eboks.Event, error) { return nil, ask() }
	o, clock, _ := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
	offer = func(*eboks.Letter) (*eboks.Receipt, error) { return nil, &eboks.Error{Kind: eboks.OutcomeUnknown} }
	putIn(t, o, letterTo(1))
	walk(t, o, 1)
	clock.Move(time.Minute)
	walk(t, o, 1)
	require.Equal(t, 1, heard.count(), "the question was refused")
	ask = func() error { return nil }
	offer = func(l *eboks.Letter) (*eboks.Receipt, error) { return &eboks.Receipt{ID: l.ID}, nil }
	clock.Move(time.Hour)
	walk(t, o, 5)
	offer = func(*eboks.Letter) (*eboks.Receipt, error) { return nil, refusedNow() }
	clock.Move(24 * time.Hour)
	for n := range 5 {
		putIn(t, o, letterTo(10+n))
	}
	walk(t, o, 20)
	require.Equal(t, 2, heard.count(), "now the offers are refused")
}

// A pauses and tells; B opens the channel and stops; A meets the next trouble.
func TestAlarmOfTheOther(t *testing.T) {
	heard := new(listener)
	bad := true
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(_ context.Context, l *eboks.Letter, n int) (*eboks.Receipt, error) {
		if bad {
			return nil, refusedNow()
		}
		return &eboks.Receipt{ID: l.ID}, nil
	}
	a, clock, cfg := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
	b := start(t, cfg)
	for n := range 5 {
		putIn(t, a, letterTo(n))
	}
	walk(t, a, 10)
	require.Equal(t, 1, heard.count())
	bad = false
	clock.Move(time.Minute)
	walk(t, b, 20)
	require.Equal(t, 1, heard.count())
	clock.Move(time.Hour)
	putIn(t, a, letterTo(20))
	walk(t, a, 5) // A opens its own
	bad = true
	clock.Move(time.Hour)
	for n := range 5 {
		putIn(t, a, letterTo(30+n))
	}
	walk(t, a, 20)
	require.Equal(t, 2, heard.count(), "the second trouble")
}

// Four processes are refused at once: one alarm, no doubt, and all letters when it is mended.
func TestFourRefused(t *testing.T) {
	t.Parallel() // it waits more than it works
	run := func(t *testing.T, open func() outbox.Config) {
		heard := new(listener)
		var bad atomic.Bool
		bad.Store(true)
		s := &actor{caps: eboks.Capabilities{Name: "post"}}
		s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
			if bad.Load() {
				return nil, refusedNow()
			}
			return &eboks.Receipt{ID: l.ID}, nil
		}
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		defer func() { cancel(); all.Wait() }()
		var first *outbox.Outbox
		var boxes []*outbox.Outbox
		for range 4 {
			cfg := open()
			cfg.Sender, cfg.Keys, cfg.Alarm = s, [][]byte{someKey}, heard.hear
			cfg.LookEvery, cfg.Retry.Pause, cfg.InFlight = 20*time.Millisecond, 300*time.Millisecond, 8
			o, err := outbox.New(cfg)
			require.NoError(t, err)
			require.NoError(t, o.Migrate(ctx))
			if first == nil {
				first = o
				for n := range 100 {
					putIn(t, o, letterTo(n%20))
				}
			}
			boxes = append(boxes, o)
		}
		for _, o := range boxes {
			all.Go(func() {
				if err := o.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		// A refusal that is recorded late, after the trouble is over, is a new trouble. So all
		// that were on their way have come back before anybody mends anything.
		refused := func(alarms int) {
			require.Eventually(t, func() bool {
				sum, err := first.Summary(context.Background())
				return err == nil && heard.count() >= alarms && sum.InHand <= 1
			}, time.Minute, 10*time.Millisecond, "the channel is paused")
			before := s.all()
			require.Eventually(t, func() bool { return s.all() >= before+4 }, time.Minute, 10*time.Millisecond, "several pauses")
			require.Equal(t, alarms, heard.count(), "one alarm for each trouble")
		}
		refused(1)
		bad.Store(false)
		require.Eventually(t, func() bool {
			sum, err := first.Summary(context.Background())
			return err == nil && sum.States[eboks.LetterAccepted] == 100
		}, time.Minute, 20*time.Millisecond)
		bad.Store(true)
		for n := range 40 {
			putIn(t, first, letterTo(n%20))
		}
		refused(2)
		bad.Store(false)
		require.Eventually(t, func() bool {
			sum, err := first.Summary(context.Background())
			return err == nil && sum.States[eboks.LetterAccepted] == 140
		}, time.Minute, 20*time.Millisecond)
		cancel()
		all.Wait()
		for r, err := range first.Letters(context.Background(), outbox.Filter{}) {
			require.NoError(t, err)
			require.Zero(t, r.Doubts)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		path := filepath.Join(crashsuite.Dir(t), "u.db")
		run(t, func() outbox.Config { return outbox.Config{DB: liteFile(t, path), Dialect: outbox.SQLite} })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		if !long() {
			return // SQLite is enough by default
		}
		dsn := sharedPostgreSQL(t)
		run(t, func() outbox.Config { return outbox.Config{DB: pgDB(t, dsn), Dialect: outbox.PostgreSQL} })
	})
}
