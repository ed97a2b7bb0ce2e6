package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
)

var (
	ErrNotFound = errors.New("not found")
	ErrClosed   = errors.New("the record has moved on")
	errCapacity = errors.New("the account was made in another capacity")
)

// Store keeps accounts and records in one database, an SQLite file or a PostgreSQL. Every
// method that writes does it in one transaction, in which the account is nobody else's.
type Store struct {
	DB      *sql.DB // the outbox has its tables here too
	Dialect outbox.Dialect
	q       *queries
	vault   *Vault
	turn    chan struct{} // one writer at a time in SQLite, in the order in which they come; nil in PostgreSQL
	Now     func() time.Time
}

// Open opens the database called name, as [opendb.Open] does, brings its tables up to
// date, and checks that the keys fit what it holds.
func Open(ctx context.Context, name string, v *Vault, now func() time.Time) (*Store, error) {
	db, dialect, err := opendb.Open(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Store{DB: db, Dialect: dialect, vault: v, Now: now}
	if dialect == outbox.SQLite {
		s.turn = make(chan struct{}, 1)
	}
	if err := s.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := migrate(ctx, s.DB, s.Dialect); err != nil {
		return err
	}
	var err error
	if s.q, err = prepareQueries(ctx, s.DB, s.Dialect); err != nil {
		return err
	}
	if err := s.seed(ctx); err != nil {
		return err
	}
	return s.checkKeys(ctx)
}

// Close closes the database.
func (s *Store) Close() error { return s.DB.Close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.DB.PingContext(ctx) }

// write runs do in one transaction. SQLite has one writer, and lets those who wait for their turn look again and
// again, some for longer than others; so the writers of this program form a queue.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	if s.turn != nil {
		select {
		case s.turn <- struct{}{}:
			defer func() { <-s.turn }()
		case <-ctx.Done():
			return fmt.Errorf("store: %w", ctx.Err())
		}
	}
	return inTransaction(ctx, s.DB, do)
}

func inTransaction(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
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
