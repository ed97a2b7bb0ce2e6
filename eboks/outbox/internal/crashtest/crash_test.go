package crashtest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, database driver.Connector)) {
	t.Run("SQLite", func(t *testing.T) {
		c, err := sqlite.NewConnector("file:" + filepath.Join(t.TempDir(), "æøå.db") + "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)")
		require.NoError(t, err)
		test(t, c)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		cfg, err := pgx.ParseConfig(pgtest.Start(t, pgtest.Options{}))
		require.NoError(t, err)
		test(t, stdlib.GetConnector(*cfg))
	})
}

// scenario writes two rows in one transaction, and another by itself.
func scenario(db *sql.DB) (err error) {
	ctx := context.Background()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO brev VALUES ($1, $2)")
	if err != nil {
		return err
	}
	for n, name := range []string{"Åse", "Øjvind"} {
		if _, err := insert.ExecContext(ctx, n, name); err != nil {
			return err
		}
	}
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM brev").Scan(&n); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO brev VALUES ($1, $2)", 2, "Ægidius")
	return err
}

func count(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow("SELECT count(*) FROM brev").Scan(&n))
	return n
}

// TestDeathAtEveryStep dies at each step of the scenario, before and after it: what was
// committed is there, and nothing else, and nobody's lock is left.
func TestDeathAtEveryStep(t *testing.T) {
	onBoth(t, func(t *testing.T, database driver.Connector) {
		clean := sql.OpenDB(database)
		defer func() { _ = clean.Close() }()
		_, err := clean.Exec("CREATE TABLE brev (n int, navn text)")
		require.NoError(t, err)
		run := func(plan crashtest.Plan) (*crashtest.Process, int, error) {
			_, err := clean.Exec("DELETE FROM brev")
			require.NoError(t, err)
			p := crashtest.New(plan)
			db := sql.OpenDB(p.Connector(database))
			err = scenario(db)
			p.Bury()
			n := count(t, clean)
			_ = db.Close()
			return p, n, err
		}
		p, n, err := run(crashtest.Plan{})
		require.NoError(t, err)
		require.Equal(t, 3, n)
		steps := p.Steps()
		require.Equal(t, []string{"connect", "begin", "prepare", "exec", "exec", "query", "commit", "exec"}, steps)
		for i := range steps {
			for _, after := range []bool{false, true} {
				p, n, err := run(crashtest.Plan{Step: i + 1, After: after})
				require.ErrorIs(t, err, crashtest.ErrDead)
				require.True(t, p.Dead())
				want := 0
				switch {
				case i == 7 && after:
					want = 3
				case i == 7, i == 6 && after:
					want = 2
				}
				require.Equal(t, want, n, "%s, after: %v", steps[i], after)
				require.Equal(t, steps[:i+1], p.Steps(), "a dead process does nothing")
			}
			full := errors.New("database or disk is full")
			p, n, err := run(crashtest.Plan{Step: i + 1, Err: full})
			require.ErrorIs(t, err, full)
			require.False(t, p.Dead())
			want := 0
			if i == 7 {
				want = 2
			}
			require.Equal(t, want, n, steps[i])
		}
	})
}

// TestReadersAndWaitersDie kills a process that reads a result in one connection, has a
// prepared statement in a second, and holds a lock in a third.
func TestReadersAndWaitersDie(t *testing.T) {
	onBoth(t, func(t *testing.T, database driver.Connector) {
		clean := sql.OpenDB(database)
		defer func() { _ = clean.Close() }()
		_, err := clean.Exec("CREATE TABLE brev (n int, navn text)")
		require.NoError(t, err)
		require.NoError(t, scenario(clean))
		p := crashtest.New(crashtest.Plan{})
		db := sql.OpenDB(p.Connector(database))
		defer func() { _ = db.Close() }()
		read, err := db.Query("SELECT n FROM brev")
		require.NoError(t, err)
		require.True(t, read.Next())
		prepared, err := db.Prepare("UPDATE brev SET navn = $1")
		require.NoError(t, err)
		tx, err := db.Begin()
		require.NoError(t, err)
		_, err = tx.Exec("UPDATE brev SET navn = 'Åge'")
		require.NoError(t, err)
		require.False(t, p.Idle(), "a transaction is open")
		p.Kill()
		p.Kill()
		<-p.Died()
		p.Bury()
		require.False(t, read.Next())
		require.ErrorIs(t, read.Err(), crashtest.ErrDead)
		require.ErrorIs(t, tx.Commit(), crashtest.ErrDead)
		_, err = prepared.Exec("Åge")
		require.ErrorIs(t, err, crashtest.ErrDead)
		require.ErrorIs(t, db.Ping(), crashtest.ErrDead)
		require.ErrorIs(t, p.Step("send", func() error { return io.EOF }), crashtest.ErrDead)
		_, err = clean.Exec("UPDATE brev SET navn = 'Ægir' WHERE navn = 'Åse'")
		require.NoError(t, err, "no lock is left")
		require.Equal(t, 3, count(t, clean))
	})
}

// TestSickAndWell fails steps as long as it says so.
func TestSickAndWell(t *testing.T) {
	onBoth(t, func(t *testing.T, database driver.Connector) {
		p := crashtest.New(crashtest.Plan{})
		db := sql.OpenDB(p.Connector(database))
		defer func() { _ = db.Close() }()
		_, err := db.Exec("CREATE TABLE brev (n int, navn text)")
		require.NoError(t, err)
		full := errors.New("database or disk is full")
		p.Sicken(func(step string) error {
			if step == crashtest.Commit {
				return full
			}
			return nil
		})
		require.ErrorIs(t, scenario(db), full)
		require.Equal(t, 0, count(t, db), "what was not committed is gone")
		p.Sicken(nil)
		require.NoError(t, scenario(db))
		require.True(t, p.Idle())
		require.Equal(t, 3, count(t, db))
		require.NoError(t, db.Ping())
	})
}
