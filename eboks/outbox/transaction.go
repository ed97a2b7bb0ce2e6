package outbox

import (
	"context"
	"database/sql"
	"time"
)

// storeTimeout bounds one transaction of the journal.
const storeTimeout = 15 * time.Second

// storing is a context for what must be stored whatever the caller's does.
func storing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
}

// write runs do in one transaction that takes SQLite's write lock at its beginning, so
// that it waits there for its turn and nowhere else.
func (o *Outbox) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	return o.transaction(ctx, func(tx *sql.Tx) error {
		if o.cfg.Dialect == SQLite {
			if _, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_turn SET turns = turns + 1`); err != nil {
				return err
			}
		}
		return do(tx)
	})
}

func (o *Outbox) transaction(ctx context.Context, do func(tx *sql.Tx) error) error {
	var options *sql.TxOptions
	if o.cfg.Dialect == PostgreSQL { // the application's default may be another
		options = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	tx, err := o.cfg.DB.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// micros is the stored form of a time; 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// timeOf is the time of its stored form.
func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// orNull is a time in a column where there may be none.
func orNull(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: micros(t), Valid: !t.IsZero()} }
