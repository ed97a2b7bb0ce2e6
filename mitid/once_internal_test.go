package mitid

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// However many logins are answered, the memory of used ones is capped and
// the newest are remembered.
func TestUsedLoginsAreCapped(t *testing.T) {
	t.Run("one more than the memory holds forgets the first alone", func(t *testing.T) {
		o := newMemoryOnce()
		for i := range maxUsed {
			first, err := o.Use(context.Background(), strconv.Itoa(i), time.Time{})
			require.True(t, first && err == nil)
		}
		for _, i := range []int{0, 1, maxUsed - 1} {
			first, _ := o.Use(context.Background(), strconv.Itoa(i), time.Time{})
			require.False(t, first, "%d of a full memory is remembered", i)
		}
		first, _ := o.Use(context.Background(), "one more", time.Time{})
		require.True(t, first)
		for _, i := range []int{1, 2, maxUsed - 1} {
			first, _ := o.Use(context.Background(), strconv.Itoa(i), time.Time{})
			require.False(t, first, "%d is remembered still", i)
		}
		first, _ = o.Use(context.Background(), "one more", time.Time{})
		require.False(t, first)
		first, _ = o.Use(context.Background(), "0", time.Time{})
		require.True(t, first, "the oldest went, and no other")
	})
	o := newMemoryOnce()
	const n = 3*maxUsed + 7
	for i := range n {
		first, err := o.Use(context.Background(), strconv.Itoa(i), time.Time{})
		require.True(t, first && err == nil)
	}
	require.Len(t, o.used, maxUsed)
	require.Len(t, o.ring, maxUsed)
	for i := n - maxUsed; i < n; i++ {
		if first, _ := o.Use(context.Background(), strconv.Itoa(i), time.Time{}); first {
			t.Fatal("a remembered login was taken twice")
		}
	}
}
