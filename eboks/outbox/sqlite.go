package outbox

import (
	"context"
	"strings"

	"github.com/dkeid/dkeid/eboks"
)

// checkSQLite refuses a database that could forget what it was told, by the name of the
// setting. Pragmas hold for one connection, so they belong into the address of the
// database, where every connection gets them.
func (o *Outbox) checkSQLite(ctx context.Context) error {
	const op = "migrate"
	refuse := func(why string) error {
		return fail(op, eboks.ID{}, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Decide, Why: why})
	}
	conn, err := o.cfg.DB.Conn(ctx)
	if err != nil {
		return storeFailed(op, eboks.ID{}, err, "the database cannot be opened; it was left as it is")
	}
	defer func() { _ = conn.Close() }()
	pragma := func(name string) (value string, err error) {
		err = conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value)
		return value, err
	}
	mode, err := pragma("journal_mode")
	if err != nil {
		return storeFailed(op, eboks.ID{}, err, "the file cannot be read as an SQLite database; it was left as it is")
	}
	if !strings.EqualFold(mode, "wal") {
		return refuse("journal_mode of SQLite must be WAL, and is " + strings.ToUpper(mode) + "; add _pragma=journal_mode(WAL) to the address of the database")
	}
	if sync, err := pragma("synchronous"); err != nil || sync != "2" && sync != "3" { // FULL, EXTRA
		return refuse("synchronous of SQLite must be FULL; add _pragma=synchronous(FULL) to the address of the database")
	}
	if wait, err := pragma("busy_timeout"); err != nil || wait == "0" {
		return refuse("busy_timeout of SQLite must not be 0; add _pragma=busy_timeout(10000) to the address of the database")
	}
	var number int
	var name, file string
	if err := conn.QueryRowContext(ctx, "PRAGMA database_list").Scan(&number, &name, &file); err != nil {
		return storeFailed(op, eboks.ID{}, err, "the place of the database cannot be read")
	}
	if kind := networkFileSystem(file); kind != "" {
		return refuse("the SQLite file is on a network file system (" + kind + "), where two machines can write at once; use a local disk, or PostgreSQL")
	}
	return nil
}
