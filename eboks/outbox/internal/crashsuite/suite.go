package crashsuite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// A road is what a distributor can do for a letter whose outcome is unknown.
type road struct {
	name            string
	dedupes, status bool
	lag             time.Duration
	parks           bool // a letter that may have arrived needs a person
}

func roads() []road {
	return []road{
		{name: "dedupes", dedupes: true},
		{name: "dedupes with a log", dedupes: true, status: true},
		{name: "log", status: true},
		{name: "log that lags", status: true, lag: 45 * time.Second},
		{name: "neither", parks: true},
	}
}

const (
	letters = 3
	lease   = time.Minute
	logLag  = 2 * time.Minute // what the outbox is told; the log lags less
)

// Options say how much is tried.
type Options struct {
	// Every is how many steps lie between two deaths; if zero, 1: every step. The first is
	// at a random one of them.
	Every int
	// Err is what steps fail with, once each, while the process lives on. If nil, it dies.
	Err error
}

// Test dies at each step of a scenario: three cases are decided, their letters are queued
// and sent, one answer is lost, receipts are read, one letter is erased. Each step is died at before and after
// it did its work; then the application is started again and goes on to the end.
func Test(t *testing.T, stores *Stores, run Runner, o Options) {
	for _, r := range roads() {
		for _, kept := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, kept %v", r.name, kept), func(t *testing.T) {
				first := play(t, stores, run, r, kept, crashtest.Plan{})
				require.Greater(t, len(first), 40, "a scenario without steps proves nothing")
				require.Contains(t, first, posttest.Offer)
				if r.status && !kept { // otherwise the feed may be faster
					require.Contains(t, first, posttest.Ask)
				}
				tried, every := 0, max(o.Every, 1)
				for step := 1 + rand.IntN(every); step <= len(first); step += every {
					for _, after := range []bool{false, true} {
						play(t, stores, run, r, kept, crashtest.Plan{Step: step, After: after, Err: o.Err})
						if tried++; o.Err != nil {
							break // it did not do its work
						}
					}
				}
				t.Logf("%d steps, died %d times", len(first), tried)
			})
		}
	}
}

// play plays the scenario with one death, and returns the steps of the process that dies.
func play(t *testing.T, stores *Stores, run Runner, r road, kept bool, plan crashtest.Plan) []string {
	t.Helper()
	store, clock := stores.Open(t), posttest.NewClock()
	defer store.Close()
	lost := false
	d := posttest.New(posttest.Config{Now: clock.Now, Dedupes: r.dedupes, Status: r.status, Events: true, LogLag: r.lag, Delivers: time.Minute,
		Fault: func(l *eboks.Letter, n int) posttest.Fault {
			if l.To == To(2) && !lost {
				lost = true
				return posttest.Silent(kept)
			}
			return posttest.Fault{}
		}})
	p := crashtest.New(plan)
	a, err := live(t, store, p, d, clock, run)
	defer func() { a.Close() }()  // after an error too
	inHand := map[eboks.ID]bool{} // when it died
	switch {
	case plan.Err != nil && err != nil:
		clock.Move(lease)
		b, err := live(t, store, crashtest.New(crashtest.Plan{}), d, clock, run)
		defer b.Close()
		require.NoError(t, Cause(err), "tried again after step %d of %v", plan.Step, p.Steps())
	case !p.Dead(): // the others did fewer steps than the first
		require.NoError(t, Cause(err))
	default:
		p.Bury()
		if _, err := store.DB.Exec(`SELECT n FROM cases`); err == nil {
			f := store.Audit(t, d, a.Watcher, false, func(n int, _ outbox.Record) bool { return r.parks && n == 2 })
			assert.False(t, f.Any(), "when it had died at step %d of %v, after: %v: %+v", plan.Step, p.Steps(), plan.After, f)
			for r, err := range a.Watcher.Letters(t.Context(), outbox.Filter{}) {
				require.NoError(t, err)
				inHand[r.ID] = r.Owner != ""
			}
		}
		clock.Move(lease)
		b, err := live(t, store, crashtest.New(crashtest.Plan{}), d, clock, run)
		defer b.Close()
		require.NoError(t, Cause(err), "started again after step %d of %v, after: %v", plan.Step, p.Steps(), plan.After)
	}
	f := store.Audit(t, d, a.Watcher, true, func(n int, rec outbox.Record) bool {
		return r.parks && rec.State == eboks.LetterParked && (n == 2 || inHand[rec.ID] || plan.Err != nil)
	})
	assert.False(t, f.Any(), "died at step %d of %v, after: %v: %+v", plan.Step, p.Steps(), plan.After, f)
	assert.Len(t, store.Cases(t), letters)
	assertErased(t, store, a.Watcher)
	return p.Steps()
}

// live is the life of one process: it decides what is not decided yet, and sends.
func live(t *testing.T, store *Store, p *crashtest.Process, d *posttest.Distributor, clock *posttest.Clock, run Runner) (*Application, error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a, err := store.Start(ctx, p, d.Of(p), clock.Now, func(cfg *outbox.Config) {
		cfg.LogLag, cfg.LookEvery, cfg.Grace, cfg.ReceiptEvery = logLag, time.Hour, 10*time.Millisecond, 40*time.Millisecond
		cfg.Retry.Base, cfg.Retry.Max, cfg.Lease = time.Second, time.Minute, lease
	})
	for n := 1; err == nil && n <= letters; n++ {
		err = a.Decide(ctx, n)
	}
	if err == nil {
		err = run(ctx, a, clock, func() bool { return p.Dead() || settled(a.Watcher) })
	}
	if err == nil && !p.Dead() {
		_, err = a.Outbox.EraseRecipient(ctx, To(1))
	}
	return a, err
}

// assertErased wants the content of the first letter to be gone, and what happened to it to
// be there. One that needs a person keeps its content until that person has decided.
func assertErased(t *testing.T, store *Store, journal *outbox.Outbox) {
	t.Helper()
	id := store.Cases(t)[1]
	r, trail, err := journal.Letter(t.Context(), id)
	require.NoError(t, err)
	require.NotEmpty(t, trail)
	_, err = journal.Content(t.Context(), id)
	if r.NeedsPerson() {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	require.False(t, r.Erased.IsZero())
	for n := 2; n <= letters; n++ {
		_, err := journal.Content(t.Context(), store.Cases(t)[n])
		require.NoError(t, err, "the others are as they were")
	}
}
