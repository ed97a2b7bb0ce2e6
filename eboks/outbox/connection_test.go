package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
)

// One connection does for everything.
func TestOneConnection(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
	var mu sync.Mutex
	var page []eboks.Event
	s.events = func(after eboks.Cursor) ([]eboks.Event, error) {
		mu.Lock()
		defer mu.Unlock()
		if n := len(page); n > 0 && after != page[n-1].Cursor {
			return page[:n:n], nil
		}
		return nil, nil
	}
	var told atomic.Int64
	var o *outbox.Outbox
	o, _, cfg := liteBox(t, s, func(c *outbox.Config) {
		c.Now, c.ReceiptEvery, c.LookEvery = time.Now, 50*time.Millisecond, 20*time.Millisecond
		c.KeepContent = 200 * time.Millisecond
		c.Changed = func(ctx context.Context, r outbox.Record) {
			told.Add(1)
			_, _, err := o.Letter(ctx, r.ID)
			if err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	cfg.DB.SetMaxOpenConns(1)
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		c, err := l.Document.Content()
		if err != nil {
			return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: err}
		}
		defer c.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(c); err != nil {
			return nil, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: err}
		}
		mu.Lock()
		defer mu.Unlock()
		page = append(page, eboks.Event{ID: l.ID, Status: eboks.DeliveredDigital, Code: "4", At: time.Now(), Cursor: eboks.Cursor(fmt.Sprint(len(page) + 1))})
		return &eboks.Receipt{ID: l.ID}, nil
	}
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- o.Run(ctx) }()
	go func() { ended <- o.Run(ctx) }()
	for n := range 40 {
		l := letterTo(n % 10)
		l.Document = large(n % 3)
		if n%2 == 0 {
			putIn(t, o, l)
			continue
		}
		tx, err := cfg.DB.Begin()
		require.NoError(t, err)
		_, err = o.Enqueue(t.Context(), tx, l)
		require.NoError(t, err)
		require.NoError(t, tx.Commit())
	}
	require.Eventually(t, func() bool {
		sum, err := o.Summary(t.Context())
		return err == nil && sum.States[eboks.LetterAccepted] == 40
	}, time.Minute, 20*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.NoError(t, <-ended)
	require.Equal(t, 40, s.all())
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, time.Minute, 50*time.Millisecond, "goroutines are left")
}

// One connection: a letter is queued again under another ID, with its documents from the
// journal.
func TestRequeueOneConnection(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, _, cfg := liteBox(t, s, nil)
	cfg.DB.SetMaxOpenConns(1)
	l := letterTo(1)
	l.Document = eboks.Bytes(append(append([]byte("%PDF-1.7\n"), make([]byte, 100<<10)...), "\n%%EOF\n"...))
	putIn(t, o, l)
	again, err := o.Content(t.Context(), l.ID)
	require.NoError(t, err)
	again.ID = eboks.NewID()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err = o.Enqueue(ctx, nil, again)
	require.NoError(t, err, "it waits for its own connection")
}

// Many make the tables at once.
func TestMigrateAtOnce(t *testing.T) {
	for range 5 {
		path := filepath.Join(crashsuite.Dir(t), "u.db")
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				db := liteFile(t, path)
				o, err := outbox.New(outbox.Config{DB: db, Dialect: outbox.SQLite, Keys: [][]byte{someKey}, Sender: &actor{caps: eboks.Capabilities{Name: "post"}}})
				if err == nil {
					err = o.Migrate(context.Background())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}

// Many requests queue letters at once, in their own transactions, while letters are sent.
func TestManyWriters(t *testing.T) {
	const writers, each = 12, 10
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		<-time.After(5 * time.Millisecond)
		return &eboks.Receipt{ID: l.ID}, nil
	}
	path := filepath.Join(crashsuite.Dir(t), "u.db")
	db := liteFile(t, path)
	o, err := outbox.New(outbox.Config{DB: db, Dialect: outbox.SQLite, Keys: [][]byte{someKey}, Sender: s})
	require.NoError(t, err)
	require.NoError(t, o.Migrate(context.Background()))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	var all sync.WaitGroup
	var failed, done atomic.Int64
	var slowest atomic.Int64
	began := time.Now()
	for w := range writers {
		all.Go(func() {
			for n := range each {
				l := letterTo((w + n) % 20)
				at := time.Now()
				var err error
				if n%2 == 0 {
					_, err = o.Enqueue(ctx, nil, l)
				} else {
					tx, e := db.Begin()
					if err = e; err == nil {
						if _, err = o.Enqueue(ctx, tx, l); err == nil {
							err = tx.Commit()
						} else {
							_ = tx.Rollback()
						}
					}
				}
				took := time.Since(at)
				for old := slowest.Load(); int64(took) > old && !slowest.CompareAndSwap(old, int64(took)); old = slowest.Load() {
				}
				if err != nil {
					if failed.Add(1) == 1 {
						for e := err; e != nil; e = errors.Unwrap(e) {
							t.Log(e)
						}
					}
					continue
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	t.Logf("%d queued, %d failed, %v, slowest %v, sent meanwhile %d", done.Load(), failed.Load(), took, time.Duration(slowest.Load()), s.all())
	require.Eventually(t, func() bool { return int64(s.all()) >= done.Load() }, time.Minute, 20*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Zero(t, failed.Load())
}
