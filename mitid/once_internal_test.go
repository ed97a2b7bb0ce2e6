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
	o := newMemoryOnce()
	const n = 3*usedCap + 7
	for i := range n {
		first, err := o.Use(context.Background(), strconv.Itoa(i), time.Time{})
		require.True(t, first && err == nil)
	}
	require.Len(t, o.used, usedCap)
	require.Len(t, o.ring, usedCap)
	for i := n - usedCap; i < n; i++ {
		if first, _ := o.Use(context.Background(), strconv.Itoa(i), time.Time{}); first {
			t.Fatal("a remembered login was taken twice")
		}
	}
}
