package sendersuite

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// events reads what the distributor tells of all letters.
func (s *suite) events(t *testing.T) {
	if r := s.rig(t, ebokstest.Config{}); !r.can.Events {
		t.Log("this adapter tells no events")
		return
	}
	t.Run("cursors", s.cursors)
	for _, how := range ebokstest.AllReceipts() {
		t.Run(how.String(), func(t *testing.T) { s.eventReceipts(t, how) })
	}
	for _, name := range []string{"500", "empty-200", "maintenance-page", "403", "429-retry-after-date", "cut-answer"} {
		t.Run(name, func(t *testing.T) {
			r := s.rig(t, ebokstest.Config{})
			r.must(r.letter())
			require.NoError(t, r.fake.Always(name))
			events, err := r.sender.(eboks.EventReader).ReadEvents(t.Context(), "")
			require.Error(t, err)
			r.checkError(err)
			assert.Empty(t, events)
		})
	}
}

// all reads events page by page, from a cursor to the end.
func (r *rig) all(after eboks.Cursor) []eboks.Event {
	r.Helper()
	var all []eboks.Event
	for range 1000 {
		page, err := r.sender.(eboks.EventReader).ReadEvents(r.Context(), after)
		require.NoError(r, err)
		if len(page) == 0 {
			return all
		}
		for _, e := range page {
			require.NotEmpty(r, e.Cursor, "each event has its own cursor")
			r.checkText("a cursor", string(e.Cursor))
		}
		all = append(all, page...)
		after = page[len(page)-1].Cursor
	}
	require.FailNow(r, "the events do not end")
	return nil
}

// cursors reads from the start and from the middle. No event may be missing or come
// twice.
func (s *suite) cursors(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	assert.Empty(t, r.all(""), "nothing has happened")
	const letters = 120
	sent := map[eboks.ID]bool{}
	for range letters {
		l := r.letter()
		_, err := r.client.Send(t.Context(), l)
		require.NoError(t, err)
		sent[l.ID] = true
	}
	first := r.all("")
	require.Len(t, first, letters, "one event for each letter so far")
	r.deliver()
	whole := r.all("")
	require.Len(t, whole, 4*letters)
	seen := map[eboks.Cursor]bool{}
	histories := map[eboks.ID]*eboks.History{}
	for _, e := range whole {
		assert.False(t, seen[e.Cursor], "a cursor twice")
		seen[e.Cursor] = true
		require.True(t, sent[e.ID])
		if histories[e.ID] == nil {
			histories[e.ID] = new(eboks.History)
		}
		require.NoError(t, histories[e.ID].Add(e))
	}
	require.Len(t, histories, letters)
	for _, h := range histories {
		assert.Equal(t, eboks.DeliveredDigital, h.Status())
	}
	for _, i := range []int{0, 1, 98, 99, 100, 101, len(whole) - 2, len(whole) - 1} {
		assert.Len(t, r.all(whole[i].Cursor), len(whole)-1-i, "what follows event %d", i)
	}
	count := 0
	for e, err := range r.client.Events(t.Context(), first[letters-1].Cursor) {
		require.NoError(t, err)
		assert.NotEqual(t, eboks.Accepted, e.Status, "nothing from before the cursor")
		count++
	}
	assert.Equal(t, 3*letters, count)
}

// eventReceipts reads events of a bad kind.
func (s *suite) eventReceipts(t *testing.T, how ebokstest.Receipts) {
	r := s.rig(t, ebokstest.Config{})
	r.fake.SetReceipts(how)
	l := r.letter()
	r.must(l)
	r.fake.Advance(time.Hour)
	if how == ebokstest.Malformed {
		events, err := r.sender.(eboks.EventReader).ReadEvents(t.Context(), "")
		require.Error(t, err, "a page that is cut in the middle was believed")
		r.checkError(err)
		assert.Empty(t, events, "half a page")
		r.fake.SetReceipts(ebokstest.InOrder)
	}
	if how == ebokstest.Silent || how == ebokstest.Late {
		require.Empty(t, r.all(""), "not yet")
		r.fake.SetReceipts(ebokstest.InOrder)
		r.fake.Advance(ebokstest.LateBy)
	}
	h := new(eboks.History)
	repeats, others, unread := 0, 0, 0
	for _, e := range r.all("") {
		if e.Unread {
			unread++
			r.checkUnread(e)
			continue
		}
		if e.ID != l.ID {
			others++
			continue
		}
		if e.Status == eboks.Unknown {
			assert.False(t, e.Raw.IsZero(), "an unknown word is kept as it came")
			others++
		}
		switch err := h.Add(e); {
		case errors.Is(err, eboks.ErrDuplicate):
			repeats++
		default:
			require.NoError(t, err)
		}
	}
	assert.Equal(t, eboks.DeliveredDigital, h.Status(), "the end state is right")
	if how.Unreadable() {
		assert.Equal(t, 4, unread, "what cannot be read is told in its place, and the rest is read")
	} else {
		assert.Zero(t, unread)
	}
	switch how {
	case ebokstest.Twice:
		assert.Equal(t, 4, repeats, "the same event is recognised")
	case ebokstest.FromStrangers, ebokstest.WithoutUUID, ebokstest.UnknownState:
		assert.Equal(t, 4, others, "what cannot be understood is told, not swallowed")
	}
	if how == ebokstest.WithoutUUID {
		for _, e := range r.all("") {
			assert.True(t, e.ID == l.ID || e.ID.IsZero(), "an id that was not made here")
		}
	}
}
