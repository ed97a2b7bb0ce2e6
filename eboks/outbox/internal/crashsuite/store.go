// Package crashsuite tries to lose and to double letters: an application queues letters
// in its own transactions, dies at any step, is started again, and then its rows, the
// journal and the distributor's books are compared. What runs the outbox is the
// test's: its own loop, Step by hand, or another engine.
package crashsuite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/dkeid/dkeid/eboks/outbox"
)

// Store is a database that a test has for itself, empty at first.
type Store struct {
	Dialect  outbox.Dialect
	Database driver.Connector
	// DSN is its address, for another process; File is where an SQLite database is.
	DSN, File string
	// DB reaches it past all faults.
	DB *sql.DB
}

// Stores makes empty databases of one kind.
type Stores struct {
	Dialect outbox.Dialect
	dsn     string // of a PostgreSQL
	schemas atomic.Int64
}

// OnBoth runs a test on SQLite, and on the PostgreSQL that dsn gives it.
func OnBoth(t *testing.T, dsn func(testing.TB) string, test func(t *testing.T, s *Stores)) {
	t.Run("SQLite", func(t *testing.T) { test(t, OnSQLite()) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, OnPostgreSQL(dsn(t))) })
}

// OnSQLite makes databases in files.
func OnSQLite() *Stores { return &Stores{Dialect: outbox.SQLite} }

// OnPostgreSQL makes schemas in an empty database.
func OnPostgreSQL(dsn string) *Stores { return &Stores{Dialect: outbox.PostgreSQL, dsn: dsn} }

// Open makes an empty database.
func (s *Stores) Open(tb testing.TB) *Store {
	tb.Helper()
	if s.Dialect == outbox.SQLite {
		return OpenFile(tb, filepath.Join(Dir(tb), "breve æøå.db"))
	}
	schema := fmt.Sprintf("test%d", s.schemas.Add(1))
	conn, err := pgx.Connect(context.Background(), s.dsn)
	require.NoError(tb, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(context.Background(), "CREATE SCHEMA "+schema)
	require.NoError(tb, err)
	return OpenServer(tb, s.dsn+" search_path="+schema)
}

// OpenFile opens the SQLite database in a file.
func OpenFile(tb testing.TB, file string) *Store {
	tb.Helper()
	dsn := "file:" + file + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	c, err := sqlite.NewConnector(dsn)
	require.NoError(tb, err)
	return opened(tb, &Store{Dialect: outbox.SQLite, Database: c, DSN: dsn, File: file})
}

// OpenServer opens a schema of a PostgreSQL.
func OpenServer(tb testing.TB, dsn string) *Store {
	tb.Helper()
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(tb, err)
	return opened(tb, &Store{Dialect: outbox.PostgreSQL, Database: stdlib.GetConnector(*cfg), DSN: dsn})
}

func opened(tb testing.TB, s *Store) *Store {
	s.DB = sql.OpenDB(s.Database)
	tb.Cleanup(s.Close)
	return s
}

// Close closes DB. The end of the test does so too.
func (s *Store) Close() { _ = s.DB.Close() }

// memory is a folder that is kept in memory where there is one. These tests end
// processes and no machines, so it does not matter what a disk would have kept.
const memory = "/dev/shm"

// Dir is a folder for one test, in memory if possible.
func Dir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp(memory, "dkeid-")
	if err != nil {
		return tb.TempDir()
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
