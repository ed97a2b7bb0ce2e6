package crashtest

import (
	"context"
	"database/sql/driver"
	"sync"
)

// closer is a statement or a result that a connection has open.
type closer interface{ shut() error }

// conn is one connection. Its lock lets it be cut while it is in use.
type conn struct {
	p     *Process
	under driver.Conn

	mu   sync.Mutex
	open map[closer]bool
	gone bool
}

// cut closes the connection as the end of its process does: without a commit. SQLite
// keeps a connection, and its locks, while it has open statements.
func (c *conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close()
}

func (c *conn) close() error {
	if c.gone {
		return nil
	}
	c.gone = true
	for o := range c.open {
		_ = o.shut()
	}
	return c.under.Close()
}

// step does one step on the connection.
func (c *conn) step(what string, do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.p.Step(what, func() error {
		if c.gone {
			return driver.ErrBadConn
		}
		return do()
	})
}

// quiet does what is no step of its own.
func (c *conn) quiet(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || c.p.Dead() {
		return ErrDead
	}
	return do()
}

// stepping is step with a context that ends with the process.
func (c *conn) stepping(ctx context.Context, what string, do func(ctx context.Context) error) error {
	ctx, cancel := c.p.lasting(ctx)
	defer cancel()
	return c.step(what, func() error { return do(ctx) })
}

func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.p.forget(c)
	return c.close()
}

func (c *conn) Ping(ctx context.Context) error {
	return c.stepping(ctx, Ping, func(ctx context.Context) error { return c.under.(driver.Pinger).Ping(ctx) })
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.stepping(ctx, Exec, func(ctx context.Context) error {
		r, err = c.under.(driver.ExecerContext).ExecContext(ctx, query, args)
		return err
	})
	return r, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(ctx, func(ctx context.Context) (driver.Rows, error) {
		return c.under.(driver.QueryerContext).QueryContext(ctx, query, args)
	})
}

// query asks for a result. The context lasts until that is closed.
func (c *conn) query(ctx context.Context, do func(context.Context) (driver.Rows, error)) (driver.Rows, error) {
	ctx, cancel := c.p.lasting(ctx)
	var made *rows
	err := c.step(Query, func() error {
		under, err := do(ctx)
		if err != nil {
			return err
		}
		made = &rows{c: c, under: under, cancel: cancel}
		c.open[made] = true
		return nil
	})
	if err != nil {
		if made == nil {
			cancel()
		}
		return nil, err
	}
	return made, nil
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	var made *stmt
	err := c.stepping(ctx, Prepare, func(ctx context.Context) error {
		under, err := c.under.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		made = &stmt{c: c, under: under}
		c.open[made] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx hands ctx on as it is: a driver may keep it for the whole transaction.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	var made *tx
	err := c.step(Begin, func() error {
		under, err := c.under.(driver.ConnBeginTx).BeginTx(ctx, o)
		if err != nil {
			return err
		}
		made = &tx{c: c, under: under}
		c.p.begun()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.under.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *conn) ResetSession(ctx context.Context) error {
	if c.p.Dead() {
		return driver.ErrBadConn
	}
	if resetter, ok := c.under.(driver.SessionResetter); ok {
		return c.quiet(func() error { return resetter.ResetSession(ctx) })
	}
	return nil
}

func (c *conn) IsValid() bool {
	valid := true
	err := c.quiet(func() error {
		if v, ok := c.under.(driver.Validator); ok {
			valid = v.IsValid()
		}
		return nil
	})
	return err == nil && valid
}
