package eboks_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// lagging is a client of a distributor whose log knows a letter only some time after it
// was taken in, and that makes two letters of a repeated ID.
func lagging(t *testing.T, s *scripted, book eboks.Ledger, lag time.Duration) *eboks.Client {
	return newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Retry.LogLag, cfg.Retry.Park = lag, 3 })
}

// The letter was taken in, its answer was lost, and the log lags behind. It is asked for
// until the log has it, and there is one letter, however often a process dies meanwhile.
func TestALogThatLagsMakesNoSecondLetter(t *testing.T) {
	const lag = time.Minute
	for _, late := range []time.Duration{time.Nanosecond, 10 * time.Second, lag - time.Second, lag} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, book := newScripted(), eboks.NewMemoryLedger(0)
				l := letter(1)
				s.next(unknownOutcome())
				_, err := lagging(t, s, book, lag).Send(t.Context(), l)
				kindIs(t, err, eboks.OutcomeUnknown)
				known := time.Now().Add(late)
				for looks := 0; ; looks++ {
					if !time.Now().Before(known) {
						s.events = []eboks.Event{event(l.ID, eboks.Accepted, "2026-11-22T10:00:00Z")}
					}
					r, err := lagging(t, s, book, lag).Send(t.Context(), l)
					require.Equal(t, 1, s.offers[l.ID])
					if err == nil {
						require.Equal(t, eboks.AlreadyAccepted, r.Repeat)
						require.Equal(t, 2, r.Attempts, "no look that found nothing counts")
						require.False(t, time.Now().Before(known))
						return
					}
					require.Equal(t, eboks.Ask, kindIs(t, err, eboks.OutcomeUnknown).Then)
					if looks == 3 { // a process takes it in hand and dies
						p, err := lagging(t, s, book, lag).Prepare(t.Context(), l)
						require.NoError(t, err)
						_, err = book.Claim(t.Context(), []eboks.Entry{p.Entry(time.Now())}, "a process that dies in Ærø", time.Second)
						require.NoError(t, err)
					}
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// The letter never arrived. When the log has not known it for LogLag it is offered again,
// once, and each further loss costs as long. A person is asked after Park of them.
func TestALetterThatTheLogNeverKnows(t *testing.T) {
	const lag, park = time.Minute, 3
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := lagging(t, s, eboks.NewMemoryLedger(0), lag)
		l := letter(1)
		s.always[l.ID] = unknownOutcome()
		for offers := 1; offers < park; offers++ {
			_, err := c.Send(t.Context(), l)
			kindIs(t, err, eboks.OutcomeUnknown)
			require.Equal(t, offers, s.offers[l.ID])
			began := time.Now()
			for time.Since(began) < lag {
				_, err = c.Send(t.Context(), l)
				require.Equal(t, eboks.Ask, kindIs(t, err, eboks.OutcomeUnknown).Then)
				require.Equal(t, offers, s.offers[l.ID], "not before LogLag")
				time.Sleep(10 * time.Second)
			}
		}
		_, err := c.Send(t.Context(), l)
		require.Equal(t, eboks.Decide, kindIs(t, err, eboks.Parked).Then)
		require.Equal(t, park, s.offers[l.ID])

		other := letter(2)
		s.next(unknownOutcome())
		_, err = c.Send(t.Context(), other)
		kindIs(t, err, eboks.OutcomeUnknown)
		_, err = c.Send(t.Context(), other)
		kindIs(t, err, eboks.OutcomeUnknown)
		time.Sleep(lag)
		r, err := c.Send(t.Context(), other)
		require.NoError(t, err)
		require.Equal(t, eboks.Kind(0), r.Repeat)
		require.Equal(t, 2, s.offers[other.ID])
		r, err = c.Send(t.Context(), other)
		require.NoError(t, err)
		require.Equal(t, eboks.Duplicate, r.Repeat)
		require.Equal(t, 2, s.offers[other.ID])
	})
}

// Attempt says that the next may follow in the same claim, and what is in the ledger until
// then still says that the outcome is unknown.
func TestALetterThatCountsAsNotDelivered(t *testing.T) {
	const lag = time.Minute
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := lagging(t, s, eboks.NewMemoryLedger(0), lag)
		p, err := c.Prepare(t.Context(), letter(1))
		require.NoError(t, err)
		e := p.Entry(time.Now())
		e.State, e.Version, e.Doubts, e.Offers, e.Owner = eboks.LetterUnknown, 3, 1, 1, "Åse"
		o := c.Attempt(t.Context(), p, e)
		require.False(t, o.More)
		require.Equal(t, time.Now().UTC(), o.Entry.Missing)
		time.Sleep(lag)
		o = c.Attempt(t.Context(), p, o.Entry)
		require.True(t, o.More)
		require.Equal(t, eboks.Retry, kindIs(t, o.Err, eboks.OutcomeUnknown).Then)
		require.Equal(t, eboks.LetterWaiting, o.Entry.State)
		require.Equal(t, 1, o.Entry.Doubts)
		require.Zero(t, s.offers[p.ID()])
		o = c.Attempt(t.Context(), p, o.Entry)
		require.Nil(t, o.Err)
		require.Equal(t, 1, s.offers[p.ID()])
	})
}

func TestLogLagIsNotNegative(t *testing.T) {
	_, err := eboks.New(eboks.Config{Sender: newScripted(), Retry: eboks.RetryPolicy{LogLag: -1}})
	kindIs(t, err, eboks.ConfigInvalid)
}

// A log that says that the letter left knows it: the letter is never offered again, and a
// person is asked in the end.
func TestALogThatSaysNoMoreThanThatTheLetterLeft(t *testing.T) {
	const lag = time.Minute
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		c := lagging(t, s, eboks.NewMemoryLedger(0), lag)
		l := letter(1)
		s.next(unknownOutcome())
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.OutcomeUnknown)
		_, err = c.Send(t.Context(), l)
		kindIs(t, err, eboks.OutcomeUnknown)
		s.events = []eboks.Event{event(l.ID, eboks.Submitted, "2026-11-22T10:00:00Z")}
		time.Sleep(lag)
		_, err = c.Send(t.Context(), l)
		require.Equal(t, eboks.Ask, kindIs(t, err, eboks.OutcomeUnknown).Then)
		time.Sleep(lag)
		_, err = c.Send(t.Context(), l)
		require.Equal(t, eboks.Decide, kindIs(t, err, eboks.Parked).Then)
		require.Equal(t, 1, s.offers[l.ID])
	})
}
