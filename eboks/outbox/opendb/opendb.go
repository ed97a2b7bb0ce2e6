package opendb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"modernc.org/sqlite"               // the driver "sqlite"; no C compiler is needed

	"github.com/dkeid/dkeid/eboks/outbox"
)

// Open opens the database called name: a PostgreSQL if it begins with postgres:// or
// postgresql://, and otherwise the SQLite file at that path, which is made if it is
// missing. The caller closes it.
//
// An existing file that is not an SQLite database is an error, and is left as it is.
func Open(ctx context.Context, name string) (*sql.DB, outbox.Dialect, error) {
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		db, err := PostgreSQL(ctx, name)
		return db, outbox.PostgreSQL, err
	}
	db, err := SQLite(ctx, name)
	return db, outbox.SQLite, err
}

// PostgreSQL opens the database at that address. The error does not repeat the address,
// which may hold a password.
func PostgreSQL(ctx context.Context, address string) (*sql.DB, error) {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, errors.New("opendb: this is no address of a PostgreSQL")
	}
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, errors.New("opendb: the PostgreSQL does not answer, or does not let us in")
	}
	return db, nil
}

// magic is how an SQLite file begins (https://www.sqlite.org/fileformat.html).
const magic = "SQLite format 3\x00"

// SQLite opens the file at path with the settings that an outbox needs: WAL, synchronous
// FULL, five seconds of patience with another writer, write locks taken at the beginning of
// a transaction, and what is deleted overwritten.
func SQLite(ctx context.Context, path string) (*sql.DB, error) {
	if path == "" {
		return nil, errors.New("opendb: the name of the database is empty")
	}
	// SQLite gives its side files the mode of the main one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opendb: %w", err)
	}
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if closing := f.Close(); closing != nil {
		return nil, fmt.Errorf("opendb: %w", closing)
	}
	if !(n == 0 && err == io.EOF) && string(head[:n]) != magic {
		return nil, errors.New("opendb: the file is not an SQLite database; it was left as it is")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("opendb: %w", err)
	}
	q := url.Values{
		"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)"},
		"_txlock": {"immediate"},
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, fmt.Errorf("opendb: %w", err)
	}
	db.SetMaxOpenConns(16) // readers; more writers wait for the disk anyway
	db.SetMaxIdleConns(16)
	if err := patiently(ctx, db.PingContext); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("opendb: the file cannot be opened as an SQLite database; it was left as it is: %w", err)
	}
	return db, nil
}

// patiently opens a file that another process may be turning to WAL at this moment: then
// SQLite does not wait, whatever busy_timeout says.
func patiently(ctx context.Context, open func(context.Context) error) error {
	const tries, pause = 50, 100 * time.Millisecond
	for n := 1; ; n++ {
		err := open(ctx)
		busy, ok := errors.AsType[*sqlite.Error](err)
		if !ok || busy.Code()&0xff != sqliteBusy || n == tries {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sqliteBusy is SQLITE_BUSY (https://www.sqlite.org/rescode.html).
const sqliteBusy = 5
