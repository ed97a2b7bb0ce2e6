package outbox_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// TestHalfAnHourWithoutADistributor has letters wait while the distributor cannot be
// reached, or takes letters and answers nothing: it is called at most a tenth as often as
// the letters alone would, the outbox grows no larger, and then everything goes out, the
// oldest first.
func TestHalfAnHourWithoutADistributor(t *testing.T) {
	if oneAtATime() {
		return
	}
	away := func() error { return &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry} }
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		for name, down := range map[string]posttest.Config{
			"unreachable": {Fault: always(posttest.NeverLeft()), Ask: away},
			"silent":      {Fault: always(posttest.Silent(false)), Ask: away},
			"broken":      {Fault: always(posttest.Broken())}, // its log is not
		} {
			t.Run(name, func(t *testing.T) {
				if (s.Dialect == outbox.PostgreSQL || name == "broken") && !long() {
					return // SQLite and two ways to fail are enough by default
				}
				// A tenth of the letters is more than the pauses let pass.
				letters, step := some(700, 1000), time.Duration(some(5, 1))*time.Second
				if s.Dialect == outbox.SQLite && name == "unreachable" {
					letters = some(700, 10_000)
				}
				store, clock, ctx := s.Open(t), posttest.NewClock(), t.Context()
				down.Now, down.Status, down.Events = clock.Now, true, true
				d := posttest.New(down)
				a, err := store.Start(ctx, nil, d.Of(nil), clock.Now, nil)
				require.NoError(t, err)
				defer a.Close()
				queueCases(t, a, letters)
				before := heap()
				for end := clock.Now().Add(30 * time.Minute); clock.Now().Before(end); clock.Move(step) {
					oneRound(t, ctx, a)
				}
				calls := d.Calls()
				t.Logf("%d letters, during the outage %+v, the heap grew by %d kB", letters, calls, (heap()-before)>>10)
				assert.LessOrEqual(t, calls.Offers, letters/10, "offers during the outage")
				assert.LessOrEqual(t, calls.Questions, 10*calls.Offers, "questions about letters that were offered, less and less often")
				assert.LessOrEqual(t, calls.Pages, 31, "one question about receipts a minute")
				assert.Less(t, heap()-before, 8<<20, "what the outbox holds does not grow")
				assert.Empty(t, d.Books())

				d.Change(func(c *posttest.Config) { c.Fault, c.Ask = nil, nil })
				back := clock.Now()
				require.NoError(t, crashsuite.ByHand(ctx, a, clock, func() bool { return finished(a.Watcher) == nil }))
				f := store.Audit(t, d, a.Watcher, true, nil)
				assert.False(t, f.Any(), "%+v", f)
				assertOldestFirst(t, d, a.Watcher, name == "unreachable")
				books := d.Books()
				assert.Less(t, books[len(books)*9/10].Taken[0].Sub(back), 2*time.Minute, "it goes on as soon as the distributor is back")
			})
		}
	})
}

// always is a distributor that fails in one way.
func always(f posttest.Fault) func(*eboks.Letter, int) posttest.Fault {
	return func(*eboks.Letter, int) posttest.Fault { return f }
}

// TestTheLoopWithoutADistributor is the same for Run, which has 32 letters on their way
// when the distributor goes away.
func TestTheLoopWithoutADistributor(t *testing.T) {
	if oneAtATime() {
		return
	}
	letters := some(700, 1000)
	away := func() error { return &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry} }
	for name, down := range map[string]posttest.Fault{"unreachable": posttest.NeverLeft(), "silent": posttest.Silent(false)} {
		t.Run(name, func(t *testing.T) {
			store, clock, ctx := crashsuite.OnSQLite().Open(t), posttest.NewClock(), t.Context()
			d := posttest.New(posttest.Config{Now: clock.Now, Status: true, Events: true, Fault: always(down), Ask: away})
			p := crashtest.New(crashtest.Plan{})
			a, err := store.Start(ctx, p, d.Of(p), clock.Now, func(cfg *outbox.Config) { cfg.LookEvery = time.Hour })
			require.NoError(t, err)
			defer a.Close()
			queueCases(t, a, letters)
			end := clock.Now().Add(30 * time.Minute)
			require.NoError(t, crashsuite.Loop(ctx, a, clock, func() bool { return clock.Now().After(end) }))
			calls := d.Calls()
			t.Logf("during the outage %+v", calls)
			assert.LessOrEqual(t, calls.Offers+calls.Questions, letters/10, "calls during the outage")
			d.Change(func(c *posttest.Config) { c.Fault, c.Ask = nil, nil })
			require.NoError(t, crashsuite.Loop(ctx, a, clock, func() bool { return finished(a.Watcher) == nil }))
			f := store.Audit(t, d, a.Watcher, true, nil)
			assert.False(t, f.Any(), "%+v", f)
			assertOldestFirst(t, d, a.Watcher, name == "unreachable")
		})
	}
}

// queueCases decides cases 0 to n-1, in few transactions.
func queueCases(t *testing.T, a *crashsuite.Application, n int) {
	t.Helper()
	tx, err := a.DB.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	for i := range n {
		id := eboks.NewID()
		_, err := tx.ExecContext(t.Context(), `INSERT INTO cases (n, letter, name) VALUES ($1, $2, $3)`, i, id.String(), crashsuite.Name(i))
		require.NoError(t, err)
		_, err = a.Outbox.Enqueue(t.Context(), tx, crashsuite.Letter(id, i))
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
}

// heap is what is held now.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// assertOldestFirst compares the order in which letters were taken in with that in which
// they were queued. If not all, letters that were offered during the outage may be later:
// they are asked for first.
func assertOldestFirst(t *testing.T, d *posttest.Distributor, journal *outbox.Outbox, all bool) {
	t.Helper()
	var queued []eboks.ID
	for r, err := range journal.Letters(t.Context(), outbox.Filter{}) {
		require.NoError(t, err)
		queued = append(queued, r.ID)
	}
	var taken []eboks.ID
	for _, b := range d.Books() {
		if all || b.Offers == 1 {
			taken = append(taken, b.ID)
		}
	}
	taken = taken[1:]
	queued = slices.DeleteFunc(queued, func(id eboks.ID) bool { return !slices.Contains(taken, id) })
	const together = 96 // three times as many as are offered at once
	late := 0
	place := map[eboks.ID]int{}
	for i, id := range queued {
		place[id] = i
	}
	for i, id := range taken {
		if far := max(place[id]-i, i-place[id]); far > together {
			t.Logf("letter %d of the queue came as number %d", place[id], i)
			late++
		}
	}
	// On a busy machine others overtake one whose turn does not come.
	assert.LessOrEqual(t, late, len(taken)/50, "letters far from their place in the queue")
}
