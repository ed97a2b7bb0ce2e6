package outbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// What comes another way than from the feed counts as if the feed had told it.
func TestLearn(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock := posttest.NewClock()
		o, _ := opened(t, open(), posttest.Config{Now: clock.Now})
		ids := queue(t, o, 3)
		steps(t, o)
		read := eboks.Event{ID: ids[0], Status: eboks.OpenedViaLink, Code: "MitID", At: clock.Move(time.Hour)}
		minor := eboks.Event{ID: ids[1], Status: eboks.Failed, Code: "Årsag 7", Reachability: eboks.Minor, At: clock.Now()}
		for range 2 { // again: no effect
			require.NoError(t, o.Learn(t.Context(), read, minor, eboks.Event{ID: eboks.NewID(), Status: eboks.Opened, At: clock.Now()}))
		}
		require.NoError(t, o.Learn(t.Context()))

		r, trail, err := o.Letter(t.Context(), ids[0])
		require.NoError(t, err)
		require.Equal(t, eboks.OpenedViaLink, r.Reached)
		require.Len(t, trail, 2)
		require.Equal(t, outbox.Told, trail[1].What)
		require.Equal(t, clock.Now(), trail[1].At)
		r, trail, err = o.Letter(t.Context(), ids[1])
		require.NoError(t, err)
		require.Len(t, trail, 2)
		require.Equal(t, eboks.Failed, r.Reached)
		require.Equal(t, eboks.Minor, r.Reachability, "why, and not only that")
		require.Equal(t, eboks.RecipientUnreachable, trail[1].Kind)
		r = record(t, o, ids[2])
		require.Equal(t, eboks.Accepted, r.Reached)
		require.Equal(t, eboks.ReachabilityUnknown, r.Reachability)
	})
}
