package outbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// Letters that land while Run stops are told as others are.
func TestChangedWhileStopping(t *testing.T) {
	came, hold := make(chan struct{}), make(chan struct{})
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		close(came)
		<-hold
		return &eboks.Receipt{ID: l.ID}, nil
	}
	told := make(chan eboks.State, 10)
	o, _, _ := liteBox(t, s, func(c *outbox.Config) {
		c.Now = time.Now
		c.Changed = func(_ context.Context, r outbox.Record) { told <- r.State }
	})
	id := putIn(t, o, letterTo(1))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	<-came
	cancel()
	close(hold)
	require.NoError(t, <-ended)
	require.Equal(t, eboks.LetterAccepted, rowOf(t, o, id).State)
	require.Len(t, told, 1, "nobody was told")
}

// The same event again changes nothing, and nobody hears of it.
func TestChangedOnce(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Status: true}}
	calls := 0
	o, clock, _ := liteBox(t, s, func(c *outbox.Config) {
		c.Changed = func(context.Context, outbox.Record) { calls++ }
	})
	at := clock.Now()
	s.status = func(id eboks.ID) ([]eboks.Event, error) {
		return []eboks.Event{{ID: id, Status: eboks.Accepted, Code: "1", At: at}}, nil
	}
	putIn(t, o, letterTo(1))
	walk(t, o, 1)
	calls = 0
	for range 5 {
		clock.Move(20 * time.Minute)
		require.NoError(t, o.Receive(t.Context()))
	}
	require.LessOrEqual(t, calls, 1)
}

// While Changed takes its time, letters on their way are stored all the same.
func TestSlowChanged(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post"}}
	hold := make(chan struct{})
	var once sync.Once
	o, _, _ := liteBox(t, s, func(c *outbox.Config) {
		c.Now, c.Lease, c.LogLag, c.InFlight = time.Now, time.Second, 10*time.Second, 2
		c.Changed = func(context.Context, outbox.Record) { once.Do(func() { <-hold }) }
	})
	for n := range 6 {
		putIn(t, o, letterTo(n))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	require.Eventually(t, func() bool {
		sum, err := o.Summary(t.Context())
		return err == nil && sum.States[eboks.LetterAccepted] == 6
	}, time.Minute, 20*time.Millisecond, "letters that were sent are in hand")
	close(hold)
	cancel()
	require.NoError(t, <-ended)
}

// A sender that never comes back does not keep Run from ending.
func TestSenderThatNeverComesBack(t *testing.T) {
	t.Parallel() // it waits more than it works
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	came, hold := make(chan struct{}), make(chan struct{})
	s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
		close(came)
		<-hold
		return nil, &eboks.Error{Kind: eboks.OutcomeUnknown}
	}
	defer close(hold)
	o, _, _ := liteBox(t, s, func(c *outbox.Config) { c.Now = time.Now; c.Grace = 100 * time.Millisecond })
	putIn(t, o, letterTo(1))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	<-came
	cancel()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("Run does not end")
	}
}
