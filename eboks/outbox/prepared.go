package outbox

import (
	"context"
	"database/sql"
)

// prepared are the statements of Enqueue. SQLite reads a statement anew each time, which
// takes about as long as running it. PostgreSQL's drivers remember statements themselves,
// or were told not to.
type prepared map[string]*sql.Stmt

// prepare returns the statements, or none where they are not needed. It runs before a
// transaction has its connection: there may be only one.
func (o *Outbox) prepare(ctx context.Context) (prepared, error) {
	if o.cfg.Dialect != SQLite {
		return nil, nil
	}
	o.preparing.Lock()
	defer o.preparing.Unlock()
	if o.prepared != nil {
		return o.prepared, nil
	}
	all := prepared{}
	for _, query := range []string{queueLetter, insertPart} {
		s, err := o.cfg.DB.PrepareContext(ctx, query)
		if err != nil {
			for _, s := range all {
				_ = s.Close()
			}
			return nil, err
		}
		all[query] = s
	}
	o.prepared = all
	return all, nil
}

// preparedTx is a transaction that uses what is prepared.
type preparedTx struct {
	*sql.Tx
	all prepared
}

func (t preparedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s := t.all[query]; s != nil {
		return t.StmtContext(ctx, s).ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}
