package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// Two distributors share a database. One keeps contents for an hour, the other for ever.
func TestTwoSenders(t *testing.T) {
	first := &actor{caps: eboks.Capabilities{Name: "first", Dedupes: true}}
	a, clock, cfg := liteBox(t, first, func(c *outbox.Config) { c.KeepContent = time.Hour })
	second := &actor{caps: eboks.Capabilities{Name: "second", Dedupes: true}}
	second.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
		return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Stop, Status: 400, Code: "17", Raw: eboks.NewRaw([]byte("nej"))}
	}
	cfg.Sender, cfg.KeepContent = second, 0
	cfg.Keys = [][]byte{[]byte("another key of thirty-two bytes!")}
	b := start(t, cfg)
	mine, other := putIn(t, a, letterTo(1)), putIn(t, b, letterTo(2))
	walk(t, a, 5)
	walk(t, b, 5)
	clock.Move(2 * time.Hour)
	require.NoError(t, a.Receive(t.Context()))
	require.False(t, rowOf(t, a, mine).Erased.IsZero())
	t.Run("retention", func(t *testing.T) {
		r, _, err := b.Letter(t.Context(), other)
		require.NoError(t, err)
		require.True(t, r.Erased.IsZero(), "the second keeps its contents for ever")
	})
	id := putIn(t, b, letterTo(3))
	walk(t, b, 5)
	t.Run("summary", func(t *testing.T) {
		sum, err := a.Summary(t.Context())
		require.NoError(t, err)
		for _, e := range sum.Errors {
			require.NotEqual(t, id, e.ID, "an error of the second")
		}
	})
	t.Run("letters", func(t *testing.T) {
		for r, err := range a.Letters(t.Context(), outbox.Filter{}) {
			require.NoError(t, err)
			require.Equal(t, mine, r.ID, "a letter of the second, and nothing says so")
		}
	})
}

// Two senders, one database. One's events say nothing of the other's letters.
func TestForeignEvent(t *testing.T) {
	first := &actor{caps: eboks.Capabilities{Name: "first", Dedupes: true, Events: true}}
	a, clock, cfg := liteBox(t, first, nil)
	second := &actor{caps: eboks.Capabilities{Name: "second", Dedupes: true}}
	cfg.Sender = second
	b := start(t, cfg)
	id := putIn(t, b, letterTo(1))
	first.events = func(after eboks.Cursor) ([]eboks.Event, error) {
		if after != "" {
			return nil, nil
		}
		return []eboks.Event{{ID: id, Status: eboks.DeliveredDigital, Code: "4", At: clock.Now(), Cursor: "1"}}, nil
	}
	require.NoError(t, a.Receive(t.Context()))
	walk(t, b, 3)
	require.Equal(t, 1, second.count(id), "the first distributor says that the second's letter has arrived, and it is not sent")
}
