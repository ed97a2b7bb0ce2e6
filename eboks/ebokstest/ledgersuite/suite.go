package ledgersuite

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// Test holds a Ledger to the promises of its interface. open returns an
// empty one that takes entries of the given letters.
func Test(t *testing.T, open func(tb testing.TB, letters []eboks.ID) eboks.Ledger) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	entry := func(id eboks.ID, s eboks.State) eboks.Entry {
		return eboks.Entry{ID: id, Digest: eboks.Digest{1}, State: s, At: at, TakenAt: at}
	}
	start := func(t *testing.T) (eboks.Ledger, eboks.ID) {
		id := eboks.NewID()
		return open(t, []eboks.ID{id}), id
	}
	t.Run("an entry comes back as it was", func(t *testing.T) {
		l, id := start(t)
		none, err := l.Entry(t.Context(), id)
		require.NoError(t, err)
		assert.Zero(t, none.State)
		before, err := l.Begin(t.Context(), entry(id, eboks.LetterSending))
		require.NoError(t, err)
		assert.Zero(t, before.State)
		whole := eboks.Entry{
			ID: id, Digest: eboks.Digest{1}, State: eboks.LetterRefused, Attempts: 3, At: at, Status: eboks.Accepted, Reference: "ÆØÅ-1", TakenAt: at.Add(time.Second),
			SHA256: [32]byte{9}, Kind: eboks.RecipientUnreachable, Code: "2004", Reachability: eboks.Deceased, NotDelivered: true,
		}
		require.NoError(t, l.End(t.Context(), whole))
		known, err := l.Entry(t.Context(), id)
		require.NoError(t, err)
		known.At, known.TakenAt = known.At.UTC(), known.TakenAt.UTC()
		assert.Equal(t, whole, known)
	})
	t.Run("begin takes what is waiting and nothing else", func(t *testing.T) {
		for s := eboks.LetterSending; s <= eboks.LetterParked; s++ {
			l, id := start(t)
			_, err := l.Begin(t.Context(), entry(id, eboks.LetterSending))
			require.NoError(t, err)
			require.NoError(t, l.End(t.Context(), entry(id, s)))
			other := entry(id, eboks.LetterSending)
			other.Digest = eboks.Digest{2}
			for _, fresh := range []eboks.Entry{other, entry(id, eboks.LetterSending)} {
				before, err := l.Begin(t.Context(), fresh)
				require.NoError(t, err)
				assert.Equal(t, s, before.State, "it returns what was there")
				assert.Equal(t, eboks.Digest{1}, before.Digest)
			}
			after, err := l.Entry(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, eboks.Digest{1}, after.Digest, "another letter's digest is never written over this one's")
			want := s
			if s == eboks.LetterWaiting {
				want = eboks.LetterSending
			}
			assert.Equal(t, want, after.State)
		}
	})
	t.Run("what was accepted stays so", func(t *testing.T) {
		l, id := start(t)
		_, err := l.Begin(t.Context(), entry(id, eboks.LetterSending))
		require.NoError(t, err)
		require.NoError(t, l.End(t.Context(), entry(id, eboks.LetterAccepted)))
		for _, s := range []eboks.State{eboks.LetterSending, eboks.LetterWaiting, eboks.LetterRefused, eboks.LetterParked} {
			require.NoError(t, l.End(t.Context(), entry(id, s)))
			known, err := l.Entry(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, eboks.LetterAccepted, known.State)
		}
	})
	t.Run("one of many claims a letter", func(t *testing.T) {
		l, id := start(t)
		states := make([]eboks.State, 16)
		var wg sync.WaitGroup
		for i := range states {
			wg.Go(func() {
				before, err := l.Begin(t.Context(), entry(id, eboks.LetterSending))
				assert.NoError(t, err)
				states[i] = before.State
			})
		}
		wg.Wait()
		slices.Sort(states)
		assert.Zero(t, states[0])
		assert.Equal(t, eboks.LetterSending, states[1], "and only one")
	})
}
