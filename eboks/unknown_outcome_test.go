package eboks_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

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

// idle gives nothing, for ever.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestADocumentThatGivesNothing(t *testing.T) {
	l := letter(1)
	l.Document = opens(idle{})
	_, err := newClient(t, newScripted()).Send(t.Context(), l)
	kindIs(t, err, eboks.InputInvalid)
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
