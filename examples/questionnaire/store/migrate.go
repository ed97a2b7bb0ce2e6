package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// migrate brings the tables up to date. Each file of migrations is applied once,
// in the order of its number, in a transaction of its own together with the note
// that it was: a process that dies half-way leaves nothing half done, and two
// that start at once do not do it twice.
func migrate(ctx context.Context, db *sql.DB) error {
	const versions = `CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT`
	if _, err := db.ExecContext(ctx, versions); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted by name
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	newest := 0
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("migrate: %s has no number", name)
		}
		if err := applyOnce(ctx, db, version, name); err != nil {
			return fmt.Errorf("migrate: %s: %w", name, err)
		}
		newest = max(newest, version)
	}
	var found int
	if err := db.QueryRowContext(ctx, `SELECT max(version) FROM schema_version`).Scan(&found); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if found > newest {
		return fmt.Errorf("migrate: the file was written by a newer program (version %d, this one knows %d)", found, newest)
	}
	return nil
}

func applyOnce(ctx context.Context, db *sql.DB, version int, name string) error {
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	var done bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM schema_version WHERE version = ?)`, version).Scan(&done); err != nil || done {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO schema_version (version) VALUES (?)`, version); err != nil {
		return err
	}
	return tx.Commit()
}
