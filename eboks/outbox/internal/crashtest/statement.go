package crashtest

import (
	"context"
	"database/sql/driver"
)

// tx is a transaction.
type tx struct {
	c     *conn
	under driver.Tx
}

func (t *tx) Commit() error {
	defer t.c.p.ended()
	err := t.c.step(Commit, t.under.Commit)
	if err != nil && !t.c.p.Dead() {
		// database/sql takes the transaction for ended: nothing of it may stay.
		_ = t.c.quiet(t.under.Rollback)
	}
	return err
}

func (t *tx) Rollback() error {
	defer t.c.p.ended()
	err := t.c.step(Rollback, t.under.Rollback)
	if err != nil && !t.c.p.Dead() {
		_ = t.c.quiet(t.under.Rollback)
	}
	return err
}

// stmt is a prepared statement.
type stmt struct {
	c     *conn
	under driver.Stmt
}

func (s *stmt) NumInput() int { return s.under.NumInput() }

func (s *stmt) shut() error { return s.under.Close() }

func (s *stmt) Close() error { return s.c.done(s) }

// done closes what a connection has open.
func (c *conn) done(o closer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || !c.open[o] {
		return nil
	}
	delete(c.open, o)
	return o.shut()
}

func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }
func (s *stmt) Query([]driver.Value) (driver.Rows, error)  { return nil, driver.ErrSkip }

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.c.stepping(ctx, Exec, func(ctx context.Context) error {
		r, err = s.under.(driver.StmtExecContext).ExecContext(ctx, args)
		return err
	})
	return r, err
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.query(ctx, func(ctx context.Context) (driver.Rows, error) {
		return s.under.(driver.StmtQueryContext).QueryContext(ctx, args)
	})
}

// rows is a result. Reading it is no step: it changes nothing.
type rows struct {
	c      *conn
	under  driver.Rows
	cancel context.CancelFunc
}

func (r *rows) Columns() []string { return r.under.Columns() }

func (r *rows) Next(dest []driver.Value) error {
	return r.c.quiet(func() error { return r.under.Next(dest) })
}

func (r *rows) shut() error {
	err := r.under.Close()
	r.cancel()
	return err
}

func (r *rows) Close() error { return r.c.done(r) }
