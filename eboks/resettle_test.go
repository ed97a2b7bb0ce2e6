package eboks_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// What an attempt brought, and what somebody else has made of the entry meanwhile.
func TestResettle(t *testing.T) {
	const waiting, unknown, accepted, refused, parked = eboks.LetterWaiting, eboks.LetterUnknown, eboks.LetterAccepted, eboks.LetterRefused, eboks.LetterParked
	for name, c := range map[string]struct {
		answer  error // of the distributor; nil if it has the letter
		now     eboks.State
		held    bool
		settled bool
		state   eboks.State // of the entry that comes back
		kind    eboks.Kind  // of the error; zero with a receipt
	}{
		"taken in, another has it in hand":         {nil, unknown, true, false, accepted, 0},
		"taken in, released":                       {nil, waiting, false, false, accepted, 0},
		"taken in, unknown to another":             {nil, unknown, false, false, accepted, 0},
		"taken in, another gave it up":             {nil, refused, false, false, accepted, 0},
		"taken in, another parked it":              {nil, parked, false, false, accepted, 0},
		"taken in, and another knows":              {nil, accepted, false, true, accepted, 0},
		"lost, another has it in hand":             {unknownOutcome(), unknown, true, true, unknown, eboks.OutcomeUnknown},
		"lost, another will offer it":              {unknownOutcome(), waiting, true, true, waiting, eboks.OutcomeUnknown},
		"lost, released":                           {unknownOutcome(), waiting, false, false, unknown, eboks.OutcomeUnknown},
		"lost, unknown to another":                 {unknownOutcome(), unknown, false, false, unknown, eboks.OutcomeUnknown},
		"lost, and another knows":                  {unknownOutcome(), accepted, false, true, accepted, 0},
		"lost, another gave it up":                 {unknownOutcome(), refused, false, true, refused, eboks.Rejected},
		"lost, another parked it":                  {unknownOutcome(), parked, false, true, parked, eboks.Parked},
		"it never left, released":                  {neverLeft(), waiting, false, false, waiting, eboks.Unavailable},
		"it never left, another has it in hand":    {neverLeft(), unknown, true, true, unknown, eboks.OutcomeUnknown},
		"refused, and it is unknown to another":    {&eboks.Error{Kind: eboks.Rejected, Status: 400, Then: eboks.Stop}, unknown, false, false, unknown, eboks.OutcomeUnknown},
		"refused, and nobody else has offered it":  {&eboks.Error{Kind: eboks.Rejected, Status: 400, Then: eboks.Stop}, waiting, false, false, refused, eboks.Rejected},
		"the id was used, another has it in hand":  {&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}, unknown, true, false, accepted, 0},
		"the id was used, and another gave it up":  {&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}, refused, false, false, accepted, 0},
		"the id was used, and another parked it":   {&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}, parked, false, false, accepted, 0},
		"the id was used, and another offered too": {&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}, unknown, false, false, accepted, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted()
			s.can.Status = false
			client := newClient(t, s)
			p, err := client.Prepare(t.Context(), letter(1))
			require.NoError(t, err)
			if c.answer != nil {
				s.next(c.answer)
			}
			mine := p.Entry(time.Now())
			mine.Owner, mine.Version = "mig", 1
			now := mine
			now.State, now.Version, now.Owner, now.Offers = c.now, 3, "", 1
			switch {
			case c.held:
				now.Owner, now.Lease = "en anden på Ærø", time.Now().Add(time.Minute)
			case c.now == refused:
				now.Kind, now.Then = eboks.Rejected, eboks.Stop
			case c.now == accepted:
				now.Reference = "ØÅ-7"
			}
			again, settled := client.Attempt(t.Context(), p, mine).Resettle(now)
			require.Equal(t, c.settled, settled)
			require.Equal(t, c.state, again.Entry.State)
			require.EqualValues(t, 3, again.Entry.Version)
			require.Equal(t, c.kind == 0, again.Receipt != nil)
			require.Equal(t, c.kind != 0, again.Err != nil)
			require.False(t, again.More)
			if again.Err != nil {
				require.Equal(t, c.kind, again.Err.Kind)
				require.Equal(t, p.ID(), again.Err.ID)
				require.Equal(t, "scripted", again.Err.Sender)
			}
			if settled && c.now != accepted {
				require.Equal(t, now.Owner, again.Entry.Owner)
			}
			if !settled {
				require.Empty(t, again.Entry.Owner)
			}
			if c.now == accepted {
				require.Equal(t, "ØÅ-7", again.Receipt.Reference)
			}
		})
	}
}

// A letter that may be offered again must be claimed first, when somebody else has changed
// its entry.
func TestResettleGivesNoMore(t *testing.T) {
	s := newScripted()
	s.can.Dedupes = true
	client := newClient(t, s)
	p, err := client.Prepare(t.Context(), letter(1))
	require.NoError(t, err)
	e := p.Entry(time.Now())
	e.State, e.Owner, e.Version, e.Offers = eboks.LetterUnknown, "Åse", 2, 1
	o := client.Attempt(t.Context(), p, e)
	require.True(t, o.More)
	e.Owner, e.Version = "", 3
	again, settled := o.Resettle(e)
	require.False(t, settled)
	require.False(t, again.More)
	require.False(t, again.Entry.Missing.IsZero())
}

// An outcome of an entry that was another letter's changes nothing of it.
func TestResettleOfAnotherLetter(t *testing.T) {
	client := newClient(t, newScripted())
	p, err := client.Prepare(t.Context(), letter(1))
	require.NoError(t, err)
	e := p.Entry(time.Now())
	e.Digest[7]++
	e.Owner = "mig"
	o := client.Attempt(t.Context(), p, e)
	require.ErrorIs(t, o.Err, eboks.ErrConflict)
	e.Version, e.Owner = 9, "en anden"
	o, settled := o.Resettle(e)
	require.True(t, settled)
	require.Equal(t, e, o.Entry)
	require.ErrorIs(t, o.Err, eboks.ErrConflict)
}

func TestPreparedLetter(t *testing.T) {
	client := newClient(t, newScripted())
	l := letter(1)
	l.Title = "Blåbærgrød på Ærø"
	l.Attachments = []eboks.Document{eboks.Bytes(pdf("bilag æøå")).Named("Bilag Å")}
	p, err := client.Prepare(t.Context(), l)
	require.NoError(t, err)
	l.Title, l.Attachments[0] = "en anden", eboks.Document{}
	got := p.Letter()
	require.Equal(t, "Blåbærgrød på Ærø", got.Title)
	require.Equal(t, l.ID, got.ID)
	for want, d := range map[string]eboks.Document{string(pdf("brev 1 til Åse")): got.Document, string(pdf("bilag æøå")): got.Attachments[0]} {
		require.EqualValues(t, len(want), d.Size())
		r, err := d.Content()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Equal(t, want, string(text))
	}
	require.Equal(t, p.Entry(time.Now()).SHA256, got.Document.SHA256())
	require.Equal(t, "Bilag Å", got.Attachments[0].Name)

	got.Title, got.Attachments[0] = "ændret", eboks.Document{}
	require.Equal(t, "Blåbærgrød på Ærø", p.Letter().Title, "each is a copy")
	require.Equal(t, "Bilag Å", p.Letter().Attachments[0].Name)
	again, err := client.Prepare(t.Context(), p.Letter())
	require.NoError(t, err)
	require.Equal(t, p.Digest(), again.Digest())
}
