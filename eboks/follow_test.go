package eboks_test

import (
	"context"
	"testing"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

func event(id eboks.ID, s eboks.Status, when string) eboks.Event {
	return eboks.Event{ID: id, Status: s, Code: s.String(), At: at(when)}
}

func TestSameReceiptTwice(t *testing.T) {
	id := eboks.NewID()
	var h eboks.History
	e := event(id, eboks.Accepted, "2026-11-22T10:00:00Z")
	require.NoError(t, h.Add(e))
	e.Received, e.Cursor = at("2026-11-23T00:00:00Z"), "77"
	kindIs(t, h.Add(e), eboks.Duplicate)
	require.Len(t, h.Events(), 1)
	other := e
	other.At = other.At.Add(time.Second)
	require.NotEqual(t, e.Key(), other.Key())
	require.NoError(t, h.Add(other))
}

func TestReceiptsInAnyOrder(t *testing.T) {
	id := eboks.NewID()
	course := []eboks.Event{
		event(id, eboks.Submitted, "2026-11-22T10:00:00Z"),
		event(id, eboks.Accepted, "2026-11-22T10:00:01Z"),
		event(id, eboks.Unknown, "2026-11-22T10:00:01.5Z"),
		event(id, eboks.Queued, "2026-11-22T10:00:02Z"),
		event(id, eboks.AcceptedDigital, "2026-11-22T10:00:02Z"),
		event(id, eboks.DeliveredDigital, "2026-11-22T10:00:04Z"),
	}
	permute(course, func(es []eboks.Event) {
		var h eboks.History
		for _, e := range es {
			require.NoError(t, h.Add(e))
		}
		require.Equal(t, eboks.DeliveredDigital, h.Status())
		require.Equal(t, course, h.Events())
	})
}

// permute calls f with every order of es (Heap's algorithm).
func permute(es []eboks.Event, f func([]eboks.Event)) {
	order := append([]eboks.Event(nil), es...)
	var heap func(int)
	heap = func(k int) {
		if k <= 1 {
			f(order)
			return
		}
		for i := range k {
			heap(k - 1)
			if k%2 == 0 {
				order[i], order[k-1] = order[k-1], order[i]
			} else {
				order[0], order[k-1] = order[k-1], order[0]
			}
		}
	}
	heap(len(order))
}

func TestHistoryEnds(t *testing.T) {
	id := eboks.NewID()
	for name, c := range map[string]struct {
		states []eboks.Status // one second after the other
		end    eboks.Status
	}{
		"nothing":                     {nil, eboks.Unknown},
		"unknown word":                {[]eboks.Status{eboks.Unknown}, eboks.Unknown},
		"unknown word after delivery": {[]eboks.Status{eboks.DeliveredDigital, eboks.Unknown}, eboks.DeliveredDigital},
		"accepted is not delivered":   {[]eboks.Status{eboks.Submitted, eboks.Accepted}, eboks.Accepted},
		"opened stays opened":         {[]eboks.Status{eboks.Opened, eboks.OpenedViaLink, eboks.DeliveredDigital}, eboks.Opened},
		"link":                        {[]eboks.Status{eboks.DeliveredDigital, eboks.OpenedViaLink}, eboks.OpenedViaLink},
		"failed, then delivered":      {[]eboks.Status{eboks.Accepted, eboks.Failed, eboks.DeliveredDigital}, eboks.DeliveredDigital},
		"failed and then some":        {[]eboks.Status{eboks.Failed, eboks.Queued}, eboks.Failed},
		"recalled":                    {[]eboks.Status{eboks.Accepted, eboks.Recalled}, eboks.Recalled},
		"paper":                       {[]eboks.Status{eboks.PrintQueued, eboks.HandedToCarrier, eboks.Returned}, eboks.Returned},
		"lower later":                 {[]eboks.Status{eboks.AcceptedDigital, eboks.Accepted}, eboks.AcceptedDigital},
	} {
		t.Run(name, func(t *testing.T) {
			var h eboks.History
			for i, s := range c.states {
				e := event(id, s, "2026-11-22T10:00:00Z")
				e.At = e.At.Add(time.Duration(i) * time.Second)
				require.NoError(t, h.Add(e))
			}
			require.Equal(t, c.end, h.Status())
			last, ok := h.Last()
			require.Equal(t, c.end != eboks.Unknown, ok)
			require.Equal(t, c.end, last.Status)
		})
	}
}

func TestHistoryRefusesOthers(t *testing.T) {
	var h eboks.History
	kindIs(t, h.Add(eboks.Event{Status: eboks.Accepted}), eboks.ReceiptInvalid)
	require.NoError(t, h.Add(event(eboks.NewID(), eboks.Accepted, "2026-11-22T10:00:00Z")))
	kindIs(t, h.Add(event(eboks.NewID(), eboks.Accepted, "2026-11-22T10:00:00Z")), eboks.ReceiptInvalid)
	e := h.Events()[0]
	e.Status = 200
	kindIs(t, h.Add(e), eboks.ReceiptInvalid)
	e.Status = eboks.Queued
	var err error
	for range 2000 {
		e.At = e.At.Add(time.Second)
		err = h.Add(e)
	}
	kindIs(t, err, eboks.ReceiptInvalid)
	require.Len(t, h.Events(), 1000)
}

func TestReceiptOverdue(t *testing.T) {
	s, told := newScripted(), new(alarms)
	now := at("2026-11-22T10:00:00Z")
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell; cfg.Now = func() time.Time { return now } })
	l := letter(1)
	r, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.NoError(t, c.Overdue(r, nil))
	now = now.Add(24*time.Hour + 1)
	e := kindIs(t, c.Overdue(r, nil), eboks.ReceiptOverdue)
	require.Equal(t, l.ID, e.ID)
	require.False(t, eboks.SafeToRetry(e))
	require.True(t, e.Alarm)
	require.Empty(t, told.kinds(), "it tells the caller, who tells a person once")
	require.Len(t, s.offered, 1, "not sent again by itself")

	var h eboks.History
	require.NoError(t, h.Add(event(l.ID, eboks.Accepted, "2026-11-22T10:00:01Z")))
	kindIs(t, c.Overdue(r, &h), eboks.ReceiptOverdue)
	require.NoError(t, h.Add(event(l.ID, eboks.DeliveredDigital, "2026-11-22T10:00:02Z")))
	require.NoError(t, c.Overdue(r, &h))

	var other eboks.History
	require.NoError(t, other.Add(event(eboks.NewID(), eboks.DeliveredDigital, "2026-11-22T10:00:02Z")))
	kindIs(t, c.Overdue(r, &other), eboks.InputInvalid)
	kindIs(t, c.Overdue(nil, nil), eboks.InputInvalid)
}

func TestEventsContinueAfterTheCursor(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	stranger := eboks.Event{Status: eboks.Accepted} // no id of ours
	for range 7 {
		s.events = append(s.events, event(eboks.NewID(), eboks.Accepted, "2026-11-22T10:00:00Z"))
	}
	s.events = append(s.events, stranger)
	var cursor eboks.Cursor
	var seen []eboks.ID
	for e, err := range c.Events(t.Context(), cursor) {
		require.NoError(t, err)
		require.False(t, e.Received.IsZero())
		seen, cursor = append(seen, e.ID), e.Cursor
		if len(seen) == 3 {
			break // a crash; the cursor was stored
		}
	}
	for e, err := range c.Events(t.Context(), cursor) {
		require.NoError(t, err)
		seen, cursor = append(seen, e.ID), e.Cursor
	}
	require.Len(t, seen, 8)
	for i, e := range s.events {
		require.Equal(t, e.ID, seen[i])
	}
	for range c.Events(t.Context(), cursor) {
		t.Fatal("there is nothing new")
	}
	s.askErr = &eboks.Error{Kind: eboks.OutcomeUnknown, Status: 502}
	for _, err := range c.Events(t.Context(), "") {
		e := kindIs(t, err, eboks.Unavailable)
		require.Equal(t, "events", e.Op)
	}
}

// stuck gives the same page for ever.
type stuck struct{ *scripted }

func (s stuck) ReadEvents(_ context.Context, _ eboks.Cursor) ([]eboks.Event, error) {
	return []eboks.Event{{Status: eboks.Accepted, Cursor: "1"}}, nil
}

func TestEventsDoNotRunInCircles(t *testing.T) {
	n := 0
	var last error
	for _, err := range newClient(t, stuck{newScripted()}).Events(t.Context(), "1") {
		n, last = n+1, err
	}
	require.Equal(t, 2, n)
	kindIs(t, last, eboks.ReceiptInvalid)
}

func TestStatusOfAnotherLetter(t *testing.T) {
	s := &liar{newScripted()}
	_, err := newClient(t, s).Status(t.Context(), eboks.NewID())
	kindIs(t, err, eboks.ReceiptInvalid)
	_, err = newClient(t, s).Status(t.Context(), eboks.ID{})
	kindIs(t, err, eboks.InputInvalid)
}

type liar struct{ *scripted }

func (*liar) ReadStatus(context.Context, eboks.ID) ([]eboks.Event, error) {
	return []eboks.Event{event(eboks.NewID(), eboks.DeliveredDigital, "2026-11-22T10:00:00Z")}, nil
}

func TestAskingWhatADistributorCannot(t *testing.T) {
	s := newScripted()
	s.can = eboks.Capabilities{Name: "scripted"}
	c := newClient(t, s)
	_, err := c.Status(t.Context(), eboks.NewID())
	kindIs(t, err, eboks.Unsupported)
	_, err = c.Lookup(t.Context(), letter(1).To, "1")
	kindIs(t, err, eboks.Unsupported)
	_, err = c.Recall(t.Context(), eboks.NewID())
	kindIs(t, err, eboks.Unsupported)
	for _, err := range c.Events(t.Context(), "") {
		kindIs(t, err, eboks.Unsupported)
	}
}

func TestAskingAnswersErrorsOfItsOwn(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	for in, want := range map[error]eboks.Kind{
		neverLeft(): eboks.Unavailable,
		&eboks.Error{Kind: eboks.OutcomeUnknown, Status: 200}:                eboks.ReceiptInvalid,
		&eboks.Error{Kind: eboks.OutcomeUnknown, Status: 503}:                eboks.Unavailable,
		&eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}: eboks.AuthFailed,
		errDisk: eboks.Unavailable,
	} {
		s.askErr = in
		_, err := c.Status(t.Context(), eboks.NewID())
		kindIs(t, err, want)
		require.False(t, eboks.SafeToRetry(err), "nothing is known of the letter")
		_, err = c.Lookup(t.Context(), letter(1).To, "1")
		kindIs(t, err, want)
	}
	s.askErr = nil
	r, err := c.Lookup(t.Context(), letter(1).To, "1")
	require.NoError(t, err)
	require.Equal(t, eboks.Reachable, r)
	_, err = c.Lookup(t.Context(), letter(1).To, "")
	kindIs(t, err, eboks.InputInvalid)
	id := eboks.NewID()
	recall, err := c.Recall(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, eboks.RecallDone, recall.Status)
	require.False(t, recall.At.IsZero())
	_, err = c.Recall(t.Context(), eboks.ID{})
	kindIs(t, err, eboks.InputInvalid)
}
