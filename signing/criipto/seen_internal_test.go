package criipto

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func key(n int) (k Key) {
	binary.BigEndian.PutUint64(k[:], uint64(n))
	return k
}

// The memory keeps the newest, and never more than it may.
func TestMemoryIsCapped(t *testing.T) {
	const most = 5
	m := newMemory(most)
	for n := range 100 {
		mine, err := m.Claim(t.Context(), key(n))
		require.NoError(t, err)
		require.True(t, mine)
		require.NoError(t, m.Settle(t.Context(), key(n), true))
		require.NoError(t, m.Settle(t.Context(), key(n), true), "again")
		assert.LessOrEqual(t, len(m.events), most)
	}
	for n := range 100 {
		mine, err := m.Claim(t.Context(), key(n))
		require.NoError(t, err)
		assert.Equal(t, n < 95, mine, n)
		if mine {
			require.NoError(t, m.Settle(t.Context(), key(n), false))
		}
	}
	assert.Len(t, m.events, most)
}

func TestMemoryWaitsNoLongerThanItsContext(t *testing.T) {
	m := newMemory(5)
	_, err := m.Claim(t.Context(), key(1))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mine, err := m.Claim(ctx, key(1))
	assert.False(t, mine)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, m.Settle(t.Context(), key(9), true), "a claim that nobody made")
}
