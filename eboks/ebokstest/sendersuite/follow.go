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

// furthest is how far a letter comes in a dialect's receipts.
func (s *suite) furthest() eboks.Status {
	if s.dialect == ebokstest.PostNord { // no word for delivery
		return eboks.AcceptedDigital
	}
	return eboks.DeliveredDigital
}

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

	ways := []func(*ebokstest.Settings){func(*ebokstest.Settings) {}}
	if s.dialect == ebokstest.Stralfors {
		ways = append(ways, func(s *ebokstest.Settings) { s.StatusUUIDs = true }, func(s *ebokstest.Settings) { s.StatusUUIDs, s.LocalTimes = false, true })
	}
	for _, way := range ways {
		r.fake.Configure(way)
		l := r.letter()
		sent := r.fake.Now()
		r.must(l)
		events, err := reader.ReadStatus(t.Context(), l.ID)
		require.NoError(t, err)
		require.NotEmpty(t, events, "the distributor has the letter")
		for _, e := range events {
			assert.False(t, e.Status.Final(), "accepted is not delivered")
		}
		r.deliver()
		h, err := r.client.Status(t.Context(), l.ID)
		require.NoError(t, err)
		assert.Equal(t, s.furthest(), h.Status())
		for _, e := range h.Events() {
			assert.Equal(t, l.ID, e.ID)
			assert.Equal(t, time.UTC, e.At.Location())
			assert.WithinRange(t, e.At, sent.Add(-time.Minute), sent.Add(time.Hour), "the distributor's own time")
			assert.False(t, e.Raw.IsZero(), "the evidence is kept")
			r.checkLeaks("an event", e)
		}
	}

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
	h := new(eboks.History)
	for _, e := range events {
		require.Equal(t, l.ID, e.ID, "an event of another letter")
		assert.NotEqual(t, eboks.Failed, e.Status)
		_ = h.Add(e) // repeats are refused
	}
	switch {
	case how == ebokstest.Silent:
		assert.Empty(t, events)
	case how == ebokstest.Late:
	case how == ebokstest.UnknownState && s.dialect == ebokstest.PostNord:
		assert.Equal(t, eboks.Unknown, h.Status())
	default:
		assert.Equal(t, s.furthest(), h.Status(), "the end state is right")
	}
}

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
	repeats, others := 0, 0
	for _, e := range r.all("") {
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

func (s *suite) lookup(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	asked, ok := r.sender.(eboks.Lookup)
	if !ok || !r.can.Lookup {
		t.Log("this adapter cannot be asked about a recipient")
		return
	}
	ways := []func(*ebokstest.Settings){func(*ebokstest.Settings) {}}
	if s.dialect == ebokstest.PostNord {
		ways = append(ways, func(s *ebokstest.Settings) { s.LookupJSON = true })
	}
	for _, way := range ways {
		r.fake.Configure(way)
		for _, m := range ebokstest.People() {
			got, err := asked.Lookup(t.Context(), m.Owner, r.fake.Materials()[0])
			if eboks.KindOf(err) == eboks.Unsupported && m.Owner.CVR().IsZero() {
				r.checkError(err)
				continue // the wire wants the number in the address
			}
			require.NoError(t, err, m.State.String())
			if m.State == ebokstest.Open || m.State == ebokstest.Protected {
				assert.Equal(t, eboks.Reachable, got, m.State.String())
				continue
			}
			// The wires do not tell why.
			assert.NotEqual(t, eboks.Reachable, got, m.State.String())
			assert.NotEqual(t, eboks.ReachabilityUnknown, got, m.State.String())
		}
	}
	for _, name := range []string{"500", "empty-200", "maintenance-page", "401", "cut-answer"} {
		require.NoError(t, r.fake.Always(name))
		got, err := asked.Lookup(t.Context(), ebokstest.People()[2].Owner, r.fake.Materials()[0])
		require.Error(t, err, name)
		r.checkError(err)
		assert.Equal(t, eboks.ReachabilityUnknown, got)
	}
	assert.Zero(t, r.fake.Total(), "asking sends nothing")
}

func (s *suite) recall(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	asked, ok := r.sender.(eboks.Recaller)
	if !ok || !r.can.Recall {
		t.Log("this adapter cannot ask for letters back")
		return
	}
	back := func(l *eboks.Letter) eboks.RecallStatus {
		t.Helper()
		got, err := asked.Recall(t.Context(), l.ID)
		require.NoError(t, err)
		require.NotNil(t, got)
		assert.Equal(t, l.ID, got.ID)
		r.checkLeaks("a recall", *got)
		return got.Status
	}
	early, midway, late := r.letter(), r.letter(), r.letter()
	for _, l := range []*eboks.Letter{early, midway, late} {
		_, err := r.client.Send(t.Context(), l)
		require.NoError(t, err)
	}
	assert.Equal(t, eboks.RecallDone, back(early))
	assert.Equal(t, eboks.RecallDone, back(early), "twice is once")
	r.fake.Advance(ebokstest.DefaultTaken + time.Second)
	assert.Equal(t, eboks.RecallPending, back(midway))
	r.deliver()
	assert.Equal(t, eboks.RecallDone, back(midway))
	assert.Equal(t, eboks.RecallNotPossible, back(late))
	assert.Zero(t, r.fake.Delivered(early.ID))
	assert.Zero(t, r.fake.Delivered(midway.ID))
	assert.Equal(t, 1, r.fake.Delivered(late.ID))

	got, err := asked.Recall(t.Context(), eboks.NewID())
	require.Error(t, err, "a letter that the distributor does not know")
	r.checkError(err)
	assert.Nil(t, got)
	for _, name := range []string{"500-after-accepting", "dropped-answer", "maintenance-page", "empty-200", "other-letter-id"} {
		l := r.letter()
		_, err := r.client.Send(t.Context(), l)
		require.NoError(t, err)
		require.NoError(t, r.fake.Next(name))
		got, err := asked.Recall(t.Context(), l.ID)
		r.expect(err, name, eboks.OutcomeUnknown)
		r.checkError(err)
		assert.Nil(t, got)
	}
}
