package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite": no C compiler is needed
)

//go:embed migrations/*.sql
var migrations embed.FS

var (
	ErrNotFound = errors.New("not found")
	ErrClosed   = errors.New("the record has moved on")
	errCapacity = errors.New("the account was made in another capacity")
)

// Store keeps accounts and records in one SQLite file. Every method that writes
// does it in one transaction that takes the write lock at its beginning.
type Store struct {
	db    *sql.DB
	q     *queries
	vault *Vault
	Now   func() time.Time
}

// Open opens the file at path, makes it when it is missing, brings its
// tables up to date, and checks that the keys fit what it holds.
func Open(ctx context.Context, path string, v *Vault, now func() time.Time) (*Store, error) {
	// SQLite gives its side files the mode of the main one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	dsn, err := storeAddress(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.SetMaxOpenConns(16) // more wait for the disk anyway
	s := &Store{db: db, vault: v, Now: now}
	if err := s.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

// storeAddress names the file and what every connection to it must have.
func storeAddress(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	q := url.Values{
		"_pragma": {
			"journal_mode(WAL)",   // readers do not wait for the writer
			"synchronous(FULL)",   // what was answered survives a power cut
			"busy_timeout(10000)", // milliseconds; a second writer waits its turn
			"foreign_keys(1)",
			"secure_delete(1)", // what is replaced is overwritten
		},
		"_txlock": {"immediate"},
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	return u.String(), nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := migrate(ctx, s.db); err != nil {
		return err
	}
	var err error
	if s.q, err = prepareQueries(ctx, s.db); err != nil {
		return err
	}
	return s.checkKeys(ctx)
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Ping reports whether the file answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

// write runs do in one transaction.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// toMillis and fromMillis are the form of all times in the store.
func toMillis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
