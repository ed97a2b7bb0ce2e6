package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// An adapter refuses a letter before it asks the distributor: it never passes.
func TestLocalRefusalEnds(t *testing.T) {
	for _, kind := range []eboks.Kind{eboks.InputInvalid, eboks.Unsupported} {
		heard := new(listener)
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
			return nil, &eboks.Error{Kind: kind, Then: eboks.Stop, Why: "no such material"}
		}
		o, clock, _ := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
		id := putIn(t, o, letterTo(1))
		for range 30 {
			walk(t, o, 5)
			clock.Move(20 * time.Minute)
		}
		r := rowOf(t, o, id)
		require.True(t, r.NeedsPerson(), "state %v then %v, offered %d times", r.State, r.Then, s.count(id))
		require.LessOrEqual(t, s.count(id), 5)
	}
}

// The adapter panics on one letter, each time.
func TestPanicParks(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) { panic("brev") }
	o, clock, _ := liteBox(t, s, nil)
	id := putIn(t, o, letterTo(1))
	for range 30 {
		func() {
			defer func() { _ = recover() }()
			_, _ = o.Step(t.Context(), id)
		}()
		clock.Move(31 * time.Minute)
	}
	r := rowOf(t, o, id)
	require.True(t, r.NeedsPerson(), "state %v, offered %d times", r.State, s.count(id))
}

// A person gives up what was refused for good: the trail does not say that it was given up.
func TestGivenUpTwice(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
		return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Stop, Status: 400, Code: "17"}
	}
	o, _, _ := liteBox(t, s, nil)
	id := putIn(t, o, letterTo(1))
	walk(t, o, 1)
	require.NoError(t, o.GiveUp(t.Context(), id))
	r, trail, err := o.Letter(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, eboks.Rejected, r.Kind)
	for _, h := range trail {
		require.NotEqual(t, outbox.GivenUp, h.What)
	}
}

// The digest in the row was changed. Nobody is asked for ever in silence.
func TestOtherDigest(t *testing.T) {
	heard := new(listener)
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, clock, cfg := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
	id := putIn(t, o, letterTo(1))
	_, err := cfg.DB.Exec(`UPDATE eboks_outbox_letters SET digest = zeroblob(36)`)
	require.NoError(t, err)
	for range 100 {
		walk(t, o, 3)
		clock.Move(time.Minute)
	}
	require.True(t, rowOf(t, o, id).NeedsPerson() || heard.count() > 0, "it is taken in hand ten times a second, and nobody hears of it")
}

// One row cannot be read. The others are sent.
func TestOneBadRow(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, _, cfg := liteBox(t, s, func(c *outbox.Config) { c.Now = time.Now })
	bad := putIn(t, o, letterTo(1))
	for n := range 5 {
		putIn(t, o, letterTo(n))
	}
	_, err := cfg.DB.Exec(`UPDATE eboks_outbox_letters SET state = 'sendt' WHERE id = $1`, bad)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	require.Eventually(t, func() bool { return s.all() == 5 }, time.Minute, 10*time.Millisecond, "one row that is not understood stops everything")
	cancel()
	<-ended
}

// A letter is sent past the queue, in vain, and queued then.
func TestQueuedAfterSend(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	bad := true
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		if bad {
			return nil, &eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, Status: 429, RetryAfter: time.Minute}
		}
		return &eboks.Receipt{ID: l.ID}, nil
	}
	o, clock, _ := liteBox(t, s, func(c *outbox.Config) { c.Retry.Patience = time.Millisecond })
	l := letterTo(1)
	_, err := o.Client().Send(t.Context(), l)
	require.ErrorIs(t, err, eboks.ErrThrottled)
	bad = false
	_, err = o.Enqueue(t.Context(), nil, l)
	require.NoError(t, err)
	for range 10 {
		clock.Move(20 * time.Minute)
		walk(t, o, 5)
	}
	require.Equal(t, eboks.LetterAccepted, rowOf(t, o, l.ID).State, "it was queued without an error, and is never sent")
}

// The event comes before the answer. The distributor's own number of the letter is kept.
func TestReferenceAfterEvent(t *testing.T) {
	came, hold := make(chan struct{}), make(chan struct{})
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		close(came)
		<-hold
		return &eboks.Receipt{ID: l.ID, Reference: "4711"}, nil
	}
	o, clock, _ := liteBox(t, s, nil)
	id := putIn(t, o, letterTo(1))
	s.events = func(after eboks.Cursor) ([]eboks.Event, error) {
		if after != "" {
			return nil, nil
		}
		return []eboks.Event{{ID: id, Status: eboks.DeliveredDigital, At: clock.Now(), Code: "4", Cursor: "1"}}, nil
	}
	done := make(chan struct{})
	go func() { defer close(done); _, _ = o.Step(context.Background(), id) }()
	<-came
	require.NoError(t, o.Receive(t.Context()))
	close(hold)
	<-done
	r := rowOf(t, o, id)
	require.Equal(t, eboks.LetterAccepted, r.State)
	require.Equal(t, eboks.DeliveredDigital, r.Reached)
	require.Equal(t, "4711", r.Reference)
}
