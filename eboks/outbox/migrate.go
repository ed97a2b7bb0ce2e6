package outbox

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/seal"
)

//go:embed migrations
var migrations embed.FS

// migrationLock is the advisory lock of PostgreSQL under which one process at a time
// changes tables: "dkeid ob" as a number.
const migrationLock = 0x646b656964206f62

// Migrate checks that the database keeps what it is told, and makes the tables or brings
// them up to date. Their names begin with eboks_outbox_. Changes go forwards only, each in
// one transaction. Any number of processes may call it at once.
//
// Errors: ConfigInvalid if the database is not set up as it must be, or was written by a
// newer version of this package, or with other Keys; StoreFailed.
func (o *Outbox) Migrate(ctx context.Context) error {
	const op = "migrate"
	check := o.checkSQLite
	if o.cfg.Dialect == PostgreSQL {
		check = o.checkPostgreSQL
	}
	if err := check(ctx); err != nil {
		return err
	}
	names, err := fs.Glob(migrations, o.cfg.Dialect.folder()+"/*.sql") // sorted
	if err != nil {
		return storeFailed(op, eboks.ID{}, err, "the migrations cannot be read")
	}
	const version = `SELECT max(version) FROM eboks_outbox_migrations`
	newest, found := len(names), 0
	// Where the tables are up to date, a role that may make none can work with them.
	if err := o.cfg.DB.QueryRowContext(ctx, version).Scan(&found); err != nil || found < newest {
		for _, name := range names {
			if newest, err = o.apply(ctx, name); err != nil {
				return storeFailed(op, eboks.ID{}, err, "the tables could not be made; nothing was changed by "+path.Base(name))
			}
		}
		if err := o.cfg.DB.QueryRowContext(ctx, version).Scan(&found); err != nil {
			return storeFailed(op, eboks.ID{}, err, "the version of the tables cannot be read")
		}
	}
	if found > newest {
		return fail(op, eboks.ID{}, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Decide,
			Why: fmt.Sprintf("a newer version of this package wrote the tables (version %d; this one knows %d); update the program", found, newest)})
	}
	return o.checkKeys(ctx)
}

// checkPostgreSQL refuses a database that forgets what it has confirmed.
func (o *Outbox) checkPostgreSQL(ctx context.Context) error {
	var sync string
	if err := o.cfg.DB.QueryRowContext(ctx, `SHOW synchronous_commit`).Scan(&sync); err != nil {
		return storeFailed("migrate", eboks.ID{}, err, "the settings of the database cannot be read")
	}
	if sync == "off" {
		return fail("migrate", eboks.ID{}, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Decide,
			Why: "synchronous_commit of PostgreSQL must not be off; ALTER ROLE … SET synchronous_commit = on for the role of the outbox"})
	}
	return nil
}

// apply makes one change unless it was made before, and returns its number.
func (o *Outbox) apply(ctx context.Context, name string) (version int, err error) {
	number, _, _ := strings.Cut(path.Base(name), "_")
	if version, err = strconv.Atoi(number); err != nil {
		return 0, err
	}
	script, err := migrations.ReadFile(name)
	if err != nil {
		return 0, err
	}
	const log = `CREATE TABLE IF NOT EXISTS eboks_outbox_migrations (version INTEGER PRIMARY KEY, at BIGINT NOT NULL)`
	if o.cfg.Dialect == SQLite {
		if _, err := o.cfg.DB.ExecContext(ctx, log); err != nil {
			return 0, err
		}
	}
	return version, o.transaction(ctx, func(tx *sql.Tx) error {
		if o.cfg.Dialect == PostgreSQL {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, log); err != nil {
				return err
			}
		}
		fresh, err := affects(ctx, tx, `INSERT INTO eboks_outbox_migrations VALUES ($1, $2) ON CONFLICT (version) DO NOTHING`, version, micros(o.now()))
		if err != nil || !fresh {
			return err
		}
		_, err = tx.ExecContext(ctx, string(script))
		return err
	})
}

// checkKeys refuses keys that do not open what the first process sealed with its own.
func (o *Outbox) checkKeys(ctx context.Context) error {
	const op, name = "migrate", "key"
	err := o.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO eboks_outbox_channel (sender, until, since, kind, http, why, certificate, alarmed, round, cursor, key)
			VALUES ($1, 0, 0, '', 0, '', '', 0, 0, '', $2) ON CONFLICT (sender) DO NOTHING`, o.name, o.letters.SealBytes(name, []byte(o.name))); err != nil {
			return err
		}
		var sealed []byte
		if err := tx.QueryRowContext(ctx, `SELECT key FROM eboks_outbox_channel WHERE sender = $1`, o.name).Scan(&sealed); err != nil {
			return err
		}
		if _, err := o.letters.OpenBytes(name, sealed); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET key = $2 WHERE sender = $1`, o.name, o.letters.SealBytes(name, []byte(o.name)))
		return err
	})
	switch {
	case err == seal.ErrOpen:
		return fail(op, eboks.ID{}, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Decide,
			Why: "Keys do not open what is in the database; add the key that was used before"})
	case err != nil:
		return storeFailed(op, eboks.ID{}, err, "the keys could not be checked")
	}
	return nil
}
