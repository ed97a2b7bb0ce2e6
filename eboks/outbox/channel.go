package outbox

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// The channel to the distributor is one for all processes: what one of them finds out
// stands in a row of the database. While it is paused nobody takes a letter in hand. When
// the time has come one process takes the row by moving its time on, and tries one letter
// for all.

// road is what this process knows of the channel beside the row and its client.
type road struct {
	mu     sync.Mutex
	tried  bool      // a pause that is older than this process, or of another certificate, was tried
	with   string    // by this certificate
	told   time.Time // since when the pause lasts that this process has told somebody of
	marked bool      // somebody was told of trouble: the row says so
}

// pause is the row of the channel.
type pause struct {
	until, since time.Time
	why          eboks.Error // Kind, Status and Why
	certificate  string
}

// permit is how many letters may be taken in hand now.
type permit struct {
	letters int
	alone   bool      // it is one, which tries the channel
	row     time.Time // and it does so for all processes, whose pause ends then; if zero, for this one
	until   time.Time // of a pause, if there is none to be taken
}

func (o *Outbox) readPause(ctx context.Context, q querier) (p pause, err error) {
	var until, since int64
	var marked bool
	err = q.QueryRowContext(ctx, `SELECT until, since, kind, http, why, certificate, alarmed FROM eboks_outbox_channel WHERE sender = $1`, o.name).
		Scan(&until, &since, &p.why.Kind, &p.why.Status, &p.why.Why, &p.certificate, &marked)
	p.until, p.since = timeOf(until), timeOf(since)
	o.road.mu.Lock()
	o.road.marked = marked
	o.road.mu.Unlock()
	if errors.Is(err, sql.ErrNoRows) {
		err = errors.New("outbox: this outbox is not in the database; call Migrate first")
	}
	return p, err
}

// permit says how many of free letters may be taken in hand.
func (o *Outbox) permit(ctx context.Context, q querier, free int) (permit, error) {
	row, err := o.readPause(ctx, q)
	if err != nil {
		return permit{}, err
	}
	own, _ := o.client.Channel()
	now := o.now()
	ahead := row.until.After(now.Add(longestPause+time.Hour)) || row.since.After(now.Add(o.cfg.Lease)) // the clock that wrote it was
	switch {
	case own.After(now): // this process found it out itself, and offers nothing before
		return permit{until: own}, nil
	case own.IsZero() && row.until.IsZero():
		return permit{letters: free}, nil
	case row.until.After(now) && !ahead && !o.mayTry(row):
		return permit{until: row.until}, nil
	}
	return permit{letters: min(1, free), alone: true, row: row.until}, nil
}

// mayTry reports whether this process tries a paused channel before its time, because it
// is newer than the pause, or shows another certificate: somebody may have mended what was
// wrong. It does so once.
func (o *Outbox) mayTry(row pause) bool {
	if row.why.Kind != eboks.AuthFailed && row.why.Kind != eboks.ConfigInvalid {
		return false
	}
	certificate := o.client.Capabilities().Certificate
	o.road.mu.Lock()
	defer o.road.mu.Unlock()
	return (row.since.Before(o.began) || certificate != row.certificate) && !(o.road.tried && o.road.with == certificate)
}

// probe takes the row, whose pause ends then, for one letter that tries the channel. It
// is false if another process was quicker.
func (o *Outbox) probe(ctx context.Context, tx Tx, then time.Time) (bool, error) {
	now := o.now()
	return affects(ctx, tx, `UPDATE eboks_outbox_channel SET until = $2, since = CASE WHEN since > $4 THEN $4 ELSE since END WHERE sender = $1 AND until = $3`,
		o.name, micros(now.Add(o.cfg.Lease)), micros(then), micros(now))
}

// tries remembers that this process tries the channel with a letter.
func (o *Outbox) tries() {
	o.road.mu.Lock()
	defer o.road.mu.Unlock()
	o.road.tried, o.road.with = true, o.client.Capabilities().Certificate
}

// learn writes what an attempt found out about the channel. probed: its letter tried the
// channel for all.
func (o *Outbox) learn(ctx context.Context, tx Tx, r result, probed bool) error {
	own, why := o.client.Channel()
	now := o.now()
	bad := r.err != nil && r.err.AboutChannel() && r.heard
	switch {
	case probed && r.heard && !bad && own.IsZero():
		if _, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET until = 0, since = 0, kind = '', http = 0, why = '', certificate = '', alarmed = 0 WHERE sender = $1`, o.name); err != nil {
			return err
		}
		// Those that met the trouble wait no longer than the others.
		_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_letters SET next = $2 WHERE sender = $1 AND next IS NOT NULL AND next > $2 AND state = $3 AND owner = ''`,
			o.name, micros(now), eboks.LetterWaiting)
		return err
	case r.heard && !bad && !probed && o.wasMarked(): // trouble that paused nothing is over
		_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET alarmed = 0 WHERE sender = $1 AND until = 0`, o.name)
		return err
	case probed && !bad: // nothing was found out: the next letter tries
		_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET until = $2 WHERE sender = $1`, o.name, micros(now))
		return err
	case !bad, !probed && own.IsZero():
		return nil
	}
	until := own
	if why == nil {
		why = r.err
	}
	if probed {
		wait := o.cfg.Retry.Pause
		if why.Kind == eboks.Throttled && r.err.RetryAfter > 0 {
			wait = r.err.RetryAfter
		}
		if later := now.Add(wait); later.After(until) {
			until = later
		}
	}
	if latest := now.Add(longestPause); until.After(latest) {
		until = latest
	}
	_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET since = CASE WHEN since = 0 OR since > $2 THEN $2 ELSE since END, until = $3, kind = $4, http = $5, why = $6, certificate = $7
		WHERE sender = $1 AND (until < $3 OR $8)`,
		o.name, micros(now), micros(until), why.Kind, why.Status, why.Why, o.client.Capabilities().Certificate, probed)
	return err
}

// longestPause bounds how long a distributor can hold back the letters of all.
const longestPause = 24 * time.Hour

func (o *Outbox) wasMarked() bool {
	o.road.mu.Lock()
	defer o.road.mu.Unlock()
	return o.road.marked
}

// alarm calls Config.Alarm. Of trouble with the channel it tells once, whichever process
// found it, and once more by a process that was started after a pause began and finds that
// it was right.
func (o *Outbox) alarm(ctx context.Context, e *eboks.Error) {
	if e.AboutChannel() && !o.first(ctx) {
		return
	}
	if o.cfg.Alarm != nil {
		o.cfg.Alarm(ctx, e)
		return
	}
	o.cfg.Logger.ErrorContext(ctx, "outbox: a person must look", "error", e)
}

// first reports whether this process is the one that tells of trouble with the channel. If
// the database does not say, it is.
func (o *Outbox) first(ctx context.Context) bool {
	ctx, cancel := storing(ctx)
	defer cancel()
	var us int64
	var fresh bool
	err := o.write(ctx, func(tx *sql.Tx) (err error) {
		if fresh, err = affects(ctx, tx, `UPDATE eboks_outbox_channel SET alarmed = 1 WHERE sender = $1 AND alarmed = 0`, o.name); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT since FROM eboks_outbox_channel WHERE sender = $1`, o.name).Scan(&us)
	})
	since := timeOf(us)
	o.road.mu.Lock()
	defer o.road.mu.Unlock()
	o.road.marked = true
	old := !since.IsZero() && since.Before(o.began) && !since.Equal(o.road.told)
	o.road.told = since
	return err != nil || fresh || old
}
