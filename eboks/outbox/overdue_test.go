package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// The clock of the distributor is a second ahead.
func TestOverdueIsFound(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Second, -time.Second} {
		t.Run(ahead.String(), func(t *testing.T) {
			heard := new(listener)
			s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
			s.events = func(eboks.Cursor) ([]eboks.Event, error) { return nil, nil }
			o, clock, _ := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
			s.send = func(_ context.Context, l *eboks.Letter, n int) (*eboks.Receipt, error) {
				return &eboks.Receipt{ID: l.ID, At: clock.Now().Add(ahead)}, nil
			}
			id := putIn(t, o, letterTo(1))
			walk(t, o, 1)
			require.NoError(t, o.Receive(t.Context()))
			for range 60 {
				clock.Move(30 * time.Minute)
				require.NoError(t, o.Receive(t.Context()))
			}
			require.Equal(t, 1, heard.count(), "it is overdue")
			require.True(t, rowOf(t, o, id).Overdue)
			sum, err := o.Summary(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, sum.Overdue, "and the summary counts it")
		})
	}
}
