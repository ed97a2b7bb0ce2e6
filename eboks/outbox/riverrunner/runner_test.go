package riverrunner

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/canary"
)

func testMigrations(t *testing.T, pool *pgxpool.Pool) {
	for _, schema := range []string{"", "elv_æøå"[:3]} {
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			r, err := newRunner(newScripted(), pool, Config{Queue: "letters", Schema: schema})
			require.NoError(t, err)
			all.Go(func() { errs[i] = r.Migrate(context.Background()) })
		}
		all.Wait()
		require.NoError(t, errors.Join(errs...))
		r, err := newRunner(newScripted(), pool, Config{Queue: "letters", Schema: schema})
		require.NoError(t, err)
		require.NoError(t, r.Migrate(context.Background()), "once more")
	}
	var schemas int
	require.NoError(t, pool.QueryRow(context.Background(), "SELECT count(*) FROM pg_tables WHERE tablename = 'river_job'").Scan(&schemas))
	assert.Equal(t, 2, schemas)
}

func testLettersAreSent(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(300)
	e := newScripted(ids...) // without jobs
	r := migrated(t, e, pool, quick())
	stop := start(t, r)
	eventually(t, "all letters end", func() bool { return len(e.finished()) == len(ids) })
	eventually(t, "receipts are looked for", func() bool { return e.received() >= 2 })
	require.NoError(t, stop())
	assert.ElementsMatch(t, ids, e.finished(), "each ends once")
	for _, id := range ids {
		assert.Equal(t, 1, e.stepsOf(id))
	}
	assert.Zero(t, count(t, pool, "kind = $1 AND state <> 'completed'", letterKind))
	assert.Equal(t, len(ids), count(t, pool, "kind = $1", letterKind))
}

func testTransaction(t *testing.T, pool *pgxpool.Pool) {
	e := newScripted()
	r := migrated(t, e, pool, quick())
	ctx := context.Background()
	kept, gone := &eboks.Letter{ID: eboks.NewID()}, &eboks.Letter{ID: eboks.NewID()}
	for _, l := range []*eboks.Letter{kept, gone} {
		tx, err := pool.Begin(ctx)
		require.NoError(t, err)
		fresh, err := r.Enqueue(ctx, tx, l)
		require.NoError(t, err)
		assert.True(t, fresh)
		_, err = r.Enqueue(ctx, tx, l)
		require.NoError(t, err, "the same job once more spoils nothing")
		if l == kept {
			require.NoError(t, tx.Commit(ctx))
		} else {
			require.NoError(t, tx.Rollback(ctx))
		}
	}
	assert.Equal(t, 1, count(t, pool, "args = jsonb_build_object('letter', $1::text)", kept.ID.String()))
	assert.Equal(t, 1, count(t, pool, "true"))

	tx, err := pool.Begin(ctx)
	require.NoError(t, err)
	execute(t, pool, "ALTER TABLE river_job RENAME TO away")
	_, err = r.Enqueue(ctx, tx, &eboks.Letter{ID: eboks.NewID()})
	require.ErrorIs(t, err, eboks.ErrStoreFailed)
	assert.ErrorContains(t, err, "roll the transaction back")
	_, err = tx.Exec(ctx, "SELECT 1")
	assert.Error(t, err, "the transaction is spoilt")
	require.NoError(t, tx.Rollback(ctx))
}

func testConfigure(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(50)
	e := newScripted(ids...)
	r := migrated(t, e, pool, quick())
	theirs := &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
		Logger: r.cfg.Logger,
	}
	require.NoError(t, r.Configure(theirs))
	assert.Len(t, theirs.Queues, 2)
	assert.Len(t, theirs.PeriodicJobs, 2)
	require.ErrorIs(t, r.Configure(theirs), eboks.ErrConfigInvalid, "twice")
	require.ErrorIs(t, r.Configure(&river.Config{Schema: "other"}), eboks.ErrConfigInvalid)
	follower := &river.Config{LeaderElectionDisabled: true}
	require.NoError(t, r.Configure(follower))
	assert.Empty(t, follower.PeriodicJobs)

	client, err := river.NewClient(riverDriver(pool), theirs)
	require.NoError(t, err)
	require.NoError(t, client.Start(context.Background()))
	eventually(t, "the leader's periodic jobs sweep", func() bool { return len(e.finished()) == len(ids) })
	eventually(t, "and receive", func() bool { return e.received() > 0 })
	require.NoError(t, client.Stop(context.Background()))
}

func testNoTables(t *testing.T, pool *pgxpool.Pool) {
	r, err := newRunner(newScripted(), pool, quick())
	require.NoError(t, err)
	err = r.Run(context.Background())
	require.ErrorIs(t, err, eboks.ErrStoreFailed)
	assert.ErrorContains(t, err, "Migrate")
}

func testCleanStop(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(1)
	e := newScripted(ids...)
	begun := make(chan struct{})
	e.step = func(ctx context.Context, _ eboks.ID) (time.Time, error) {
		close(begun)
		select { // half a second on its way
		case <-time.After(500 * time.Millisecond):
			return time.Time{}, nil
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
	stop := start(t, migrated(t, e, pool, quick()))
	<-begun
	require.NoError(t, stop())
	assert.Equal(t, ids, e.finished(), "a letter on its way ends")
	assert.Zero(t, count(t, pool, "state = 'running'"))
}

func testSlowStop(t *testing.T, pool *pgxpool.Pool) {
	ids := newIDs(1)
	e := newScripted(ids...)
	begun := make(chan struct{}, 10)
	e.step = func(ctx context.Context, _ eboks.ID) (time.Time, error) {
		begun <- struct{}{}
		<-ctx.Done()
		return time.Time{}, ctx.Err()
	}
	cfg := quick()
	cfg.Grace = 200 * time.Millisecond
	stop := start(t, migrated(t, e, pool, cfg))
	<-begun
	require.NoError(t, stop())
	assert.Empty(t, e.finished())
	assert.Equal(t, 1, count(t, pool, "kind = $1 AND state = 'available' AND attempt = 0", letterKind), "it waits, and no attempt is burnt")
}

func TestConfigIsChecked(t *testing.T) {
	pool, err := pgxpool.New(context.Background(), "host=/nowhere user=dkeid dbname=postgres")
	require.NoError(t, err)
	defer pool.Close()
	for name, c := range map[string]Config{
		"workers": {Workers: -1}, "grace": {Grace: -1},
		"sweep": {SweepEvery: time.Millisecond}, "receive": {ReceiveEvery: time.Millisecond},
		"queue": {Queue: "not a name"}, "schema": {Schema: "a;b"},
	} {
		c.Queue = cmp.Or(c.Queue, "letters")
		_, err := newRunner(newScripted(), pool, c)
		require.ErrorIs(t, err, eboks.ErrConfigInvalid, name)
	}
	_, err = newRunner(newScripted(), nil, Config{})
	require.ErrorIs(t, err, eboks.ErrConfigInvalid)
	_, err = New(nil, pool, Config{})
	require.ErrorIs(t, err, eboks.ErrConfigInvalid)

	r, err := newRunner(newScripted(), pool, quick())
	require.NoError(t, err)
	require.ErrorIs(t, r.Run(context.Background()), eboks.ErrStoreFailed, "no database")
	require.ErrorIs(t, r.Migrate(context.Background()), eboks.ErrStoreFailed)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	assert.NoError(t, r.Run(ended))
}

// A runner holds the connection's password and, in its outbox, keys.
func TestRunnerPrintsNothing(t *testing.T) {
	pool, err := pgxpool.New(context.Background(), "host=/nowhere user=dkeid password=hemmelig-æøå dbname=postgres")
	require.NoError(t, err)
	defer pool.Close()
	r, err := newRunner(newScripted(), pool, quick())
	require.NoError(t, err)
	assert.Empty(t, canary.Leaks(r, "hemmelig"))
	assert.Empty(t, canary.Leaks(*r, "hemmelig"))
	assert.NotEmpty(t, canary.Leaks(struct{ Password string }{pool.Config().ConnConfig.Password}, "hemmelig"), "the check sees it")
}
