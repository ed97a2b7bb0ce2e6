package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
)

// database is what -db names, with the key that seals what is in it.
type database struct {
	*sql.DB
	dialect outbox.Dialect
	key     []byte
	path    string      // of the file, if it is one
	file    os.FileInfo // as it was opened
}

// openDatabase opens the database and finds its key. A file that is no database is left as
// it is.
func openDatabase(ctx context.Context, o *options) (*database, error) {
	key, err := keyFromEnvironment()
	if err != nil {
		return nil, err
	}
	var db *sql.DB
	var dialect outbox.Dialect
	if err := patiently(ctx, func() (err error) {
		db, dialect, err = opendb.Open(ctx, o.db)
		return err
	}); err != nil {
		return nil, err
	}
	d := &database{DB: db, dialect: dialect, key: key}
	if dialect == outbox.SQLite {
		d.path = o.db
		d.file, err = os.Stat(o.db)
	}
	if err == nil && key == nil {
		d.key, err = keyOf(o.keyPath(), func() (bool, error) { return d.inUse(ctx) })
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return d, nil
}

// keyPath is where the key of the database is kept if OUTBOX_KEY is not set.
func (o *options) keyPath() string {
	if strings.HasPrefix(o.db, "postgres://") || strings.HasPrefix(o.db, "postgresql://") {
		return filepath.Join(filepath.Dir(o.list), "outbox.key")
	}
	return o.db + ".key"
}

// inPlace returns an error if the file of the database was removed or replaced: what is
// recorded in it now is lost when the process ends.
func (d *database) inPlace() error {
	if d.path == "" {
		return nil
	}
	now, err := os.Stat(d.path)
	if err == nil && os.SameFile(d.file, now) {
		return nil
	}
	return errors.New("the file of the database was removed or replaced while letters were sent, and nothing more is sent; keep this report and put the file back as it was: a new start without it sends every letter again")
}

// inUse reports whether an outbox is in the database, and so something that was sealed.
func (d *database) inUse(ctx context.Context) (found bool, err error) {
	query := `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'eboks_outbox_migrations')`
	if d.dialect == outbox.PostgreSQL {
		query = `SELECT to_regclass('eboks_outbox_migrations') IS NOT NULL`
	}
	err = d.QueryRowContext(ctx, query).Scan(&found)
	return found, err
}
