package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

var errUnfinished = errors.New("outbox: the transaction ended in a panic")

// newOwner names one claim, or one Run: nobody else has this name.
func (o *Outbox) newOwner() string {
	return o.owner + "-" + strconv.FormatUint(o.turn.Add(1), 36)
}

// giveBack lets go of letters that owner may have in hand after a transaction of which
// nobody knows whether it was committed. Nothing of them has left, unless they are flying.
// If it fails, their leases end.
func (o *Outbox) giveBack(ctx context.Context, owner string, only eboks.ID, flying ...eboks.ID) error {
	ctx, cancel := storing(ctx)
	defer cancel()
	where, args := `owner = $1 AND sender = $2`, []any{owner, o.name, micros(o.now())}
	if !only.IsZero() {
		args = append(args, only)
		where += ` AND id = ` + places(len(args), 1)
	}
	if len(flying) > 0 {
		where += ` AND id NOT IN (` + places(len(args)+1, len(flying)) + `)`
		args = append(args, anys(flying)...)
	}
	_, err := o.cfg.DB.ExecContext(ctx, `UPDATE eboks_outbox_letters SET owner = '', lease = 0, version = version + 1, next = CASE WHEN next IS NULL THEN NULL ELSE CAST($3 AS BIGINT) END WHERE `+where, args...)
	return err
}

// wanted is a letter that somebody wants to take in hand.
type wanted struct {
	id    eboks.ID
	owner string
	early bool // also before it is due, to try the channel
}

// claimed is a letter, in our hand or not.
type claimed struct {
	entry  eboks.Entry
	n      int64 // its place in the order in which letters were queued
	queued time.Time
	next   time.Time // when it is due; zero if nothing happens by itself
	erase  bool      // its content is to be erased
	key    string    // with which its content is sealed
	sealed []byte    // its content
	mine   bool
}

// claim takes letters in hand for Step, in one transaction.
func (o *Outbox) claim(ctx context.Context, want []wanted) (got []claimed, err error) {
	err = o.write(ctx, func(tx *sql.Tx) error {
		got = make([]claimed, len(want))
		ids := make([]eboks.ID, len(want))
		for i, w := range want {
			ids[i] = w.id
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+claimedColumns+` FROM eboks_outbox_letters
			WHERE id IN (`+places(2, len(ids))+`) AND sender = $1 ORDER BY id`+o.cfg.Dialect.forUpdate(), append([]any{o.name}, anys(ids)...)...)
		if err != nil {
			return err
		}
		known, err := o.scanClaimed(rows)
		if err != nil {
			return err
		}
		at := map[eboks.ID]claimed{}
		for _, c := range known {
			at[c.entry.ID] = c
		}
		now := o.now()
		var taken []eboks.Entry
		for i, w := range want {
			c := at[w.id]
			free := c.entry.Owner == ""
			due := o.isDue(c.next, now, !free) || w.early && free && c.entry.State == eboks.LetterWaiting && !c.next.IsZero()
			ours := c.entry.Owner == w.owner // it was before, and nobody knew
			if e, ok := o.take(c.entry, w.owner, now, o.cfg.Lease); ok && (due || ours) && slices.Contains(o.keys, c.key) {
				taken = append(taken, e)
				c.entry, c.next = e, e.Lease
				at[w.id] = c // a second claim of the same letter in this group comes too late
				c.mine = true
			}
			got[i] = c
		}
		return o.claimRows(ctx, tx, taken)
	})
	return got, err
}

// claimDue takes letters in hand that are due, as many as are permitted.
func (o *Outbox) claimDue(ctx context.Context, tx *sql.Tx, p permit, owner string) ([]claimed, error) {
	if err := o.readInOrder(ctx, tx); err != nil {
		return nil, err
	}
	now := o.now()
	due, args := o.due("n", p, now)
	n := len(args)
	rows, err := tx.QueryContext(ctx, `WITH due AS MATERIALIZED (`+due+o.cfg.Dialect.skipLocked()+`)
		UPDATE eboks_outbox_letters SET
			state = CASE WHEN owner <> '' THEN `+places(n+1, 1)+` ELSE state END, missing = CASE WHEN owner <> '' THEN 0 ELSE missing END,
			owner = `+places(n+2, 1)+`, lease = `+places(n+3, 1)+`, next = `+places(n+3, 1)+`, version = version + 1
		WHERE n IN (SELECT n FROM due)
		RETURNING `+claimedColumns,
		append(args, eboks.LetterUnknown, owner, micros(now.Add(o.cfg.Lease)))...)
	if err != nil {
		return nil, err
	}
	got, err := o.scanClaimed(rows)
	if err != nil {
		return nil, err
	}
	for i := range got {
		got[i].mine = true
	}
	slices.SortFunc(got, func(a, b claimed) int { return cmp.Compare(a.n, b.n) })
	return got, nil
}

// due selects letters that are due, the oldest first, and that this process can open: a
// process that was given a new key seals with it before the others know it. A letter that
// is due later than any wait lasts is due too: the clock was set back.
//
// A letter that tries the channel is one that waits, because a question tells nothing of
// the channel for letters. It is the one that is due soonest, because the oldest may be one
// that a filter on the way refuses each time.
func (o *Outbox) due(column string, p permit, now time.Time) (query string, args []any) {
	args = []any{o.name, micros(now), micros(now.Add(o.farthest())), p.letters, eboks.LetterWaiting, eboks.LetterUnknown}
	args = append(args, anys(o.keys)...)
	when := `next <= $2 OR next > CASE WHEN owner = '' THEN CAST($3 AS BIGINT) ELSE CAST($3 AS BIGINT) + ` +
		strconv.FormatInt(leaseBeyond.Microseconds(), 10) + ` END`
	order := `n`
	if p.alone {
		when, order = when+` OR state = $5 AND owner = ''`, `CASE WHEN state = $5 THEN 0 ELSE 1 END, next, n`
	}
	return `SELECT ` + column + ` FROM eboks_outbox_letters` + o.cfg.Dialect.indexedBy("eboks_outbox_due") + ` WHERE sender = $1 AND next IS NOT NULL AND (` + when +
		`) AND state IN ($5, $6) AND sealed_with IN (` + places(7, len(o.keys)) + `) AND NOT (erase = 1 AND state = $5) ORDER BY ` + order + ` LIMIT $4`, args
}

// isDue is due for one letter, which somebody has in hand or not.
func (o *Outbox) isDue(next, now time.Time, held bool) bool {
	latest := now.Add(o.farthest())
	if held {
		latest = o.latestLease(now)
	}
	return !next.IsZero() && (!next.After(now) || next.After(latest))
}

// leaseBeyond is how much longer than any wait a lease must last before it is taken for
// one of a clock that was ahead. It is long, because whoever has the letter may still be
// sending it.
const leaseBeyond = 24 * time.Hour

// latestLease is the latest end of a lease that is believed.
func (o *Outbox) latestLease(now time.Time) time.Time { return now.Add(o.farthest() + leaseBeyond) }

// farthest is longer than any wait.
func (o *Outbox) farthest() time.Duration {
	return 2 * max(o.cfg.Retry.Max, o.cfg.Lease, o.cfg.LogLag)
}

// claimedColumns are the columns of a claimed, in the order of scanClaimed.
const claimedColumns = entryColumns + `, n, queued, next, erase, sealed_with, content`

func (o *Outbox) scanClaimed(rows *sql.Rows) (all []claimed, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c claimed
		var queued int64
		var next sql.NullInt64
		if c.entry, err = o.scanEntry(rows.Scan, &c.n, &queued, &next, &c.erase, &c.key, &c.sealed); err != nil {
			return nil, err
		}
		c.queued, c.next = timeOf(queued), timeOf(next.Int64)
		all = append(all, c)
	}
	return all, rows.Err()
}

// Due returns up to n letters that are due, the oldest first. While the channel is paused
// there are none, but for one letter at a time that tries whether it is open again.
// Whoever calls Step for them sends them, in any order and from anywhere. The error is
// ErrStoreFailed.
func (o *Outbox) Due(ctx context.Context, n int) ([]eboks.ID, error) {
	const op = "due"
	p, err := o.permit(ctx, o.cfg.DB, n)
	if err != nil {
		return nil, storeFailed(op, eboks.ID{}, err, "what is due cannot be read now")
	}
	ids, err := o.dueIDs(ctx, p)
	if err != nil {
		return nil, storeFailed(op, eboks.ID{}, err, "what is due cannot be read now")
	}
	return ids, nil
}

// dueIDs reads which letters are due, as many as are permitted.
func (o *Outbox) dueIDs(ctx context.Context, p permit) (ids []eboks.ID, err error) {
	query, args := o.due("id", p, o.now())
	read := func(q querier) error {
		rows, err := q.QueryContext(ctx, query, args...)
		if err == nil {
			ids, err = scanIDs(rows)
		}
		return err
	}
	if o.cfg.Dialect == SQLite { // a transaction may take the write lock
		err = read(o.cfg.DB)
		return ids, err
	}
	err = o.transaction(ctx, func(tx *sql.Tx) error {
		if err := o.readInOrder(ctx, tx); err != nil {
			return err
		}
		return read(tx)
	})
	return ids, err
}

// readInOrder makes PostgreSQL read the oldest letters by their index, and no others, in
// this transaction. Its counts are a minute old: after many letters were queued at once it
// would take them for few, and sort them all each time.
func (o *Outbox) readInOrder(ctx context.Context, tx *sql.Tx) error {
	if o.cfg.Dialect == SQLite {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SET LOCAL enable_sort = off`)
	return err
}

// anyDue reports whether a letter is due, without writing.
func (o *Outbox) anyDue(ctx context.Context) (due bool, until time.Time, err error) {
	p, err := o.permit(ctx, o.cfg.DB, 1)
	if err != nil || p.letters == 0 {
		return false, p.until, err
	}
	ids, err := o.dueIDs(ctx, p)
	return len(ids) > 0, time.Time{}, err
}

// claimPermitted takes letters in hand that are due, as many as are permitted. won: the
// letter tries the channel for all processes.
func (o *Outbox) claimPermitted(ctx context.Context, tx *sql.Tx, p permit, owner string) (got []claimed, won bool, err error) {
	if !p.row.IsZero() {
		if won, err = o.probe(ctx, tx, p.row); err != nil || !won {
			return nil, false, err
		}
	}
	got, err = o.claimDue(ctx, tx, p, owner)
	switch {
	case err != nil || !won:
	case len(got) == 0: // there is none to try with
		_, err = tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET until = $2 WHERE sender = $1`, o.name, micros(p.row))
	default:
		o.tries()
	}
	return got, won, err
}
