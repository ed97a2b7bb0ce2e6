package eboks_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// A person gives a letter up, whatever has become of it.
func TestGiveUp(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	const stop, decide = eboks.Stop, eboks.Decide
	for name, c := range map[string]struct {
		entry eboks.Entry
		err   eboks.Kind // of GiveUp
		then  eboks.Then // of the entry and of a later Send
	}{
		"waiting":                           {eboks.Entry{State: eboks.LetterWaiting}, 0, stop},
		"sent back before":                  {eboks.Entry{State: eboks.LetterWaiting, Offers: 3}, 0, stop},
		"unknown":                           {eboks.Entry{State: eboks.LetterUnknown, Offers: 1, Doubts: 1}, 0, decide},
		"unknown, never told of an offer":   {eboks.Entry{State: eboks.LetterUnknown}, 0, decide},
		"unknown, not in the log":           {eboks.Entry{State: eboks.LetterUnknown, Offers: 1, Missing: now.Add(-time.Hour)}, 0, decide},
		"parked":                            {eboks.Entry{State: eboks.LetterParked, Offers: 5, Doubts: 5, Kind: eboks.OutcomeUnknown, Code: "17", Then: decide}, 0, decide},
		"refused for good":                  {eboks.Entry{State: eboks.LetterRefused, Kind: eboks.Rejected, Code: "17", Then: stop}, 0, stop},
		"refused, perhaps taken in":         {eboks.Entry{State: eboks.LetterRefused, Kind: eboks.Rejected, Then: decide}, 0, decide},
		"given up before":                   {eboks.Entry{State: eboks.LetterRefused, Kind: eboks.Parked, Then: stop}, 0, stop},
		"given up before, in doubt":         {eboks.Entry{State: eboks.LetterRefused, Kind: eboks.Parked, Then: decide}, 0, decide},
		"accepted":                          {eboks.Entry{State: eboks.LetterAccepted, Status: eboks.Accepted}, eboks.AlreadyAccepted, 0},
		"waiting, in hand":                  {eboks.Entry{State: eboks.LetterWaiting, Owner: "Åse", Lease: now.Add(time.Second)}, eboks.Conflict, 0},
		"unknown, in hand":                  {eboks.Entry{State: eboks.LetterUnknown, Owner: "Åse", Lease: now.Add(time.Second)}, eboks.Conflict, 0},
		"waiting, its owner is gone":        {eboks.Entry{State: eboks.LetterWaiting, Owner: "Åse", Lease: now}, 0, decide},
		"unknown, its owner is long gone":   {eboks.Entry{State: eboks.LetterUnknown, Owner: "Åse", Lease: now.Add(-time.Hour)}, 0, decide},
		"there is no letter of that number": {eboks.Entry{}, eboks.InputInvalid, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, book := newScripted(), eboks.NewMemoryLedger(0)
			client := newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Now = func() time.Time { return now } })
			l := letter(1)
			p, err := client.Prepare(t.Context(), l)
			require.NoError(t, err)
			before := c.entry
			if before.State != 0 {
				before.ID, before.Digest, before.SHA256 = l.ID, p.Digest(), p.Entry(now).SHA256
				_, err = book.Settle(t.Context(), []eboks.Entry{before})
				require.NoError(t, err)
				before.Version++
			}
			err = client.GiveUp(t.Context(), l.ID)
			es, loadErr := book.Load(t.Context(), []eboks.ID{l.ID})
			require.NoError(t, loadErr)
			after := es[0]
			require.Zero(t, s.asked+s.offers[l.ID], "nobody is asked")
			if c.err != 0 {
				e := kindIs(t, err, c.err)
				require.Equal(t, "give up", e.Op)
				require.Equal(t, before, after)
				require.False(t, eboks.SafeToRetry(err))
				return
			}
			require.NoError(t, err)
			if before.State == eboks.LetterRefused && (before.Then == stop || before.Kind == eboks.Parked) {
				require.Equal(t, before, after, "it stays as it is")
			} else {
				want := before
				want.State, want.Kind, want.Then, want.At, want.Version = eboks.LetterRefused, eboks.Parked, c.then, now, before.Version+1
				want.Owner, want.Lease = "", time.Time{}
				require.Equal(t, want, after)
			}
			_, err = client.Send(t.Context(), l)
			e := kindIs(t, err, after.Kind)
			require.Equal(t, c.then, e.Then)
			require.NotEmpty(t, e.Why)
			require.Equal(t, c.then == stop, eboks.SafeToRetry(err))
			require.Zero(t, s.offers[l.ID])
			require.NoError(t, client.GiveUp(t.Context(), l.ID), "again")

			require.NoError(t, client.Learn(t.Context(), event(l.ID, eboks.DeliveredDigital, "2026-11-22T10:00:00Z")))
			r, err := client.Send(t.Context(), l)
			require.NoError(t, err, "it had arrived after all")
			require.Equal(t, eboks.Duplicate, r.Repeat)
			kindIs(t, client.GiveUp(t.Context(), l.ID), eboks.AlreadyAccepted)
		})
	}
}

// A letter that was given up is sent if a person releases it.
func TestGivenUpAndReleased(t *testing.T) {
	s := newScripted()
	client := newClient(t, s)
	l := letter(1)
	s.next(unknownOutcome())
	_, err := client.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	require.NoError(t, client.GiveUp(t.Context(), l.ID))
	require.NoError(t, client.Release(t.Context(), l.ID))
	_, err = client.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, 2, s.offers[l.ID])
}

// While an attempt is on its way nobody can give the letter up, and a ledger that fails
// leaves it as it is.
func TestGiveUpThatComesAtAWrongTime(t *testing.T) {
	s := newScripted()
	book := &changing{Ledger: eboks.NewMemoryLedger(0)}
	client := newClient(t, s, with(book))
	l := letter(1)
	s.next(unknownOutcome())
	_, err := client.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	book.change = func() { // it is learned to have arrived just then
		require.NoError(t, client.Learn(t.Context(), event(l.ID, eboks.Accepted, "2026-11-22T10:00:00Z")))
	}
	kindIs(t, client.GiveUp(t.Context(), l.ID), eboks.Conflict)
	kindIs(t, client.GiveUp(t.Context(), l.ID), eboks.AlreadyAccepted)

	failing := newClient(t, s, with(failingLedger{}))
	e := kindIs(t, failing.GiveUp(t.Context(), l.ID), eboks.StoreFailed)
	require.ErrorIs(t, e, errDisk)
	require.NotContains(t, e.Error(), "disk")
}

// failingLedger is a store that cannot be read.
type failingLedger struct{ eboks.Ledger }

func (failingLedger) Load(context.Context, []eboks.ID) ([]eboks.Entry, error) { return nil, errDisk }
