package eboks_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

func TestIDUsedBeforeOnARetryOfOurs(t *testing.T) {
	s := newScripted()
	s.can.Dedupes, s.can.Status = true, false
	c := newClient(t, s)
	l := letter(1)
	s.next(unknownOutcome(), &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409})
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	r, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, eboks.AlreadyAccepted, r.Repeat)
	require.Equal(t, 2, s.offers[l.ID])
	r, err = c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, eboks.Duplicate, r.Repeat)
	require.Equal(t, 2, s.offers[l.ID])
}

// An id that the distributor knows and we do not is somebody else's letter.
func TestIDUsedBeforeByAnother(t *testing.T) {
	s := newScripted()
	s.can.Dedupes = true
	c := newClient(t, s)
	l := letter(1)
	s.next(&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409})
	for range 2 {
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.Duplicate)
		require.False(t, eboks.SafeToRetry(err))
	}
	require.Equal(t, 1, s.offers[l.ID])
}

func TestSameLetterTwiceAndAtOnce(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	inside, goOn := make(chan struct{}), make(chan struct{})
	s.answers = append(s.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
		close(inside)
		<-goOn
		return s.take(l)
	})
	var wg sync.WaitGroup
	receipts := make([]*eboks.Receipt, 8)
	send := func(i int) {
		copied := *l
		r, err := c.Send(t.Context(), &copied)
		assert.NoError(t, err)
		receipts[i] = r
	}
	wg.Go(func() { send(0) })
	<-inside
	for i := 1; i < len(receipts); i++ {
		wg.Go(func() { send(i) })
	}
	close(goOn)
	wg.Wait()
	require.Equal(t, 1, s.offers[l.ID])
	require.Zero(t, receipts[0].Repeat)
	for _, r := range receipts[1:] {
		require.Equal(t, eboks.Duplicate, r.Repeat)
		require.Equal(t, receipts[0].Reference, r.Reference, "the same handle")
		require.Equal(t, receipts[0].At, r.At)
	}
}

func TestSameIDForAnotherLetter(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	first := letter(1)
	_, err := c.Send(t.Context(), first)
	require.NoError(t, err)
	for name, change := range map[string]func(*eboks.Letter){
		"recipient":  func(l *eboks.Letter) { l.To = letter(2).To },
		"document":   func(l *eboks.Letter) { l.Document = eboks.Bytes(pdf("andet")) },
		"title":      func(l *eboks.Letter) { l.Title += "." },
		"material":   func(l *eboks.Letter) { l.Material = "12345" },
		"attachment": func(l *eboks.Letter) { l.Attachments = []eboks.Document{eboks.Bytes(pdf("bilag")).Named("Bilag å")} },
		"channel": func(l *eboks.Letter) {
			l.Channel, l.Address, l.Unchecked = eboks.DigitalThenPrint, eboks.Address{Name: "Åse", Street: "Ågade", House: "1", PostCode: "8000"}, true
		},
		"not before": func(l *eboks.Letter) { l.NotBefore = at("2026-12-01T00:00:00Z") },
		"reply":      func(l *eboks.Letter) { l.Reply.Mode = eboks.ReplyStandard },
	} {
		other := *first
		change(&other)
		_, err := c.Send(t.Context(), &other)
		e := kindIs(t, err, eboks.Conflict)
		require.False(t, e.Then == eboks.Retry, name)
		require.False(t, eboks.SafeToRetry(err))
	}
	require.Len(t, s.offered, 1)
}

// The first is still on its way.
func TestSameIDForAnotherLetterAtOnce(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	s.answers = append(s.answers, func(ctx context.Context, first *eboks.Letter) (*eboks.Receipt, error) {
		other := *l
		other.To = letter(2).To
		_, err := c.Send(ctx, &other)
		kindIs(t, err, eboks.Conflict)
		kindIs(t, c.Release(ctx, l.ID), eboks.Conflict)
		return s.take(first)
	})
	_, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Len(t, s.offered, 1)
}

// Who waits for another's call is not harmed when that one gives up.
func TestSendOutlivesTheOtherCaller(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	impatient, leave := context.WithCancel(t.Context())
	inside := make(chan struct{})
	s.answers = append(s.answers, func(ctx context.Context, _ *eboks.Letter) (*eboks.Receipt, error) {
		close(inside)
		<-ctx.Done()
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry, Err: ctx.Err()}
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Send(impatient, l)
		assert.ErrorIs(t, err, context.Canceled)
	})
	<-inside
	wg.Go(func() {
		r, err := c.Send(t.Context(), l)
		if assert.NoError(t, err) {
			assert.Zero(t, r.Repeat)
		}
	})
	leave()
	wg.Wait()
	require.Len(t, s.got, 1)
}
