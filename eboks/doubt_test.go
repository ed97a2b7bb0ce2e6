package eboks_test

import (
	"context"
	"testing"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// A Send that cannot be made ready says what the ledger knows of the letter: asking with
// it never succeeds, so a person is asked.
func TestALetterInDoubtWhoseFileIsGone(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	gone := *l
	gone.Document = eboks.File("/findes/ikke/æ.pdf")
	_, err := c.Send(t.Context(), &gone)
	require.Equal(t, eboks.Stop, kindIs(t, err, eboks.InputInvalid).Then, "it was never sent")
	s.next(unknownOutcome())
	_, err = c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	_, err = c.Send(t.Context(), &gone)
	require.Equal(t, eboks.Decide, kindIs(t, err, eboks.InputInvalid).Then)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Send(ctx, l)
	require.False(t, eboks.SafeToRetry(err))
	require.Equal(t, eboks.Ask, err.(*eboks.Error).Then)
}

// What another process offered and never told is ours too when a person has released it.
func TestAReleasedLetterOfADeadProcessIsOurs(t *testing.T) {
	book := eboks.NewMemoryLedger(0)
	s := newScripted()
	s.can.Dedupes, s.can.Status = true, false
	now := time.Now()
	c := newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Now = func() time.Time { return now } })
	l := letter(1)
	p, err := c.Prepare(t.Context(), l)
	require.NoError(t, err)
	_, err = book.Claim(t.Context(), []eboks.Entry{p.Entry(now)}, "a process that died", time.Minute)
	require.NoError(t, err)
	now = now.Add(time.Hour)
	require.NoError(t, c.Release(t.Context(), l.ID))
	s.next(&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409})
	r, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, eboks.AlreadyAccepted, r.Repeat)
}

// changing is a ledger whose entry somebody changes between a claim and its settlement.
type changing struct {
	eboks.Ledger
	change func()
}

func (b *changing) Settle(ctx context.Context, es []eboks.Entry) ([]eboks.Entry, error) {
	if b.change != nil {
		change := b.change
		b.change = nil
		change()
	}
	return b.Ledger.Settle(ctx, es)
}

// Another letter under a used ID is a conflict, also if events about the first are
// learned just then.
func TestAConflictIsNoReceipt(t *testing.T) {
	book := &changing{Ledger: eboks.NewMemoryLedger(0)}
	s := newScripted()
	c := newClient(t, s, with(book))
	l := letter(1)
	s.next(unknownOutcome())
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	other := *l
	other.To = letter(2).To
	book.change = func() {
		require.NoError(t, c.Learn(t.Context(), event(l.ID, eboks.Accepted, "2026-11-22T10:00:00Z")))
	}
	_, err = c.Send(t.Context(), &other)
	require.Equal(t, eboks.Decide, kindIs(t, err, eboks.Conflict).Then)

	p, err := c.Prepare(t.Context(), &other)
	require.NoError(t, err)
	es, err := book.Load(t.Context(), []eboks.ID{l.ID})
	require.NoError(t, err)
	o := c.Attempt(t.Context(), p, es[0])
	require.ErrorIs(t, o.Err, eboks.ErrConflict)
	o = o.Against(es[0])
	require.ErrorIs(t, o.Err, eboks.ErrConflict)
	require.Nil(t, o.Receipt)
	require.Equal(t, es[0], o.Entry)
}
