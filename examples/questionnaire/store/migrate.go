package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/eboks/outbox"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables up to date. Each file of the dialect's folder is applied once,
// in the order of its number, in a transaction of its own together with the note
// that it was: a process that dies half-way leaves nothing half done, and two
// that start at once do not do it twice.
func migrate(ctx context.Context, db *sql.DB, dialect outbox.Dialect) error {
	lock, folder := "", "sqlite"
	if dialect == outbox.PostgreSQL {
		lock, folder = "SELECT pg_advisory_xact_lock(4711)", "postgresql" // any number that nobody else takes
	}
	const versions = `CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)`
	if err := inTransaction(ctx, db, func(tx *sql.Tx) error { return execAll(ctx, tx, lock, versions) }); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	names, err := fs.Glob(migrations, "migrations/"+folder+"/*.sql") // sorted by name
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	newest := 0
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		if newest, err = strconv.Atoi(number); err != nil {
			return fmt.Errorf("migrate: %s has no number", name)
		}
		script, err := migrations.ReadFile(name)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		if err := inTransaction(ctx, db, func(tx *sql.Tx) error { return applyOnce(ctx, tx, lock, newest, string(script)) }); err != nil {
			return fmt.Errorf("migrate: %s: %w", name, err)
		}
	}
	var found int
	if err := db.QueryRowContext(ctx, `SELECT max(version) FROM schema_version`).Scan(&found); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if found > newest {
		return fmt.Errorf("migrate: the database was written by a newer program (version %d, this one knows %d)", found, newest)
	}
	return nil
}

func applyOnce(ctx context.Context, tx *sql.Tx, lock string, version int, script string) error {
	if err := execAll(ctx, tx, lock); err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO schema_version (version) VALUES ($1) ON CONFLICT DO NOTHING`, version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return execAll(ctx, tx, script)
}

func execAll(ctx context.Context, tx *sql.Tx, statements ...string) error {
	for _, s := range statements {
		if s == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
