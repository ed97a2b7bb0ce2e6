package eboks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An iterator may use one Letter for all: rows.Scan into it, yield it.
func TestBatchOfOneLetterUsedAnew(t *testing.T) {
	s := newScripted()
	to := map[eboks.ID]eboks.Recipient{}
	var mu sync.Mutex
	for range 2000 {
		s.answers = append(s.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			mu.Lock()
			to[l.ID] = l.To
			mu.Unlock()
			return s.take(l)
		})
	}
	ids := map[eboks.ID]int{}
	rows := func(yield func(*eboks.Letter) bool) {
		var one eboks.Letter
		for i := range 2000 {
			one = *letter(i)
			ids[one.ID] = i
			if !yield(&one) {
				return
			}
		}
	}
	for r := range newClient(t, s).SendBatch(t.Context(), rows, eboks.Batch{InFlight: 8}) {
		require.NoError(t, r.Err)
	}
	require.Len(t, to, 2000)
	for id, i := range ids {
		require.Equal(t, eboks.Person(cprtest.Number(i)), to[id])
		require.Equal(t, string(pdf(fmt.Sprintf("brev %d til Åse", i))), s.got[id])
	}
}

// Release comes between a Send's answer and its record.
func TestReleaseNeverUndoesAReceipt(t *testing.T) {
	s := newScripted()
	book := &slow{MemoryLedger: eboks.NewMemoryLedger(0)}
	c := newClient(t, s, with(book))
	l := letter(1)
	s.next(unknownOutcome())
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)

	s.events = []eboks.Event{event(l.ID, eboks.DeliveredDigital, "2026-11-22T10:00:00Z")}
	var wg sync.WaitGroup
	book.looked = func() { // Release has read the entry; now somebody learns that the letter arrived
		book.looked = nil
		wg.Go(func() {
			_, err := c.Send(t.Context(), l)
			assert.NoError(t, err)
		})
	}
	_ = c.Release(t.Context(), l.ID)
	wg.Wait()
	require.LessOrEqual(t, s.offers[l.ID], 2)
}

type slow struct {
	*eboks.MemoryLedger
	looked func()
}

func (s *slow) Load(ctx context.Context, ids []eboks.ID) ([]eboks.Entry, error) {
	es, err := s.MemoryLedger.Load(ctx, ids)
	if s.looked != nil {
		s.looked()
	}
	return es, err
}

// A refusal of the second offer says nothing of the first.
func TestARefusedRepeatStaysUnknown(t *testing.T) {
	for _, refusal := range []*eboks.Error{
		{Kind: eboks.Rejected, Status: 400, Then: eboks.Stop},
		{Kind: eboks.RecipientUnreachable, Reachability: eboks.Deceased, Then: eboks.Stop},
	} {
		s := newScripted()
		s.can.Dedupes, s.can.Status = true, false
		c := newClient(t, s)
		l := letter(1)
		s.next(unknownOutcome(), refusal)
		for range 2 {
			_, err := c.Send(t.Context(), l)
			kindIs(t, err, eboks.OutcomeUnknown)
			require.False(t, eboks.SafeToRetry(err))
		}
	}
}

// A letter that is no longer in order may have been sent when it was.
func TestInputInvalidAfterAnUnknownOutcome(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	s.next(unknownOutcome())
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	l.Title = ""
	_, err = c.Send(t.Context(), l)
	kindIs(t, err, eboks.InputInvalid)
	require.False(t, eboks.SafeToRetry(err))
	for r := range c.SendBatch(t.Context(), slices.Values([]*eboks.Letter{l}), eboks.Batch{}) {
		require.Equal(t, l.ID, r.ID)
		kindIs(t, r.Err, eboks.InputInvalid)
		require.False(t, eboks.SafeToRetry(r.Err), "in a batch no more than alone")
	}
}

func TestErrorsOfOtherCallsSayNothingOfTheLetter(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	s.askErr = &eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}
	_, err := c.Recall(t.Context(), eboks.NewID())
	kindIs(t, err, eboks.AuthFailed)
	require.False(t, eboks.SafeToRetry(err))
}

// Two processes on one ledger: what one has in hand the other leaves alone.
func TestTwoClientsOnOneLedger(t *testing.T) {
	for name, dedupes := range map[string]bool{"repeated ids are recognised": true, "they are not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				book := eboks.NewMemoryLedger(0)
				s := newScripted()
				s.can.Dedupes, s.can.Status = dedupes, false
				a, b := newClient(t, s, with(book)), newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Retry.Patience = time.Second })
				l := letter(1)
				inside, goOn := make(chan struct{}), make(chan struct{})
				s.answers = append(s.answers, func(_ context.Context, first *eboks.Letter) (*eboks.Receipt, error) {
					close(inside)
					<-goOn
					return s.take(first)
				})
				var sending sync.WaitGroup
				sending.Go(func() {
					r, err := a.Send(t.Context(), l)
					if assert.NoError(t, err) {
						assert.Zero(t, r.Repeat)
					}
				})
				<-inside
				for range 10 { // more often than a letter may fail
					_, err := b.Send(t.Context(), l)
					e := kindIs(t, err, eboks.OutcomeUnknown)
					require.Equal(t, eboks.Ask, e.Then)
					require.Positive(t, e.RetryAfter)
					kindIs(t, b.Release(t.Context(), l.ID), eboks.Conflict)
				}
				close(goOn)
				sending.Wait()
				r, err := b.Send(t.Context(), l)
				require.NoError(t, err)
				require.Equal(t, eboks.Duplicate, r.Repeat)
				require.Equal(t, 1, s.offers[l.ID])
			})
		})
	}
}

// A process that was stopped for longer than its lease, and goes on.
func TestALateAnswerIsBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		late    *eboks.Error // what the first hears in the end; nil: its letter was taken in
		receipt bool
		kind    eboks.Kind
	}{
		"taken in":       {nil, true, 0},
		"used before":    {&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}, true, 0},
		"unknown":        {&eboks.Error{Kind: eboks.OutcomeUnknown}, false, eboks.OutcomeUnknown},
		"refused":        {&eboks.Error{Kind: eboks.Rejected, Status: 400, Then: eboks.Stop}, false, eboks.OutcomeUnknown},
		"surely not out": {&eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}, false, eboks.AuthFailed},
	} {
		t.Run(name, func(t *testing.T) {
			book := eboks.NewMemoryLedger(0)
			s := newScripted()
			s.can.Status = false
			now := time.Now()
			a, b := newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Now = func() time.Time { return now } }),
				newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Now = func() time.Time { return now.Add(time.Hour) } })
			l := letter(1)
			s.answers = append(s.answers, func(ctx context.Context, first *eboks.Letter) (*eboks.Receipt, error) {
				_, err := b.Send(ctx, l)
				kindIs(t, err, eboks.OutcomeUnknown)
				if c.late != nil {
					return nil, c.late
				}
				return s.take(first)
			})
			r, err := a.Send(t.Context(), l)
			if c.receipt {
				require.NoError(t, err)
				require.Equal(t, l.ID, r.ID)
			} else {
				require.Equal(t, eboks.Ask, kindIs(t, err, c.kind).Then)
			}
			r, err = b.Send(t.Context(), l)
			if c.receipt {
				require.NoError(t, err)
				require.Equal(t, eboks.Duplicate, r.Repeat)
			} else {
				kindIs(t, err, eboks.OutcomeUnknown)
			}
			require.Equal(t, 1, s.offers[l.ID])
		})
	}
}

// Our own letter is not somebody else's, whatever came between.
func TestAUsedIDIsOursAfterAnyOfferOfOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		used := &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}
		s := newScripted()
		s.can.Dedupes, s.can.Status = true, false
		c := newClient(t, s)
		s.next(&eboks.Error{Kind: eboks.Throttled, Status: 503, Then: eboks.Retry, RetryAfter: time.Second}, used)
		r, err := c.Send(t.Context(), letter(1))
		require.NoError(t, err)
		require.Equal(t, eboks.AlreadyAccepted, r.Repeat)

		l := letter(2)
		s.next(unknownOutcome(), used)
		_, err = c.Send(t.Context(), l)
		kindIs(t, err, eboks.OutcomeUnknown)
		require.NoError(t, c.Release(t.Context(), l.ID))
		r, err = c.Send(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, eboks.AlreadyAccepted, r.Repeat)
	})
}

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

func TestBatchWhoseLoopPanics(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	var letters []*eboks.Letter
	for range each(8, &letters) {
	}
	require.PanicsWithValue(t, "løkken", func() {
		for range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
			panic("løkken")
		}
	})
	for _, l := range letters {
		_, err := c.Send(t.Context(), l)
		require.NoError(t, err)
	}
}

// A panic of the caller's own code comes out where the caller can catch it.
func TestBatchWhoseIteratorPanics(t *testing.T) {
	c := newClient(t, newScripted())
	n := 0
	require.PanicsWithValue(t, "æv", func() {
		for range c.SendBatch(t.Context(), func(yield func(*eboks.Letter) bool) {
			yield(letter(1))
			panic("æv")
		}, eboks.Batch{}) {
			n++
		}
	})
	require.Equal(t, 1, n)
	bad := letter(2)
	bad.Document = eboks.Document{Open: func() (io.ReadCloser, error) { panic("uha") }}
	require.PanicsWithValue(t, "uha", func() {
		for range c.SendBatch(t.Context(), slices.Values([]*eboks.Letter{bad}), eboks.Batch{}) {
		}
	})
	_, err := c.Send(t.Context(), letter(3))
	require.NoError(t, err)
}

// One result for each letter that was asked for, also at the end of a context.
func TestBatchAnswersForEveryLetterTaken(t *testing.T) {
	for range 50 {
		s := newScripted()
		ctx, cancel := context.WithCancel(t.Context())
		var letters []*eboks.Letter
		results := map[eboks.ID]int{}
		for r := range newClient(t, s).SendBatch(ctx, each(100, &letters), eboks.Batch{InFlight: 2}) {
			if results[r.ID]++; len(results) == 5 {
				cancel()
			}
		}
		cancel()
		require.Len(t, results, len(letters))
		for _, n := range results {
			require.Equal(t, 1, n)
		}
	}
}

// An iterator that goes on when it has seen a result, and a loop that sends a letter of
// the same batch.
func TestBatchDoesNotWaitForItself(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	seen := make(chan struct{}, 8)
	n := 0
	for r := range c.SendBatch(t.Context(), func(yield func(*eboks.Letter) bool) {
		for i := range 3 {
			if !yield(letter(i)) {
				return
			}
			<-seen
		}
	}, eboks.Batch{}) {
		require.NoError(t, r.Err)
		n++
		seen <- struct{}{}
	}
	require.Equal(t, 3, n)

	var letters []*eboks.Letter
	for range each(5, &letters) {
	}
	for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
		require.NoError(t, r.Err)
		for _, l := range letters {
			_, err := c.Send(t.Context(), l)
			require.NoError(t, err)
		}
	}
	for _, l := range letters {
		require.Equal(t, 1, s.offers[l.ID])
	}
}

// idle gives nothing, for ever.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestADocumentThatGivesNothing(t *testing.T) {
	l := letter(1)
	l.Document = opens(idle{})
	_, err := newClient(t, newScripted()).Send(t.Context(), l)
	kindIs(t, err, eboks.InputInvalid)
}

// circle leads from page to page and back.
type circle struct{ *scripted }

func (circle) ReadEvents(_ context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	to := map[eboks.Cursor]eboks.Cursor{"": "1", "1": "2", "2": "1"}[after]
	return []eboks.Event{{Status: eboks.Accepted, Cursor: to}}, nil
}

func TestEventsInALargerCircle(t *testing.T) {
	n := 0
	var last error
	for _, err := range newClient(t, circle{newScripted()}).Events(t.Context(), "") {
		n, last = n+1, err
	}
	require.LessOrEqual(t, n, 4)
	kindIs(t, last, eboks.ReceiptInvalid)
}

func TestOpenedLettersStayOpened(t *testing.T) {
	id := eboks.NewID()
	for _, later := range []eboks.Status{eboks.Failed, eboks.Recalled, eboks.CarrierUpdate, eboks.DeliveredDigital} {
		var h eboks.History
		require.NoError(t, h.Add(event(id, eboks.OpenedViaLink, "2026-11-22T10:00:00Z")))
		require.NoError(t, h.Add(event(id, later, "2026-11-22T11:00:00Z")))
		require.Equal(t, eboks.OpenedViaLink, h.Status())
		require.Equal(t, later == eboks.DeliveredDigital, h.Arrived(), "a link may be typed off paper")
	}
}

func TestAFullLedgerForgetsWhatWasNotDelivered(t *testing.T) {
	s := newScripted()
	c := newClient(t, s, with(eboks.NewMemoryLedger(10)))
	for i := range 50 {
		s.next(&eboks.Error{Kind: eboks.RecipientUnreachable, Reachability: eboks.Exempt, Then: eboks.Stop})
		_, err := c.Send(t.Context(), letter(i))
		kindIs(t, err, eboks.RecipientUnreachable)
	}
	_, err := c.Send(t.Context(), letter(99))
	require.NoError(t, err)
}

// A claim is not cut short by the caller.
func TestClaimOutlivesTheCaller(t *testing.T) {
	s := newScripted()
	ctx, cancel := context.WithCancel(t.Context())
	book := &cutting{MemoryLedger: eboks.NewMemoryLedger(0), cancel: cancel}
	c := newClient(t, s, with(book))
	l := letter(1)
	_, err := c.Send(ctx, l)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, eboks.SafeToRetry(err))
	_, err = c.Send(t.Context(), l)
	require.NoError(t, err)
}

type cutting struct {
	*eboks.MemoryLedger
	cancel func()
}

func (c *cutting) Claim(ctx context.Context, es []eboks.Entry, owner string, lease time.Duration) ([]eboks.Entry, error) {
	claimed, err := c.MemoryLedger.Claim(ctx, es, owner, lease)
	c.cancel()
	return claimed, errors.Join(err, ctx.Err())
}

// A panic of the adapter's leaves the letter in nobody's hand.
func TestALetterOutlivesAPanic(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	s.answers = append(s.answers, func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { panic("en fejl") })
	require.Panics(t, func() { _, _ = c.Send(t.Context(), l) })
	began := time.Now()
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	require.Equal(t, 1, s.asked, "it was asked for")
	require.Less(t, time.Since(began), 10*time.Second)
}

// The distributor's books have the letter, in words that nobody here knows: it is
// neither offered again nor taken for delivered.
func TestBooksThatCannotBeRead(t *testing.T) {
	for name, odd := range map[string]eboks.Event{
		"a new word": {Status: eboks.Unknown, Code: "Modtaget på Mars", At: at("2026-11-22T10:00:00Z")},
		"unread":     {Unread: true, Raw: eboks.NewRaw([]byte("<Åh>")), At: at("2026-11-22T10:00:00Z")},
	} {
		s, told := newScripted(), new(alarms)
		s.can.Dedupes = true
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
		l := letter(1)
		s.next(unknownOutcome())
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.OutcomeUnknown)
		odd.ID = l.ID
		s.events = []eboks.Event{odd}
		for n := range 5 {
			_, err = c.Send(t.Context(), l)
			require.Equal(t, n >= 3, eboks.KindOf(err) == eboks.Parked, "%s %d", name, n)
		}
		require.Equal(t, 1, s.offers[l.ID], name)

		// Whoever asks hears of it, and gets the rest.
		s.events = append(s.events, event(l.ID, eboks.Accepted, "2026-11-22T10:00:01Z"))
		told.told = nil
		h, err := c.Status(t.Context(), l.ID)
		require.NoError(t, err)
		require.Equal(t, eboks.Accepted, h.Status())
		require.Equal(t, odd.Unread, len(told.kinds()) == 1, name)
	}
}

// A feed with one entry that cannot be read: the others arrive, once a person hears of it.
func TestOneUnreadEventHoldsNothingUp(t *testing.T) {
	s, told := newScripted(), new(alarms)
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
	for range 5 {
		s.events = append(s.events, event(eboks.NewID(), eboks.DeliveredDigital, "2026-11-22T10:00:00Z"))
	}
	s.events[2] = eboks.Event{Unread: true, Status: eboks.Failed, Raw: eboks.NewRaw([]byte("<Dårlig>"))}
	var n int
	var unread eboks.Event
	for e, err := range c.Events(t.Context(), "") {
		require.NoError(t, err)
		if n++; e.Unread {
			unread = e
		}
	}
	require.Equal(t, 5, n)
	require.Equal(t, eboks.Unknown, unread.Status)
	require.Equal(t, eboks.Cursor("3"), unread.Cursor)
	require.Equal(t, "<Dårlig>", string(unread.Raw.Reveal()))
	require.Equal(t, []eboks.Kind{eboks.ReceiptInvalid}, told.kinds())
	require.NoError(t, c.Learn(t.Context(), unread))
}

// A mailing that keeps failing does not make the ledger in memory grow.
func TestMemoryLedgerStaysSmall(t *testing.T) {
	s := newScripted()
	c := newClient(t, s, oneOffer, func(cfg *eboks.Config) { cfg.Retry.Trip = 1 << 30 })
	l := letter(1)
	s.always[l.ID] = &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Status: 400}
	before := heap()
	for range 20_000 {
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.InputInvalid)
	}
	s.offered = nil
	require.Less(t, heap()-before, int64(1<<20))
}
