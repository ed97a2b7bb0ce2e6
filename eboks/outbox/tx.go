package outbox

import (
	"context"
	"database/sql"
	"errors"
)

// Tx is the caller's transaction: an *sql.Tx, or what [Pgx] makes of a pgx.Tx.
type Tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Pgx makes a Tx of a pgx.Tx. This package does not import pgx: T is pgx's
// pgconn.CommandTag, and Go infers it.
func Pgx[T interface{ RowsAffected() int64 }](tx interface {
	Exec(ctx context.Context, query string, args ...any) (T, error)
}) Tx {
	return pgxTx[T]{tx}
}

type pgxTx[T interface{ RowsAffected() int64 }] struct {
	tx interface {
		Exec(ctx context.Context, query string, args ...any) (T, error)
	}
}

func (p pgxTx[T]) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tag, err := p.tx.Exec(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return affected(tag.RowsAffected()), nil
}

// affected is how many rows a statement changed, or found.
type affected int64

func (affected) LastInsertId() (int64, error) {
	return 0, errors.New("outbox: PostgreSQL has no last id")
}

func (n affected) RowsAffected() (int64, error) { return int64(n), nil }

// affects runs a statement and reports whether it wrote a row.
func affects(ctx context.Context, tx Tx, query string, args ...any) (bool, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// exists reports whether a SELECT finds a row. PostgreSQL counts the rows of a SELECT
// also where nobody reads them.
func exists(ctx context.Context, tx Tx, query string, args ...any) (bool, error) {
	if q, ok := tx.(querier); ok {
		var one int
		err := q.QueryRowContext(ctx, query, args...).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	}
	return affects(ctx, tx, query, args...)
}
