package outbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// TestManyOnOneJournal has four applications decide the same cases at once, on one
// database, each with a loop of its own and two engines that call Step for anything, due
// or not. The distributor fails at random and recognises no repeated ID. Everybody gets
// one letter: his.
func TestManyOnOneJournal(t *testing.T) {
	t.Parallel() // it waits more than it works
	letters := some(40, 1000)
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		store := s.Open(t)
		d := posttest.New(posttest.Config{Now: time.Now, Status: true, Events: true, LogLag: killLag, Fault: moody})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var deciding, running sync.WaitGroup
		var all []*crashsuite.Application
		for range 4 {
			a, err := store.Start(ctx, nil, d.Of(nil), time.Now, func(cfg *outbox.Config) {
				cfg.Lease, cfg.LogLag, cfg.LookEvery, cfg.ReceiptEvery, cfg.InFlight = killLease, killLogLag, 20*time.Millisecond, 100*time.Millisecond, 8
				cfg.Retry = eboks.RetryPolicy{Base: 10 * time.Millisecond, Max: 200 * time.Millisecond, Pause: 100 * time.Millisecond, Park: 1000}
			})
			require.NoError(t, err)
			all = append(all, a)
			running.Go(func() { assert.NoError(t, a.Outbox.Run(ctx)) })
			deciding.Go(func() {
				for n := range letters {
					if !assert.NoError(t, crashsuite.Cause(a.Decide(ctx, n))) {
						return
					}
				}
			})
			for range 2 {
				running.Go(func() { pester(t, ctx, a) })
			}
		}
		deciding.Wait()
		require.Eventually(t, func() bool { return finished(all[0].Watcher) == nil }, time.Minute, 20*time.Millisecond)
		cancel()
		running.Wait()
		f := store.Audit(t, d, all[0].Watcher, true, nil)
		assert.False(t, f.Any(), "%+v", f)
		assert.Len(t, d.Books(), letters)
		for _, a := range all {
			a.Close()
		}
	})
}

// pester calls Step for every letter there is.
func pester(t *testing.T, ctx context.Context, a *crashsuite.Application) {
	for ctx.Err() == nil {
		for r, err := range a.Watcher.Letters(ctx, outbox.Filter{}) {
			if ctx.Err() != nil {
				return
			}
			if !assert.NoError(t, crashsuite.Cause(err)) {
				return
			}
			if _, err := a.Outbox.Step(ctx, r.ID); ctx.Err() == nil && !assert.NoError(t, crashsuite.Cause(err)) {
				return
			}
		}
	}
}
