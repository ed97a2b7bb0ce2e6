package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/eboks/outbox"
)

// errOther refuses a database that belongs to another distributor.
var errOther = errors.New("this database belongs to another distributor")

// who is the distributor that the flags name, as the database remembers it. The same
// reference is the same letter only at one distributor and for one system.
func (o *options) who() string {
	if o.url == "" {
		return "the fake"
	}
	return o.distributor + ", system " + o.system
}

// belongsTo makes the database the one of who, and returns its salt. It returns errOther
// if it is somebody else's: letters that one distributor has taken in are not sent at
// another.
func (d *database) belongsTo(ctx context.Context, who string) (salt string, err error) {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = tx.Rollback() }()
	if d.dialect == outbox.PostgreSQL { // two that make one table at once fail
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('dkeid_send_distributor'))`); err != nil {
			return "", err
		}
	}
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS dkeid_send_distributor (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, salt TEXT NOT NULL)`); err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO dkeid_send_distributor (one, name, salt) VALUES (1, CAST($1 AS TEXT), CAST($2 AS TEXT)) ON CONFLICT (one) DO NOTHING`, who, rand.Text()); err != nil {
		return "", err
	}
	var owner string
	if err := tx.QueryRowContext(ctx, `SELECT name, salt FROM dkeid_send_distributor WHERE one = 1`).Scan(&owner, &salt); err != nil {
		return "", err
	}
	if owner != who {
		return "", fmt.Errorf("%w: it is of letters to %s, and the flags say %s; give the flags of before, or another -db. Nothing was queued", errOther, owner, who)
	}
	return salt, tx.Commit()
}
