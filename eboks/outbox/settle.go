package outbox

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// settle stores what became of letters, in one transaction.
func (o *Outbox) settle(ctx context.Context, ws []worked) ([]worked, error) {
	stored := slices.Clone(ws)
	err := o.write(ctx, func(tx *sql.Tx) error {
		copy(stored, ws)
		return o.settleAll(ctx, tx, stored)
	})
	return stored, err
}

// settleAll stores results. One whose letter somebody else has changed meanwhile is judged
// by what stands there now.
func (o *Outbox) settleAll(ctx context.Context, tx *sql.Tx, ws []worked) error {
	open := make([]*result, len(ws))
	for i := range ws {
		open[i] = &ws[i].result
		if w := &ws[i]; w.alone && w.entry.State == eboks.LetterWaiting && w.err != nil && w.err.AboutChannel() {
			// The next time another letter tries: this one may be what is wrong.
			if later := o.now().Add(2 * o.cfg.Retry.Pause); w.next.Before(later) {
				w.next = later
			}
		}
	}
	const tries = 10
	for range tries {
		stale, err := o.settleRows(ctx, tx, open)
		if err != nil || len(stale) == 0 {
			return err
		}
		now := map[eboks.ID]eboks.Entry{}
		for _, e := range stale {
			now[e.ID] = e
		}
		var again []*result
		for _, r := range open {
			e, changed := now[r.entry.ID]
			if !changed || isWritten(e, r.entry) { // the latter is what we wrote, and did not hear of
				continue
			}
			if unsettled, err := o.resettle(ctx, tx, r, e); err != nil {
				return err
			} else if unsettled {
				again = append(again, r)
			}
		}
		if open = again; len(open) == 0 {
			return nil
		}
	}
	return errors.New("outbox: the entries change all the time")
}

// settleRows writes the results whose entry has not changed since, with what happened,
// and returns the entries of the others. A letter without a content is in no queue.
func (o *Outbox) settleRows(ctx context.Context, tx *sql.Tx, rs []*result) (stale []eboks.Entry, err error) {
	for together := range slices.Chunk(rs, maxGroup) {
		late, err := o.settleTogether(ctx, tx, together)
		if err != nil {
			return nil, err
		}
		stale = append(stale, late...)
	}
	return stale, nil
}

func (o *Outbox) settleTogether(ctx context.Context, tx *sql.Tx, rs []*result) (stale []eboks.Entry, err error) {
	now := o.now()
	versions, err := o.lockRows(ctx, tx, rs)
	if err != nil {
		return nil, err
	}
	var late, waiting []eboks.ID
	var rows [][]any
	var trail []LastError
	for _, r := range rs {
		e := r.entry
		if v, known := versions[e.ID]; !known || v != e.Version {
			late = append(late, e.ID)
			continue
		}
		delete(versions, e.ID) // a second result for this letter comes too late
		rows = append(rows, []any{
			e.ID, e.State, e.Version + 1, e.Owner, micros(e.Lease), micros(e.At), e.Offers, e.Doubts, micros(e.Missing),
			e.Status, word(e.Reference), micros(e.TakenAt), e.Kind, word(e.Code), e.Reachability, e.Then,
			orNull(r.next), orNull(o.watchFrom(e, now)), orNull(onlyIf(ended(e), now)),
		})
		for _, h := range r.trail {
			trail = append(trail, LastError{e.ID, h})
		}
		if e.State == eboks.LetterWaiting {
			waiting = append(waiting, e.ID)
		}
	}
	if err := o.updateRows(ctx, tx, `state = v.state, version = v.version, owner = v.owner, lease = v.lease, at = v.at, offers = v.offers, doubts = v.doubts, missing = v.missing,
		status = v.status, reference = v.reference, taken = v.taken, kind = v.kind, code = v.code, reachability = v.reachability, what_then = v.what_then,
		next = CASE WHEN l.documents = 0 THEN NULL ELSE v.next END, watch = v.watch, ended = CASE WHEN v.ended IS NULL THEN NULL ELSE coalesce(l.ended, v.ended) END,
		reached = CASE WHEN l.reached = '`+eboks.Unknown.String()+`' THEN v.status ELSE l.reached END`,
		[]column{{"id", uuid}, {"state", text}, {"version", bigint}, {"owner", text}, {"lease", bigint}, {"at", bigint}, {"offers", bigint}, {"doubts", bigint}, {"missing", bigint},
			{"status", text}, {"reference", text}, {"taken", bigint}, {"kind", text}, {"code", text}, {"reachability", text}, {"what_then", text},
			{"next", bigint}, {"watch", bigint}, {"ended", bigint}}, rows); err != nil {
		return nil, err
	}
	if _, err := o.addToTrail(ctx, tx, trail...); err != nil {
		return nil, err
	}
	if err := o.dropErased(ctx, tx, waiting); err != nil {
		return nil, err
	}
	return o.load(ctx, tx, late, o.cfg.Dialect.forUpdate())
}

// lockRows reads the versions of entries. It locks them in one order, so that two that lock
// the same rows do not wait for each other.
func (o *Outbox) lockRows(ctx context.Context, tx *sql.Tx, rs []*result) (map[eboks.ID]int64, error) {
	ids := make([]eboks.ID, len(rs))
	for i, r := range rs {
		ids[i] = r.entry.ID
	}
	rows, err := tx.QueryContext(ctx, `SELECT id, version FROM eboks_outbox_letters WHERE id IN (`+places(1, len(ids))+`) ORDER BY id`+o.cfg.Dialect.forUpdate(), anys(ids)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	versions := map[eboks.ID]int64{}
	for rows.Next() {
		var id eboks.ID
		var version int64
		if err := rows.Scan(&id, &version); err != nil {
			return nil, err
		}
		versions[id] = version
	}
	return versions, rows.Err()
}

// dropErased gives up letters that were not delivered, if their content is to be erased.
func (o *Outbox) dropErased(ctx context.Context, tx *sql.Tx, waiting []eboks.ID) error {
	if len(waiting) == 0 {
		return nil
	}
	now := o.now()
	rows, err := tx.QueryContext(ctx, `UPDATE eboks_outbox_letters SET state = $1, kind = $2, what_then = $3, next = NULL, ended = $4, version = version + 1
		WHERE erase = 1 AND id IN (`+places(5, len(waiting))+`) RETURNING id`,
		append([]any{eboks.LetterRefused, eboks.Parked, eboks.Stop, micros(now)}, anys(waiting)...)...)
	if err != nil {
		return err
	}
	dropped, err := scanIDs(rows)
	for _, id := range dropped {
		err = errors.Join(err, o.writeTrail(ctx, tx, id, Happening{At: now, What: GivenUp}))
	}
	return err
}

// resettle judges a result by the entry that stands in the journal now. unsettled: it is to
// be written. Otherwise the trail keeps what was done, and nothing else is written.
func (o *Outbox) resettle(ctx context.Context, tx *sql.Tx, r *result, now eboks.Entry) (unsettled bool, err error) {
	if r.out == nil { // nothing was found out
		r.entry, r.left = now, true
		return false, nil
	}
	reference := ""
	if r.out.Receipt != nil {
		reference = word(r.out.Receipt.Reference)
	}
	out, settled := r.out.Resettle(now)
	r.out, r.entry, r.err = &out, out.Entry, out.Err
	if !settled {
		r.next = o.nextOf(now, *r)
		return true, nil
	}
	r.left = true
	if now.State == eboks.LetterAccepted && now.Reference == "" && reference != "" { // an event came before the answer
		if _, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_letters SET reference = $2 WHERE id = $1 AND reference = ''`, now.ID, reference); err != nil {
			return false, err
		}
	}
	return false, o.writeTrail(ctx, tx, now.ID, r.trail...)
}

// isWritten reports whether e is what settling want leaves in the journal.
func isWritten(e, want eboks.Entry) bool {
	want.Version++
	want.Reference, want.Code = word(want.Reference), word(want.Code)
	for _, t := range []*time.Time{&want.Lease, &want.At, &want.Missing, &want.TakenAt} {
		*t = timeOf(micros(*t))
	}
	return e == want
}

// tell calls Config.Changed and Config.Alarm for what was stored.
func (o *Outbox) tell(ctx context.Context, all ...worked) {
	ctx = context.WithoutCancel(ctx) // a clean stop tells of what has ended too
	var ids []eboks.ID
	for _, w := range all {
		o.tel.settled(ctx, w.result)
		refused := w.err != nil && (w.err.Kind == eboks.AuthFailed || w.err.Kind == eboks.ConfigInvalid)
		switch {
		case w.err == nil, w.left:
		case w.alarm, w.err.Kind == eboks.Parked && w.err.Alarm, w.probed && w.heard && refused:
			o.alarm(ctx, w.err)
		}
		if !w.left && len(w.trail) > 0 {
			ids = append(ids, w.entry.ID)
		}
	}
	o.changed(ctx, ids...)
}
