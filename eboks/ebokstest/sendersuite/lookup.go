package sendersuite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// lookup asks whether people can be reached.
func (s *suite) lookup(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	asked, ok := r.sender.(eboks.Lookup)
	if !ok || !r.can.Lookup {
		t.Log("this adapter cannot be asked about a recipient")
		return
	}
	s.variants(t, func(r *rig) {
		for _, m := range ebokstest.People() {
			got, err := r.sender.(eboks.Lookup).Lookup(r.Context(), m.Owner, r.fake.Materials()[0])
			if eboks.KindOf(err) == eboks.Unsupported && m.Owner.CVR().IsZero() {
				r.checkError(err)
				continue // the wire wants the number in the address
			}
			require.NoError(r, err, m.State.String())
			if m.State == ebokstest.Open || m.State == ebokstest.Protected {
				assert.Equal(r, eboks.Reachable, got, m.State.String())
				continue
			}
			// The wires do not tell why.
			assert.NotEqual(r, eboks.Reachable, got, m.State.String())
			assert.NotEqual(r, eboks.ReachabilityUnknown, got, m.State.String())
		}
	})
	for _, name := range []string{"500", "empty-200", "maintenance-page", "401", "cut-answer"} {
		require.NoError(t, r.fake.Always(name))
		got, err := asked.Lookup(t.Context(), ebokstest.People()[2].Owner, r.fake.Materials()[0])
		require.Error(t, err, name)
		r.checkError(err)
		assert.Equal(t, eboks.ReachabilityUnknown, got)
	}
	assert.Zero(t, r.fake.Total(), "asking sends nothing")
}

// recall asks for letters back, before and after their delivery.
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
