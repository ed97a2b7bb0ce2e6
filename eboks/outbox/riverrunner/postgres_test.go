package riverrunner

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pgtest"
)

// patience is for what takes a fraction of it on a quiet machine.
const patience = 30 * time.Second

// Each test has a database of its own on one server.
func TestWithPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	for i, c := range []struct {
		name string
		test func(t *testing.T, pool *pgxpool.Pool)
	}{
		{"migrations by many at once", testMigrations},
		{"letters are sent", testLettersAreSent},
		{"letter and job in one transaction", testTransaction},
		{"waits", testWaits},
		{"a journal that fails", testJournalFails},
		{"a panic", testPanic},
		{"the sweep heals", testSweepHeals},
		{"the sweep looks at the front of the line", testSweepFront},
		{"a sweep that is stuck", testStuckSweep},
		{"once in a period", testClock},
		{"oldest first after a pause", testPause},
		{"clean stop", testCleanStop},
		{"a stop that takes too long", testSlowStop},
		{"a client that is there already", testConfigure},
		{"no tables", testNoTables},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, database(t, server, fmt.Sprintf("t%d", i)))
		})
	}
}

// database makes a database on a server.
func database(t testing.TB, server, name string) *pgxpool.Pool {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	require.NoError(t, err)
	cfg, err := pgxpool.ParseConfig(server + " dbname=" + name)
	require.NoError(t, err)
	cfg.MaxConns = 12
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// quick is a configuration that does not keep a test waiting.
func quick() Config {
	return Config{Queue: "letters", SweepEvery: time.Second, ReceiveEvery: time.Second, Grace: 5 * time.Second}
}

// migrated returns a runner with River's tables, which leaves every letter to River.
func migrated(t testing.TB, e engine, pool *pgxpool.Pool, cfg Config) *Runner {
	t.Helper()
	r, err := newRunner(e, pool, cfg)
	require.NoError(t, err)
	require.NoError(t, r.Migrate(context.Background()))
	r.tryEvery = 0 // what River does alone
	return r
}

// start runs r until the returned function is called, which returns what Run returned.
func start(t testing.TB, r *Runner) (stop func() error) {
	t.Helper()
	return startRun(t, r.Run)
}

// startRun calls run, and ends it when the returned function is called, or the test ends.
func startRun(t testing.TB, run func(context.Context) error) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	var result error
	stopped := false
	stop = func() error {
		if !stopped {
			stopped = true
			cancel()
			result = <-ended
		}
		return result
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, 10*time.Millisecond, what)
}

// count returns how many rows of River's jobs a condition admits.
func count(t testing.TB, pool *pgxpool.Pool, where string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, pool.QueryRow(context.Background(), "SELECT count(*) FROM river_job WHERE "+where, args...).Scan(&n))
	return n
}

func execute(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	_, err := pool.Exec(context.Background(), sql, args...)
	require.NoError(t, err)
}
