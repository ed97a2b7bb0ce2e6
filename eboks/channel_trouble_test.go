package eboks_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// pausedFor makes the channel pause as a distributor that is away does.
func away(t *testing.T, s *scripted, c *eboks.Client) {
	t.Helper()
	for i := range 5 {
		s.next(neverLeft())
		_, err := c.Send(t.Context(), letter(i))
		kindIs(t, err, eboks.Unavailable)
	}
}

func oneOffer(cfg *eboks.Config) { cfg.Retry.Offers = 1 }

func TestAPanicDoesNotCloseTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s, oneOffer)
		away(t, s, c)
		time.Sleep(31 * time.Second)
		s.answers = append(s.answers, func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { panic("a mistake of the adapter's") })
		l := letter(7)
		require.Panics(t, func() { _, _ = c.Send(t.Context(), l) })
		began := time.Now()
		_, err := c.Send(t.Context(), letter(8))
		require.NoError(t, err)
		require.Zero(t, time.Since(began))
		_, err = c.Send(t.Context(), l)
		kindIs(t, err, eboks.OutcomeUnknown)
	})
}

// The distributor comes back, and refuses us.
func TestAlarmWhenTheTrialIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, told := newScripted(), new(alarms)
		c := newClient(t, s, oneOffer, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
		away(t, s, c)
		time.Sleep(31 * time.Second)
		s.next(&eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry})
		_, err := c.Send(t.Context(), letter(1))
		kindIs(t, err, eboks.AuthFailed)
		require.Equal(t, []eboks.Kind{eboks.AuthFailed}, told.kinds())
	})
}

// What says nothing of the distributor neither pauses nor opens the channel.
func TestOnlyNewsOfTheDistributorCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s, oneOffer)
		for i := range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			s.answers = append(s.answers, func(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
				cancel()
				return nil, &eboks.Error{Kind: eboks.OutcomeUnknown, Err: context.Canceled}
			})
			_, err := c.Send(ctx, letter(i))
			kindIs(t, err, eboks.OutcomeUnknown)
		}
		_, err := c.Send(t.Context(), letter(99))
		require.NoError(t, err, "callers who went away")

		away(t, s, c)
		time.Sleep(31 * time.Second)
		s.next(&eboks.Error{Kind: eboks.Unsupported, Then: eboks.Stop})
		_, err = c.Send(t.Context(), letter(1))
		kindIs(t, err, eboks.Unsupported)
		s.next(neverLeft())
		_, err = c.Send(t.Context(), letter(2))
		kindIs(t, err, eboks.Unavailable)
		began := time.Now()
		_, err = c.Send(t.Context(), letter(3))
		require.NoError(t, err)
		require.Equal(t, 30*time.Second, time.Since(began), "the next one was the trial, and it failed: this one waits for its turn")
	})
}

func TestPatienceAfterAQuietNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := newClient(t, s, oneOffer)
		away(t, s, c)
		time.Sleep(8 * time.Hour)
		s.next(&eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: 20 * time.Millisecond})
		_, err := c.Send(t.Context(), letter(1))
		require.NoError(t, err)
	})
}
