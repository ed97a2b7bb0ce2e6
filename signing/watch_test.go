package signing_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/signing"
)

func TestWatchTellsWhatHappensUntilTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		c, _, ticket := placed(t, m)
		go func() {
			time.Sleep(15 * time.Second)
			_ = m.locked(func() error { m.sign(ticket.ID, 0); return nil })
			time.Sleep(30 * time.Second)
			_ = m.locked(func() error { m.sign(ticket.ID, 1); return nil })
		}()
		begin := time.Now()
		var told []string
		for e, err := range c.Watch(t.Context(), ticket, "") {
			require.NoError(t, err)
			require.NotEmpty(t, e.Cursor)
			require.Equal(t, ticket.ID, e.Progress.ID)
			told = append(told, fmt.Sprint(time.Since(begin), " ", e))
		}
		require.Equal(t, []string{
			"20s signed order=Order:1 signatory=Signatory:0",
			"50s signed order=Order:1 signatory=Signatory:1",
			"50s all signed order=Order:1",
		}, told)
		require.Len(t, m.log, 6)
	})
}

func TestWatchGoesOnAfterTheCursor(t *testing.T) {
	m := newMemory()
	c, _, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	m.orders[ticket.ID].progress.State = signing.OrderClosed
	all := func(after signing.Cursor) (events []signing.Event) {
		for e, err := range c.Watch(t.Context(), ticket, after) {
			require.NoError(t, err)
			events = append(events, e)
		}
		return events
	}
	events := all("")
	require.Equal(t, []signing.What{signing.Signed, signing.Signed, signing.AllSigned, signing.Closed}, kinds(events))
	for i, e := range events {
		require.Equal(t, kinds(events[i+1:]), kinds(all(e.Cursor)), "after event %d", i)
	}
}

func kinds(events []signing.Event) (all []signing.What) {
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

func TestWatchNamesEveryChange(t *testing.T) {
	for state, what := range map[signing.SignatoryState]signing.What{
		signing.SignatorySigned: signing.Signed, signing.SignatoryApproved: signing.Approved, signing.SignatoryRejected: signing.Rejected,
		signing.SignatoryFailed: signing.SignFailed, signing.SignatoryDeleted: signing.Changed, 99: signing.Changed,
	} {
		m := newMemory()
		c, _, ticket := placed(t, m)
		m.set(ticket.ID, 0, state)
		for e, err := range c.Watch(t.Context(), ticket, "") {
			require.NoError(t, err)
			require.Equal(t, what, e.Kind)
			break
		}
	}
	for state, what := range map[signing.OrderState]signing.What{
		signing.OrderClosed: signing.Closed, signing.OrderCancelled: signing.Cancelled, signing.OrderExpired: signing.Expired, 99: signing.Changed,
	} {
		m := newMemory()
		c, _, ticket := placed(t, m)
		m.orders[ticket.ID].progress.State = state
		for e, err := range c.Watch(t.Context(), ticket, "") {
			require.NoError(t, err)
			require.Equal(t, what, e.Kind)
			require.Empty(t, e.Signatory)
			break
		}
	}
}

// A service in trouble is asked less often, and not before it wants to be asked.
func TestWatchWhileTheServiceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		c, _, ticket := placed(t, m)
		begin, failures := time.Now(), 0
		answers := []error{
			&signing.Error{Kind: signing.Unavailable}, &signing.Error{Kind: signing.OutcomeUnknown}, context.DeadlineExceeded,
			&signing.Error{Kind: signing.Throttled, RetryAfter: 2 * time.Minute}, &signing.Error{Kind: signing.Unavailable, RetryAfter: 99 * time.Hour},
		}
		m.step = func(_ string, after bool) error {
			if after || failures == len(answers) {
				return nil
			}
			failures++
			return answers[failures-1]
		}
		m.sign(ticket.ID, 0, 1)
		var told []string
		for e, err := range c.Watch(t.Context(), ticket, "") {
			word := e.Kind.String()
			if err != nil {
				require.Equal(t, "watch", kindIs(t, err, signing.KindOf(err)).Op)
				require.Equal(t, ticket.ID, e.Order)
				require.NotEmpty(t, e.Cursor)
				word = signing.KindOf(err).String()
			}
			told = append(told, fmt.Sprint(time.Since(begin), " ", word))
		}
		require.Equal(t, []string{
			"0s Unavailable", "10s Unavailable", "30s Unavailable", "1m10s Throttled", "3m10s Unavailable",
			"1h3m10s signed", "1h3m10s signed", "1h3m10s all signed",
		}, told)
	})
}

func TestWatchPausesNoLongerThanItSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		c, _, ticket := placed(t, m)
		m.step = func(string, bool) error { return &signing.Error{Kind: signing.Unavailable} }
		last, longest, n := time.Now(), time.Duration(0), 0
		for range c.Watch(t.Context(), ticket, "") {
			longest, last = max(longest, time.Since(last)), time.Now()
			if n++; n == 100 {
				break
			}
		}
		require.Equal(t, 5*time.Minute, longest)
	})
}

func TestWatchEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		c, _, ticket := placed(t, m, func(cfg *signing.Config) { cfg.Poll = time.Minute })
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		for range c.Watch(ctx, ticket, "") {
			t.Error("nothing happened")
		}
		require.Len(t, m.log, 3, "once a minute")

		for _, k := range []signing.Kind{signing.NotFound, signing.AuthFailed, signing.ResponseInvalid, signing.Refused} {
			m.step = func(string, bool) error { return &signing.Error{Kind: k} }
			n := 0
			for _, err := range c.Watch(t.Context(), ticket, "") {
				kindIs(t, err, k)
				n++
			}
			require.Equal(t, 1, n)
		}
		m.step, m.log = nil, nil
		for _, bad := range []signing.Cursor{"x", "1.", "1.AAAA", "2.AAAA"} {
			for _, err := range c.Watch(t.Context(), ticket, bad) {
				kindIs(t, err, signing.InputInvalid)
			}
		}
		for _, err := range c.Watch(t.Context(), signing.Ticket{}, "") {
			kindIs(t, err, signing.InputInvalid)
		}
		require.Empty(t, m.log)
	})
}

// The loop can be left at any time, in the middle of a round too.
func TestWatchIsLeft(t *testing.T) {
	m := newMemory()
	c, _, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	for e := range c.Watch(t.Context(), ticket, "") {
		require.Equal(t, signing.ID("Signatory:0"), e.Signatory)
		break
	}
	require.Equal(t, "order", m.steps())
}

func TestEventPrintsItsIdsAlone(t *testing.T) {
	e := signing.Event{Order: "Order:1", Signatory: "Signatory:1", Kind: signing.Rejected, Progress: &signing.Progress{
		Trace: "kanariefugl", Signatories: []signing.SignatoryProgress{{Reason: signing.NewRaw([]byte("kanariefugl æ"))}},
	}}
	require.Equal(t, "rejected order=Order:1 signatory=Signatory:1", fmt.Sprintf("%+v", e))
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "event", e)
	require.Contains(t, log.String(), "event.what=rejected event.order=Order:1 event.signatory=Signatory:1")
	require.NotContains(t, log.String(), "kanariefugl")
	for _, printer := range canary.Leaks(e, "kanariefugl æ") {
		require.True(t, canary.OutOfReach(printer), printer)
	}
}
