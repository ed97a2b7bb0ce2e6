package outbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// A distributor that never answers a question does not keep Run from ending.
func TestDeafFeed(t *testing.T) {
	t.Parallel() // it waits more than it works
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
	came, hold := make(chan struct{}), make(chan struct{})
	s.events = func(eboks.Cursor) ([]eboks.Event, error) {
		close(came)
		<-hold
		return nil, nil
	}
	defer close(hold)
	o, _, _ := liteBox(t, s, func(c *outbox.Config) { c.Now = time.Now; c.Grace = 100 * time.Millisecond })
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

// Neither does somebody who is told, and does not come back.
func TestDeafListener(t *testing.T) {
	t.Parallel() // it waits more than it works
	for _, receive := range []bool{false, true} {
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
		var id eboks.ID
		s.events = func(after eboks.Cursor) ([]eboks.Event, error) {
			if after != "" || !receive || s.count(id) == 0 {
				return nil, nil
			}
			return []eboks.Event{{ID: id, Status: eboks.DeliveredDigital, At: time.Now(), Code: "4", Cursor: "1"}}, nil
		}
		came, hold := make(chan struct{}), make(chan struct{})
		var once sync.Once
		o, _, _ := liteBox(t, s, func(c *outbox.Config) {
			c.Now, c.Grace, c.ReceiptEvery = time.Now, 100*time.Millisecond, 50*time.Millisecond
			c.Changed = func(_ context.Context, r outbox.Record) {
				if !receive || r.Reached == eboks.DeliveredDigital {
					once.Do(func() { close(came) })
					<-hold
				}
			}
		})
		id = putIn(t, o, letterTo(1))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- o.Run(ctx) }()
		<-came
		cancel()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Errorf("Run does not end (told by Receive: %v)", receive)
		}
		close(hold)
	}
}
