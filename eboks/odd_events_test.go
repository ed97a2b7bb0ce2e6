package eboks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// circle leads from page to page and back.
type circle struct{ *scripted }

func (circle) ReadEvents(_ context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	to := map[eboks.Cursor]eboks.Cursor{"": "1", "1": "2", "2": "1"}[after]
	return []eboks.Event{{Status: eboks.Accepted, Cursor: to}}, nil
}

func TestEventsInALargerCircle(t *testing.T) {
	n := 0
	var last error
	for _, err := range newClient(t, circle{newScripted()}).Events(t.Context(), "") {
		n, last = n+1, err
	}
	require.LessOrEqual(t, n, 4)
	kindIs(t, last, eboks.ReceiptInvalid)
}

func TestOpenedLettersStayOpened(t *testing.T) {
	id := eboks.NewID()
	for _, later := range []eboks.Status{eboks.Failed, eboks.Recalled, eboks.CarrierUpdate, eboks.DeliveredDigital} {
		var h eboks.History
		require.NoError(t, h.Add(event(id, eboks.OpenedViaLink, "2026-11-22T10:00:00Z")))
		require.NoError(t, h.Add(event(id, later, "2026-11-22T11:00:00Z")))
		require.Equal(t, eboks.OpenedViaLink, h.Status())
		require.Equal(t, later == eboks.DeliveredDigital, h.Arrived(), "a link may be typed off paper")
	}
}

// A feed with one entry that cannot be read: the others arrive, once a person hears of it.
func TestOneUnreadEventHoldsNothingUp(t *testing.T) {
	s, told := newScripted(), new(alarms)
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
	for range 5 {
		s.events = append(s.events, event(eboks.NewID(), eboks.DeliveredDigital, "2026-11-22T10:00:00Z"))
	}
	s.events[2] = eboks.Event{Unread: true, Status: eboks.Failed, Raw: eboks.NewRaw([]byte("<Dårlig>"))}
	var n int
	var unread eboks.Event
	for e, err := range c.Events(t.Context(), "") {
		require.NoError(t, err)
		if n++; e.Unread {
			unread = e
		}
	}
	require.Equal(t, 5, n)
	require.Equal(t, eboks.Unknown, unread.Status)
	require.Equal(t, eboks.Cursor("3"), unread.Cursor)
	require.Equal(t, "<Dårlig>", string(unread.Raw.Reveal()))
	require.Equal(t, []eboks.Kind{eboks.ReceiptInvalid}, told.kinds())
	require.NoError(t, c.Learn(t.Context(), unread))
}
