package sendersuite

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// crowdSize is how many letters travel at once.
const crowdSize = 1000

// crowd sends many letters at once. Everybody must get their own document.
func (s *suite) crowd(t *testing.T) {
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true}})
	document := func(i int) string { return "%PDF-1.7\nkanariefugl nummer " + strconv.Itoa(i) + " æøå\n%%EOF\n" }
	ids := make([]eboks.ID, crowdSize)
	for i := range ids {
		ids[i] = eboks.NewID()
	}
	letters := func(yield func(*eboks.Letter) bool) {
		for i, id := range ids {
			l := r.letterTo(citizen(20000 + i))
			l.ID, l.Title, l.Document = id, "Brev nummer "+strconv.Itoa(i)+" til Ærø", eboks.Bytes([]byte(document(i)))
			if !yield(l) {
				return
			}
		}
	}
	results := map[eboks.ID]bool{}
	for res := range r.client.SendBatch(t.Context(), letters, eboks.Batch{InFlight: 16}) {
		require.NoError(t, res.Err)
		require.NotNil(t, res.Receipt)
		assert.Equal(t, res.ID, res.Receipt.ID)
		assert.False(t, results[res.ID], "two results for one letter")
		results[res.ID] = true
	}
	require.Len(t, results, crowdSize)
	r.deliver()
	for i, id := range ids {
		got := r.fake.Letters(citizen(20000 + i))
		require.Len(t, got, 1, "recipient %d", i)
		require.Equal(t, id, got[0].ID)
		require.Equal(t, document(i), string(got[0].Documents[0].Content()), "recipient %d has somebody else's document", i)
	}
	assert.Equal(t, crowdSize, r.fake.Total())
}
