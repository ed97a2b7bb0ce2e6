package crashtest

import (
	"context"
	"database/sql/driver"
)

// The steps of a database connection, for [Process.Sicken] and [Process.Steps].
const (
	Connect  = "connect"
	Ping     = "ping"
	Prepare  = "prepare"
	Begin    = "begin"
	Exec     = "exec"
	Query    = "query"
	Commit   = "commit"
	Rollback = "rollback"
)

// Connector is the database behind another driver, as the process reaches it. It passes
// through what the drivers modernc.org/sqlite and pgx offer to database/sql.
func (p *Process) Connector(under driver.Connector) driver.Connector {
	return &connector{p: p, under: under}
}

type connector struct {
	p     *Process
	under driver.Connector
}

func (c *connector) Driver() driver.Driver { return c.under.Driver() }

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	var made *conn
	err := c.p.Step(Connect, func() error {
		under, err := c.under.Connect(ctx)
		if err != nil {
			return err
		}
		made = &conn{p: c.p, under: under, open: map[closer]bool{}}
		c.p.adopt(made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// adopt remembers a connection, or closes it at once if it came too late.
func (p *Process) adopt(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
	if p.dead {
		p.cut.Go(c.cut)
	}
}

// forget is for a connection that was closed.
func (p *Process) forget(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// lasting is ctx that also ends when the process does.
func (p *Process) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := make(chan struct{})
	go func() {
		select {
		case <-p.died:
			cancel()
		case <-stop:
		case <-ctx.Done():
		}
	}()
	return ctx, func() { close(stop); cancel() }
}
