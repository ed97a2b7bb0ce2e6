package riverrunner

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
)

func riverDriver(pool *pgxpool.Pool) riverdriver.Driver[pgx.Tx] { return riverpgxv5.New(pool) }

func testSweepHeals(t *testing.T, pool *pgxpool.Pool) {
	ctx := context.Background()
	for _, c := range []struct{ name, sql string }{
		{"deleted", "DELETE FROM river_job"},
		{"discarded", "UPDATE river_job SET state = 'discarded', finalized_at = now()"},
		{"cancelled", "UPDATE river_job SET state = 'cancelled', finalized_at = now()"},
		{"completed", "UPDATE river_job SET state = 'completed', finalized_at = now()"},
		{"running in a process that died", "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '4 seconds', attempted_by = '{gone}'"},
		{"pending", "UPDATE river_job SET state = 'pending'"},
		{"scheduled for next year", "UPDATE river_job SET state = 'scheduled', scheduled_at = now() + interval '1 year'"},
		{"to be tried again next year", "UPDATE river_job SET state = 'retryable', attempt = 1, scheduled_at = now() + interval '1 year'"},
		{"in a queue that nobody works", "UPDATE river_job SET queue = 'elsewhere'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids := newIDs(3)
			e := newScripted(ids...)
			r := migrated(t, e, pool, quick())
			execute(t, pool, "TRUNCATE river_job")
			n, err := r.sweep(ctx)
			require.NoError(t, err)
			require.Equal(t, 3, n)
			n, err = r.sweep(ctx)
			require.NoError(t, err)
			require.Zero(t, n, "they have jobs")

			execute(t, pool, c.sql)
			n, err = r.sweep(ctx)
			require.NoError(t, err)
			assert.Equal(t, 3, n)
			n, err = r.sweep(ctx)
			require.NoError(t, err)
			assert.Zero(t, n, "they have jobs again")
			stop := start(t, r)
			eventually(t, "all end", func() bool { return len(e.finished()) == 3 })
			require.NoError(t, stop())
		})
	}
	t.Run("a worker that has just taken it", func(t *testing.T) {
		execute(t, pool, "TRUNCATE river_job")
		r := migrated(t, newScripted(newIDs(2)...), pool, quick())
		_, err := r.sweep(ctx)
		require.NoError(t, err)
		execute(t, pool, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{here}'")
		n, err := r.sweep(ctx)
		require.NoError(t, err)
		assert.Zero(t, n)
	})
	t.Run("the journal cannot be read", func(t *testing.T) {
		e := newScripted()
		e.dueErr = &eboks.Error{Kind: eboks.StoreFailed}
		_, err := migrated(t, e, pool, quick()).sweep(ctx)
		require.ErrorIs(t, err, eboks.ErrStoreFailed)
	})
}

// A long line costs a sweep no more than its front.
func testSweepFront(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(sweepMost + 500)
	e := newScripted(ids...)
	r := migrated(t, e, pool, quick())
	n, err := r.sweep(context.Background())
	require.NoError(t, err)
	assert.Equal(t, sweepMost, n)
	var first []string
	rows, err := pool.Query(context.Background(), "SELECT args->>'letter' FROM river_job ORDER BY priority, scheduled_at, id LIMIT 3")
	require.NoError(t, err)
	first, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Equal(t, []string{ids[0].String(), ids[1].String(), ids[2].String()}, first, "River takes the oldest first")

	execute(t, pool, "DELETE FROM river_job WHERE args @> jsonb_build_object('letter', $1::text)", ids[5000].String())
	n, err = r.sweep(context.Background())
	require.NoError(t, err)
	assert.Zero(t, n, "the front has jobs, so nobody looks further")
	for _, id := range ids[:4990] {
		_, err := e.Step(context.Background(), id)
		require.NoError(t, err)
	}
	n, err = r.sweep(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 501, n, "now it is at the front, and the line has room for those at its end")
	assert.Equal(t, 1, count(t, pool, "args @> jsonb_build_object('letter', $1::text)", ids[5000].String()))
}

func testStuckSweep(t *testing.T, pool *pgxpool.Pool) {
	e := newScripted(newIDs(5)...)
	r := migrated(t, e, pool, quick())
	execute(t, pool, `INSERT INTO river_job (kind, queue, state, args, max_attempts, attempt, attempted_at, attempted_by)
		VALUES ($1, $2, 'running', '{}', 1, 1, now(), '{gone}')`, sweepKind, r.cfg.Queue)
	first, err := r.insert.Insert(context.Background(), sweepArgs{}, clockOptions(r.cfg.Queue, r.cfg.SweepEvery))
	require.NoError(t, err)
	execute(t, pool, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}' WHERE id = $1", first.Job.ID)
	stop := start(t, r)
	eventually(t, "another sweep gives out jobs", func() bool { return len(e.finished()) == 5 })
	require.NoError(t, stop())
}

func testPause(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(1000)
	e := newScripted(ids...)
	cfg := quick()
	cfg.Workers = 4
	r := migrated(t, e, pool, cfg)
	n, err := r.sweep(context.Background())
	require.NoError(t, err)
	require.Equal(t, len(ids), n)
	e.pause(time.Now().Add(time.Hour))
	stop := start(t, r)
	eventually(t, "nobody waits in River", func() bool { return count(t, pool, "kind = $1 AND state <> 'completed'", letterKind) == 0 })
	swept := func() int { return count(t, pool, "kind = $1 AND state = 'completed'", sweepKind) }
	before := swept()
	eventually(t, "sweeps go on", func() bool { return swept() >= before+2 })
	for _, id := range ids {
		require.Equal(t, 1, e.stepsOf(id), "one look at each, whatever the length of the pause")
	}
	assert.Empty(t, e.finished())
	e.pause(time.Time{})
	eventually(t, "all are sent", func() bool { return len(e.finished()) == len(ids) })
	require.NoError(t, stop())
	place := map[eboks.ID]int{}
	for i, id := range ids {
		place[id] = i
	}
	for i, id := range e.finished() {
		require.InDelta(t, place[id], i, 40, "the oldest first, but for what is in hand at once")
	}
}

func testWaits(t *testing.T, pool *pgxpool.Pool) {
	soon, late := eboks.NewID(), eboks.NewID()
	e := newScripted(soon, late)
	seen := map[eboks.ID]*atomic.Int32{soon: {}, late: {}}
	e.step = func(_ context.Context, id eboks.ID) (time.Time, error) {
		switch {
		case seen[id].Add(1) > 1:
			return time.Time{}, nil
		case id == soon:
			return time.Now().Add(300 * time.Millisecond), nil
		}
		return time.Now().Add(2500 * time.Millisecond), nil
	}
	stop := start(t, migrated(t, e, pool, quick()))
	eventually(t, "both end", func() bool { return len(e.finished()) == 2 })
	require.NoError(t, stop())
	assert.Equal(t, []eboks.ID{soon, late}, e.finished())
	rows := func(id eboks.ID) int {
		return count(t, pool, "args @> jsonb_build_object('letter', $1::text)", id.String())
	}
	assert.Equal(t, 1, rows(soon), "snoozed")
	assert.Equal(t, 2, rows(late), "ended, and given a new job")
}

func testJournalFails(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(1)
	e := newScripted(ids...)
	var tries atomic.Int32
	e.step = func(context.Context, eboks.ID) (time.Time, error) {
		if tries.Add(1) < 3 {
			return time.Time{}, &eboks.Error{Kind: eboks.StoreFailed, Op: "step", Err: errors.New("disk full")}
		}
		return time.Time{}, nil
	}
	stop := start(t, migrated(t, e, pool, quick()))
	eventually(t, "River tries again", func() bool { return len(e.finished()) == 1 })
	require.NoError(t, stop())
	assert.Equal(t, 1, count(t, pool, "kind = $1 AND attempt = 3 AND errors[1]->>'error' LIKE '%StoreFailed%'", letterKind))
}

// What a panic says stays out of River's tables and out of the log.
func testPanic(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(1)
	e := newScripted(ids...)
	number := cprtest.Number(9003).Reveal()
	var tries atomic.Int32
	e.step = func(context.Context, eboks.ID) (time.Time, error) {
		if tries.Add(1) < 3 {
			panic("brev til " + number + " på Ærø")
		}
		return time.Time{}, nil
	}
	var said bytes.Buffer
	cfg := quick()
	cfg.Logger = slog.New(slog.NewTextHandler(&said, nil))
	stop := start(t, migrated(t, e, pool, cfg))
	eventually(t, "it is tried again", func() bool { return len(e.finished()) == 1 })
	require.NoError(t, stop())
	assert.Contains(t, said.String(), "a step panicked")
	assert.Contains(t, said.String(), "type=string")
	assert.NotContains(t, said.String(), number)
	assert.NotContains(t, said.String(), "brev til")
	assert.Positive(t, count(t, pool, "errors::text LIKE '%a step panicked%'"))
	assert.Zero(t, count(t, pool, "river_job::text LIKE '%brev til%'"))
}

// What comes round by the clock comes once in a period, for each outbox.
func testClock(t *testing.T, pool *pgxpool.Pool) {
	r := migrated(t, newScripted(), pool, quick())
	inserted := func(queue string) bool {
		got, err := r.insert.Insert(context.Background(), receiveArgs{}, clockOptions(queue, time.Hour))
		require.NoError(t, err)
		return !got.UniqueSkippedAsDuplicate
	}
	assert.True(t, inserted("letters"))
	assert.True(t, inserted("others"), "another outbox")
	assert.False(t, inserted("letters"))
	execute(t, pool, "UPDATE river_job SET state = 'completed', finalized_at = now()")
	assert.False(t, inserted("letters"), "nor when it is done")
}
