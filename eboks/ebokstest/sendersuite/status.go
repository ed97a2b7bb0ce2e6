package sendersuite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// status asks what became of a letter.
func (s *suite) status(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	reader, ok := r.sender.(eboks.StatusReader)
	if !ok || !r.can.Status {
		t.Log("this adapter cannot be asked about a letter")
		return
	}
	none, err := reader.ReadStatus(t.Context(), eboks.NewID())
	require.NoError(t, err, "a letter that the distributor does not know")
	assert.Empty(t, none)

	s.variants(t, func(r *rig) {
		l := r.letter()
		sent := r.fake.Now()
		r.must(l)
		events, err := r.sender.(eboks.StatusReader).ReadStatus(r.Context(), l.ID)
		require.NoError(r, err)
		require.NotEmpty(r, events, "the distributor has the letter")
		for _, e := range events {
			assert.False(r, e.Status.Final(), "accepted is not delivered")
		}
		r.deliver()
		h, err := r.client.Status(r.Context(), l.ID)
		require.NoError(r, err)
		assert.Equal(r, r.traits.Furthest, h.Status())
		for _, e := range h.Events() {
			assert.Equal(r, l.ID, e.ID)
			assert.NotEqual(r, eboks.Unknown, e.Status, "a word that real systems write")
			assert.Equal(r, time.UTC, e.At.Location())
			assert.WithinRange(r, e.At, sent.Add(-time.Minute), sent.Add(time.Hour), "the distributor's own time")
			assert.False(r, e.Raw.IsZero(), "the evidence is kept")
			r.checkLeaks("an event", e)
		}
	})
	t.Run("returned", s.returned)

	for _, how := range ebokstest.AllReceipts() {
		t.Run(how.String(), func(t *testing.T) { s.statusReceipts(t, how) })
	}
	for _, name := range []string{"500", "empty-200", "maintenance-page", "401", "429-retry-after-seconds", "dropped-answer"} {
		t.Run(name, func(t *testing.T) {
			r := s.rig(t, ebokstest.Config{})
			l := r.letter()
			r.must(l)
			require.NoError(t, r.fake.Always(name)) // net/http asks again where that is harmless
			events, err := r.sender.(eboks.StatusReader).ReadStatus(t.Context(), l.ID)
			require.Error(t, err)
			r.checkError(err)
			assert.Empty(t, events)
			assert.False(t, eboks.SafeToRetry(err), "a question tells nothing of the letter")
		})
	}
}

// statusReceipts reads receipts of a bad kind.
func (s *suite) statusReceipts(t *testing.T, how ebokstest.Receipts) {
	r := s.rig(t, ebokstest.Config{})
	r.fake.SetReceipts(how)
	l := r.letter()
	r.must(l)
	r.deliver()
	events, err := r.sender.(eboks.StatusReader).ReadStatus(t.Context(), l.ID)
	if err != nil {
		r.checkError(err)
		assert.Empty(t, events, "half a page")
		strangers := how == ebokstest.FromStrangers || how == ebokstest.WithoutUUID
		assert.True(t, how == ebokstest.Malformed || strangers, "%s: %v", how, err)
		return
	}
	assert.NotEqual(t, ebokstest.Malformed, how, "a page that is cut in the middle was believed")
	h, unread := new(eboks.History), 0
	for _, e := range events {
		require.Equal(t, l.ID, e.ID, "an event of another letter")
		assert.NotEqual(t, eboks.Failed, e.Status)
		if e.Unread {
			unread++
			r.checkUnread(e)
		}
		_ = h.Add(e) // repeats are refused
	}
	switch {
	case how == ebokstest.Silent:
		assert.Empty(t, events)
	case how == ebokstest.Late:
	case how == ebokstest.UnknownState && len(events) == 1: // the whole list is one record
		assert.Equal(t, eboks.Unknown, h.Status())
	default:
		assert.Equal(t, r.traits.Furthest, h.Status(), "the end state is right")
	}
	assert.Equal(t, how.Unreadable(), unread > 0, "what cannot be read is told, and nothing else")
}

// returned reads that the carrier has brought a printed letter back.
func (s *suite) returned(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	if !r.can.Print || r.traits.ReturnMail == nil {
		t.Log("this adapter does not print, or the wire tells nothing of the carrier")
		return
	}
	l := r.letterTo(citizen(123456))
	l.Channel, l.Address = eboks.PrintOnly, eboks.Address{Name: secretName, Lines: []string{"Ærøvej 1"}, PostCode: "5970"}
	r.must(l)
	r.deliver()
	r.traits.ReturnMail(l.ID)
	h, err := r.client.Status(t.Context(), l.ID)
	require.NoError(t, err)
	assert.Equal(t, eboks.Returned, h.Status())
}
