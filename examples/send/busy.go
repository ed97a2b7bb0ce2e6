package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

const makeRoom = "make room on the disk of the database and start the same command again"

// storeWords is an error with what the database said, but for the data that its words may
// have in them.
func storeWords(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		const full, primary = 13, 0xff // https://www.sqlite.org/rescode.html
		if !strings.Contains(err.Error(), e.Error()) {
			err = fmt.Errorf("%w: %s", err, e.Error())
		}
		if e.Code()&primary == full {
			err = fmt.Errorf("%w; %s", err, makeRoom)
		}
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if e.Code == "53100" {
			return errors.New("PostgreSQL: the disk is full; " + makeRoom)
		}
		return fmt.Errorf("PostgreSQL fails with SQLSTATE %s", e.Code)
	}
	return err
}

// How long something is tried again that other writers keep from the database, and while
// no PostgreSQL answers. SQLite lets writers in without an order.
const (
	patience     = 12 * time.Second
	patienceAway = time.Minute
)

// patiently calls do until it succeeds, or fails for a reason that does not pass by itself.
func patiently(ctx context.Context, do func() error) error {
	for began := time.Now(); ; {
		err := do()
		most, pause := patience, 100*time.Millisecond
		if isAway(err) {
			most, pause = patienceAway, time.Second
		}
		if err == nil || !isBusy(err) && !isAway(err) || time.Since(began) > most || !wait(ctx, time.Duration(rand.Int64N(int64(pause)))) {
			return err
		}
	}
}

// isAway reports whether the PostgreSQL ended the connection or lets nobody in for now, as
// while it starts or another takes over.
func isAway(err error) bool {
	if err == nil || isOfLetter(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok { // https://www.postgresql.org/docs/current/errcodes-appendix.html
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P") || e.Code == "53300"
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, network := errors.AsType[*net.OpError](err)
	return network || pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// isBusy reports whether the same transaction may succeed when another has ended.
func isBusy(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		const busy, locked, primary = 5, 6, 0xff // https://www.sqlite.org/rescode.html
		return e.Code()&primary == busy || e.Code()&primary == locked
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03" // serialization, deadlock, lock
	}
	return false
}
