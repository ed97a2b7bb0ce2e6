package eboks_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNeverLeftIsOfferedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s)
		s.next(neverLeft(), neverLeft(), neverLeft())
		began := time.Now()
		r, err := c.Send(t.Context(), letter(1))
		require.NoError(t, err)
		require.Equal(t, 1, r.Attempts, "an offer that never left is none")
		require.Len(t, s.offered, 4)
		require.LessOrEqual(t, time.Since(began), 1400*time.Millisecond, "at most 200 + 400 + 800 ms")

		s.next(neverLeft(), neverLeft(), neverLeft(), neverLeft())
		l := letter(1)
		_, err = c.Send(t.Context(), l)
		e := kindIs(t, err, eboks.Unavailable)
		require.True(t, eboks.SafeToRetry(err))
		require.True(t, e.Then == eboks.Retry)
		_, err = c.Send(t.Context(), l)
		require.NoError(t, err)
	})
}

// The waits are random over their whole range: letters that failed together do
// not come back together.
func TestRetriesHaveFullJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Retry.Budget = 1000 })
		var low, high bool
		for range 60 {
			s.next(neverLeft())
			began := time.Now()
			_, err := c.Send(t.Context(), letter(1))
			require.NoError(t, err)
			waited := time.Since(began)
			require.LessOrEqual(t, waited, 200*time.Millisecond)
			low, high = low || waited < 70*time.Millisecond, high || waited > 130*time.Millisecond
		}
		require.True(t, low && high)
	})
}

func TestRetryBudgetEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Retry.Budget, cfg.Retry.Trip = 5, 1000 })
		for range 100 {
			s.next(neverLeft())
		}
		for range 20 {
			_, err := c.Send(t.Context(), letter(1))
			kindIs(t, err, eboks.Unavailable)
		}
		require.Len(t, s.offered, 25, "twenty letters and five second offers")
		s.answers = nil
		for range 20 {
			_, err := c.Send(t.Context(), letter(1))
			require.NoError(t, err)
		}
		s.next(neverLeft())
		_, err := c.Send(t.Context(), letter(1))
		require.NoError(t, err, "successes give some back")
	})
}

func TestRefusedSenderPausesTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, told := newScripted(), new(alarms)
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
		refused := &eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}
		s.next(refused, refused)
		letters := []*eboks.Letter{letter(1), letter(2), letter(3)}
		for _, l := range letters {
			_, err := c.Send(t.Context(), l)
			e := kindIs(t, err, eboks.AuthFailed)
			require.True(t, eboks.SafeToRetry(err))
			require.True(t, e.Then == eboks.Retry)
		}
		require.Len(t, s.offered, 2, "one is no witness; the others were not used up")
		require.Equal(t, []eboks.Kind{eboks.AuthFailed}, told.kinds(), "one alarm")

		time.Sleep(30 * time.Second)
		s.next(refused)
		_, err := c.Send(t.Context(), letters[2])
		kindIs(t, err, eboks.AuthFailed)
		require.Len(t, s.offered, 3, "one tries the way")
		require.Len(t, told.kinds(), 1, "still one")

		time.Sleep(30 * time.Second)
		for _, l := range letters {
			r, err := c.Send(t.Context(), l)
			require.NoError(t, err)
			require.Equal(t, 1, r.Attempts)
		}
	})
}

func TestThrottledWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s)
		throttled := func(d time.Duration) error {
			return &eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: d}
		}
		// More often than there are offers: none is used up.
		s.next(throttled(3*time.Second), throttled(3*time.Second), throttled(3*time.Second), throttled(3*time.Second), throttled(3*time.Second))
		began := time.Now()
		r, err := c.Send(t.Context(), letter(1))
		require.NoError(t, err)
		require.Equal(t, 15*time.Second, time.Since(began))
		require.Equal(t, 1, r.Attempts)

		// Longer than anybody waits: back to the caller, who is told how long.
		s.next(throttled(time.Hour))
		l := letter(1)
		_, err = c.Send(t.Context(), l)
		e := kindIs(t, err, eboks.Throttled)
		require.True(t, eboks.SafeToRetry(err))
		require.Equal(t, time.Hour, e.RetryAfter)
		offered := len(s.offered)
		_, err = c.Send(t.Context(), letter(2))
		kindIs(t, err, eboks.Throttled)
		require.Len(t, s.offered, offered, "nor do others knock meanwhile")
		time.Sleep(time.Hour)
		_, err = c.Send(t.Context(), l)
		require.NoError(t, err)

		// Without a time: ever longer waits, and an end.
		for range 100 {
			s.next(throttled(0))
		}
		offered = len(s.offered)
		_, err = c.Send(t.Context(), letter(3))
		kindIs(t, err, eboks.Throttled)
		require.Less(t, len(s.offered)-offered, 15)
	})
}

// An answer to a letter that was under way does not end a pause that the
// distributor asked for.
func TestASuccessUnderWayDoesNotEndThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s)
		s.answers = append(s.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			time.Sleep(time.Second)
			return s.take(l)
		})
		s.next(&eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: 20 * time.Second})
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Send(t.Context(), letter(1))
			assert.NoError(t, err)
		})
		synctest.Wait()
		began := time.Now()
		_, err := c.Send(t.Context(), letter(2))
		require.NoError(t, err)
		require.Equal(t, 20*time.Second, time.Since(began))
		wg.Wait()
	})
}

func TestDistributorAwayIsTriedByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Retry.Offers = 1 })
		away := true
		answer := func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			if away {
				return nil, neverLeft()
			}
			return s.take(l)
		}
		for range 1000 {
			s.answers = append(s.answers, answer)
		}
		for range 5 {
			_, err := c.Send(t.Context(), letter(1))
			kindIs(t, err, eboks.Unavailable)
		}
		// Six hours with many waiting: one knocks every half minute.
		offered := len(s.offered)
		end := time.Now().Add(6 * time.Hour)
		for time.Now().Before(end) {
			for i := range 3 {
				_, err := c.Send(t.Context(), letter(i))
				e := kindIs(t, err, eboks.Unavailable)
				require.True(t, eboks.SafeToRetry(e))
			}
			time.Sleep(10 * time.Second)
		}
		require.LessOrEqual(t, len(s.offered)-offered, 6*60*2+1)
		away = false
		time.Sleep(31 * time.Second)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := c.Send(t.Context(), letter(i))
				assert.NoError(t, err)
			})
		}
		wg.Wait()
	})
}

func TestSendStopsWaitingWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s)
		s.next(&eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: 20 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		l := letter(1)
		_, err := c.Send(ctx, l)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, eboks.SafeToRetry(err))
		_, err = c.Send(t.Context(), l)
		require.NoError(t, err)
	})
}

func TestNewRefuses(t *testing.T) {
	s := newScripted()
	for name, cfg := range map[string]eboks.Config{
		"no sender":             {},
		"short key":             {Sender: s, Keys: [][]byte{[]byte("kort")}},
		"a ledger and no key":   {Sender: s, Ledger: eboks.NewMemoryLedger(0)},
		"negative":              {Sender: s, InFlight: -1},
		"negative time":         {Sender: s, Retry: eboks.RetryPolicy{Base: -1}},
		"negative receipt time": {Sender: s, ReceiptWithin: -1},
	} {
		_, err := eboks.New(cfg)
		require.Equal(t, eboks.ConfigInvalid, kindIs(t, err, eboks.ConfigInvalid).Kind, name)
	}
}

// Without an Alarm the log tells, and holds nothing of the letter.
func TestAlarmsGoToTheLog(t *testing.T) {
	var log bytes.Buffer
	s := newScripted()
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm, cfg.Logger = nil, slog.New(slog.NewJSONHandler(&log, nil)) })
	s.next(&eboks.Error{Kind: eboks.AuthFailed, Then: eboks.Retry, Raw: eboks.NewRaw([]byte("hemmelig"))})
	l := letter(1)
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.AuthFailed)
	require.Contains(t, log.String(), `"level":"ERROR"`)
	require.Contains(t, log.String(), l.ID.String())
	for _, secret := range []string{"hemmelig", l.Title, l.To.CPR().Reveal()} {
		require.NotContains(t, log.String(), secret)
	}
}
