package signing_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func pad(n int) string { return fmt.Sprintf("%010d", n) }

func itoa(n int) string { return strconv.Itoa(n) }

// lost is a service that placed an order whose answer was lost.
func lost(t *testing.T) (*memory, *signing.Client, *signing.Order) {
	t.Helper()
	m := newMemory()
	c, o := newClient(t, m), order()
	m.step = func(_ string, after bool) error {
		if after {
			return &signing.Error{Kind: signing.OutcomeUnknown}
		}
		return nil
	}
	_, err := c.Place(t.Context(), o)
	require.Equal(t, signing.Ask, kindIs(t, err, signing.OutcomeUnknown).Then())
	m.step, m.log = nil, nil
	return m, c, o
}

func TestPlaceAgainFindsTheOrderWhoseAnswerWasLost(t *testing.T) {
	m, c, o := lost(t)
	m.now = noon.Add(time.Hour)
	p, err := c.PlaceAgain(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "find, order", m.steps())
	require.Len(t, m.orders, 1)
	require.Equal(t, noon, p.Ticket.PlacedAt, "a signature made in between must not look older than the order")
	require.Equal(t, signing.Digest(sum(content(o, 1))), p.Ticket.Documents[1].SHA256)
	require.Len(t, p.Links, 2)

	m.sign(p.Ticket.ID, 0, 1)
	r, err := c.Complete(t.Context(), p.Ticket, o, keep)
	require.NoError(t, err)
	require.Equal(t, signing.EndSigned, r.End)
}

func TestPlaceAgainPlacesWhatIsNotThere(t *testing.T) {
	m := newMemory()
	c, o := newClient(t, m), order()
	p, err := c.PlaceAgain(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "find, create", m.steps())
	require.Equal(t, noon, p.Ticket.PlacedAt)
	again, err := c.PlaceAgain(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, p.Ticket, again.Ticket)
	require.Len(t, m.orders, 1)
}

// An order that has ended is not placed once more under its reference.
func TestPlaceAgainReturnsAnOrderThatHasEnded(t *testing.T) {
	for _, s := range []signing.OrderState{signing.OrderCancelled, signing.OrderExpired, signing.OrderClosed} {
		m, c, o := lost(t)
		m.orders["Order:1"].progress.State = s
		p, err := c.PlaceAgain(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, signing.ID("Order:1"), p.Ticket.ID)
		r, err := c.Complete(t.Context(), p.Ticket, o, keep)
		require.NoError(t, err)
		require.NotEqual(t, signing.EndSigned, r.End)
		require.Len(t, m.orders, 1)
	}
}

func TestPlaceAgainConflicts(t *testing.T) {
	for name, c := range map[string]struct {
		kind  signing.Kind
		spoil func(*memory, *signing.Placed, *signing.Order)
	}{
		"several orders": {signing.Conflict, func(m *memory, _ *signing.Placed, _ *signing.Order) { m.orders["Order:2"] = m.orders["Order:1"] }},
		"another number of documents": {signing.Conflict, func(_ *memory, _ *signing.Placed, o *signing.Order) {
			o.Documents = o.Documents[:1]
		}},
		"another number of signatories": {signing.Conflict, func(_ *memory, _ *signing.Placed, o *signing.Order) {
			o.Signatories = o.Signatories[:1]
		}},
		"another signatory": {signing.Conflict, func(_ *memory, _ *signing.Placed, o *signing.Order) {
			o.Signatories[1].Reference = "nabo"
		}},
		"signatories without references": {signing.Conflict, func(m *memory, _ *signing.Placed, _ *signing.Order) {
			m.answer = func(p *signing.Placed) *signing.Placed { p.Ticket.Signatories[0].Reference = ""; return p }
		}},
		"no reference": {signing.Conflict, func(m *memory, _ *signing.Placed, _ *signing.Order) {
			m.answer = func(p *signing.Placed) *signing.Placed { p.Ticket.Reference = ""; return p }
		}},
		"nothing, and that twice": {signing.ResponseInvalid, func(m *memory, _ *signing.Placed, _ *signing.Order) {
			m.answer = func(*signing.Placed) *signing.Placed { return nil }
		}},
		"no links": {signing.ResponseInvalid, func(m *memory, _ *signing.Placed, _ *signing.Order) {
			m.answer = func(p *signing.Placed) *signing.Placed { p.Links = nil; return p }
		}},
		"no time": {signing.ResponseInvalid, func(m *memory, _ *signing.Placed, _ *signing.Order) {
			m.orders["Order:1"].progress.Created = time.Time{}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			m, client, o := lost(t)
			c.spoil(m, nil, o)
			p, err := client.PlaceAgain(t.Context(), o)
			require.Nil(t, p)
			kindIs(t, err, c.kind)
			require.NotContains(t, m.steps(), "create")
		})
	}
}

// The search that fails places nothing.
func TestPlaceAgainWhileTheSearchFails(t *testing.T) {
	for _, k := range []signing.Kind{signing.Unavailable, signing.OutcomeUnknown, signing.Throttled, signing.AuthFailed} {
		m, c, o := lost(t)
		m.step = func(string, bool) error { return &signing.Error{Kind: k} }
		_, err := c.PlaceAgain(t.Context(), o)
		if k == signing.OutcomeUnknown {
			k = signing.Unavailable // a search changes nothing
		}
		kindIs(t, err, k)
		require.Equal(t, "find", m.steps())
	}
}

// A service whose clock is ahead must not make signatures look too old.
func TestPlaceAgainWithAClockAhead(t *testing.T) {
	m, c, o := lost(t)
	m.orders["Order:1"].progress.Created = noon.Add(time.Minute)
	p, err := c.PlaceAgain(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, noon, p.Ticket.PlacedAt)
}
