package databases

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
)

// sqlLedger is an eboks.Ledger in a table, on SQLite or PostgreSQL: what a user would
// write, with the stored forms of package eboks.
type sqlLedger struct {
	db   *sql.DB
	lock string // behind a SELECT that is followed by a write
}

const ledgerTable = `CREATE TABLE IF NOT EXISTS letters (
	id TEXT PRIMARY KEY, digest %[1]s NOT NULL, state TEXT NOT NULL, version BIGINT NOT NULL, owner TEXT NOT NULL, lease BIGINT NOT NULL,
	at BIGINT NOT NULL, offers INT NOT NULL, doubts INT NOT NULL, missing BIGINT NOT NULL, sum %[1]s NOT NULL, status TEXT NOT NULL,
	reference TEXT NOT NULL, taken BIGINT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, reachability TEXT NOT NULL, what_then TEXT NOT NULL)`

const ledgerColumns = `id, digest, state, version, owner, lease, at, offers, doubts, missing, sum, status, reference, taken, kind, code, reachability, what_then`

func (l *sqlLedger) Load(ctx context.Context, ids []eboks.ID) ([]eboks.Entry, error) {
	es := make([]eboks.Entry, len(ids))
	for i, id := range ids {
		var err error
		if es[i], err = l.read(ctx, l.db.QueryRowContext, id, ""); err != nil {
			return nil, err
		}
	}
	return es, nil
}

func (l *sqlLedger) Claim(ctx context.Context, fresh []eboks.Entry, owner string, lease time.Duration) ([]eboks.Entry, error) {
	now := make([]eboks.Entry, len(fresh))
	err := l.write(ctx, func(tx *sql.Tx) error {
		for i, f := range fresh {
			f.Lease, f.Owner, f.Version = f.At.Add(lease), owner, 1
			// If there is no row, this makes the one to lock.
			created, err := l.put(ctx, tx, "INSERT INTO letters ("+ledgerColumns+") VALUES (%s) ON CONFLICT (id) DO NOTHING", f)
			if err != nil {
				return err
			}
			e, err := l.read(ctx, tx.QueryRowContext, f.ID, l.lock)
			if err != nil {
				return err
			}
			now[i] = e
			foreign := e.Owner != "" && e.Owner != owner
			if created || e.State != eboks.LetterWaiting && e.State != eboks.LetterUnknown || foreign && e.Lease.After(f.At) {
				continue
			}
			if foreign {
				e.State, e.Missing = eboks.LetterUnknown, time.Time{}
			}
			e.Owner, e.Lease, e.Version = owner, f.Lease, e.Version+1
			if err := l.update(ctx, tx, e); err != nil {
				return err
			}
			now[i] = e
		}
		return nil
	})
	return now, err
}

func (l *sqlLedger) Settle(ctx context.Context, entries []eboks.Entry) (stale []eboks.Entry, err error) {
	err = l.write(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			known, err := l.read(ctx, tx.QueryRowContext, e.ID, l.lock)
			switch {
			case err != nil:
				return err
			case known.Version != e.Version:
				stale = append(stale, known)
				continue
			}
			e.Version++
			if err := l.update(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return stale, err
}

func (l *sqlLedger) update(ctx context.Context, tx *sql.Tx, e eboks.Entry) error {
	_, err := l.put(ctx, tx, "UPDATE letters SET ("+ledgerColumns+") = (%s) WHERE id = $1", e)
	return err
}

func (l *sqlLedger) put(ctx context.Context, tx *sql.Tx, query string, e eboks.Entry) (changed bool, err error) {
	values := []any{e.ID, e.Digest[:], e.State, e.Version, e.Owner, micros(e.Lease), micros(e.At), e.Offers, e.Doubts, micros(e.Missing), e.SHA256[:],
		e.Status, e.Reference, micros(e.TakenAt), e.Kind, e.Code, e.Reachability, e.Then}
	places := make([]string, len(values))
	for i := range places {
		places[i] = fmt.Sprint("$", i+1)
	}
	res, err := tx.ExecContext(ctx, fmt.Sprintf(query, strings.Join(places, ", ")), values...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (l *sqlLedger) read(ctx context.Context, query func(context.Context, string, ...any) *sql.Row, id eboks.ID, lock string) (e eboks.Entry, err error) {
	var digest, sum []byte
	var lease, at, missing, taken int64
	err = query(ctx, "SELECT "+ledgerColumns+" FROM letters WHERE id = $1"+lock, id).Scan(&e.ID, &digest, &e.State, &e.Version, &e.Owner, &lease, &at, &e.Offers, &e.Doubts,
		&missing, &sum, &e.Status, &e.Reference, &taken, &e.Kind, &e.Code, &e.Reachability, &e.Then)
	if errors.Is(err, sql.ErrNoRows) {
		return eboks.Entry{}, nil
	}
	copy(e.Digest[:], digest)
	copy(e.SHA256[:], sum)
	e.Lease, e.At, e.Missing, e.TakenAt = fromMicros(lease), fromMicros(at), fromMicros(missing), fromMicros(taken)
	return e, err
}

func (l *sqlLedger) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func openSQLite(t testing.TB, path string) *sqlLedger {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	_, err = db.Exec(fmt.Sprintf(ledgerTable, "BLOB"))
	require.NoError(t, err)
	return &sqlLedger{db: db}
}

func openPostgreSQL(t testing.TB, dsn string) *sqlLedger {
	t.Helper()
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	db := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.Exec(fmt.Sprintf(ledgerTable, "BYTEA"))
	require.NoError(t, err)
	return &sqlLedger{db: db, lock: " FOR UPDATE"}
}

func TestLedgerInSQLite(t *testing.T) {
	ledgersuite.Test(t, func(tb testing.TB, _ []eboks.ID) (one, other eboks.Ledger) {
		path := filepath.Join(tb.(*testing.T).TempDir(), "brevbog æøå.db")
		return openSQLite(tb, path), openSQLite(tb, path)
	})
}
