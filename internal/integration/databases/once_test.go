package databases

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pgtest"
	"github.com/dkeid/dkeid/mitid"
)

// usedLogins is a mitid.Once in a database that all replicas share. The primary
// key decides between two that ask at once.
type usedLogins struct{ db *sql.DB }

var _ mitid.Once = usedLogins{}

func (u usedLogins) create(ctx context.Context) error {
	_, err := u.db.ExecContext(ctx, `CREATE TABLE used_login (handle CHAR(22) PRIMARY KEY, expires BIGINT NOT NULL)`)
	return err
}

// Use is one statement, understood by PostgreSQL and SQLite alike.
func (u usedLogins) Use(ctx context.Context, handle string, expires time.Time) (first bool, err error) {
	res, err := u.db.ExecContext(ctx, `INSERT INTO used_login (handle, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING`, handle, expires.Unix())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// forget is for a job that runs now and then.
func (u usedLogins) forget(ctx context.Context, now time.Time) error {
	_, err := u.db.ExecContext(ctx, `DELETE FROM used_login WHERE expires < $1`, now.Unix())
	return err
}

func TestOnceInSQLite(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	db.SetMaxOpenConns(1) // each connection to :memory: is a database of its own
	testOnce(t, db)
}

func TestOnceInPostgreSQL(t *testing.T) {
	db, err := sql.Open("pgx", pgtest.Start(t, pgtest.Options{}))
	require.NoError(t, err)
	testOnce(t, db)
}

// testOnce uses each of ten handles from eight replicas at once: one is the first.
func testOnce(t *testing.T, db *sql.DB) {
	t.Cleanup(func() { _ = db.Close() })
	used, expires := usedLogins{db}, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	require.NoError(t, used.create(t.Context()))
	for handle := range 10 {
		var first atomic.Int32
		var replicas sync.WaitGroup
		for range 8 {
			replicas.Go(func() {
				ok, err := used.Use(t.Context(), "abcdefghijklmnopqrstu"+string(rune('0'+handle)), expires)
				if err != nil {
					t.Error(err)
				}
				if ok {
					first.Add(1)
				}
			})
		}
		replicas.Wait()
		require.EqualValues(t, 1, first.Load())
	}
	left := func() (n int) {
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM used_login").Scan(&n))
		return n
	}
	require.NoError(t, used.forget(t.Context(), expires))
	require.Equal(t, 10, left(), "they have not expired")
	require.NoError(t, used.forget(t.Context(), expires.Add(time.Second)))
	require.Zero(t, left())
}
