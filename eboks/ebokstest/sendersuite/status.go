package sendersuite

import (
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
