package outbox

import (
	"context"
	"database/sql"

	"github.com/dkeid/dkeid/eboks"
)

// LedgerOf is the journal as eboks.Client sees it.
func LedgerOf(o *Outbox) eboks.Ledger { return ledger{o} }

// DBOf is the database of an outbox.
func DBOf(o *Outbox) *sql.DB { return o.cfg.DB }

// PlanOfDue is how the database finds what is due, in its own words.
func PlanOfDue(ctx context.Context, o *Outbox) (plan string, err error) {
	explain := map[Dialect]string{SQLite: "EXPLAIN QUERY PLAN ", PostgreSQL: "EXPLAIN "}[o.cfg.Dialect]
	query, args := o.due("n", permit{letters: 32}, o.now())
	err = o.write(ctx, func(tx *sql.Tx) error {
		if err := o.readInOrder(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, explain+query, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		cols, _ := rows.Columns()
		for rows.Next() {
			values := make([]any, len(cols))
			for i := range values {
				values[i] = new(string)
			}
			if err := rows.Scan(values...); err != nil {
				return err
			}
			plan += *values[len(cols)-1].(*string) + "\n"
		}
		return rows.Err()
	})
	return plan, err
}
