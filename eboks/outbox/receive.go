package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

const (
	eventsTogether = 100 // events that are stored in one transaction
	askAtMost      = 50  // letters that are asked about in one round, where there is no feed of events
	giveUpAfter    = 3   // of them in a row that cannot be asked about
	cleanAtMost    = 500 // letters whose content is erased in one transaction
	farthestAsk    = 6 * time.Hour
)

// Receive does what comes round by the clock: it asks the distributor what became of
// letters, finds those that are overdue, and erases what is kept no longer. Of all
// processes that call it, one does it, every Config.ReceiptEvery; the others return at
// once. Run calls it.
//
// Where the distributor tells events, one question brings them however many letters wait.
// Where it can only be asked letter by letter, a round asks about 50 letters, those that
// have waited longest, and about each more seldom as time goes on.
//
// The error is the distributor's, as of eboks.Client.Events, or ErrStoreFailed.
func (o *Outbox) Receive(ctx context.Context) error {
	const op = "receive"
	now := o.now()
	// Whoever moves the time on has the round. Half of the time is for doing it.
	ours, err := affects(ctx, o.cfg.DB, `UPDATE eboks_outbox_channel SET round = $2 WHERE sender = $1 AND (round <= $3 OR round > $4)`,
		o.name, micros(now.Add(o.cfg.ReceiptEvery)), micros(now), micros(now.Add(2*o.cfg.ReceiptEvery)))
	if err != nil {
		return storeFailed(op, eboks.ID{}, err, "whose turn it is cannot be read now")
	}
	if !ours {
		return nil
	}
	can := o.client.Capabilities()
	var news error
	switch {
	case can.Events:
		news = o.readEvents(ctx)
	case can.Status:
		news = o.askForEach(ctx)
	}
	if !can.Status || can.Events {
		news = errors.Join(news, o.findOverdue(ctx))
	}
	if err := o.findUnopened(ctx); err != nil {
		news = errors.Join(news, storeFailed(op, eboks.ID{}, err, "letters of a missing key were not looked for"))
	}
	if err := o.clean(ctx); err != nil {
		news = errors.Join(news, storeFailed(op, eboks.ID{}, err, "what is kept no longer was not erased"))
	}
	return news
}

// Learn stores events that come another way than from the distributor's feed: a link in a
// letter that was opened (eboks/readlink), a webhook. An event that is known, and one about
// a letter that is not in the journal, change nothing. The error is ErrStoreFailed; then
// call it again with the same events.
func (o *Outbox) Learn(ctx context.Context, events ...eboks.Event) error {
	for together := range slices.Chunk(events, eventsTogether) {
		if err := o.keepEvents(ctx, together, false); err != nil {
			return err
		}
	}
	return nil
}

// readEvents goes on after the last event that was stored.
func (o *Outbox) readEvents(ctx context.Context) error {
	var after string
	if err := o.cfg.DB.QueryRowContext(ctx, `SELECT cursor FROM eboks_outbox_channel WHERE sender = $1`, o.name).Scan(&after); err != nil {
		return storeFailed("receive", eboks.ID{}, err, "the place in the events cannot be read")
	}
	var page []eboks.Event
	for e, err := range o.client.Events(ctx, eboks.Cursor(after)) {
		if err != nil { // what came before it stands
			return errors.Join(o.keepEvents(ctx, page, true), err)
		}
		if page = append(page, e); len(page) == eventsTogether {
			if err := o.keepEvents(ctx, page, true); err != nil {
				return err
			}
			page = nil
		}
	}
	return o.keepEvents(ctx, page, true)
}

// keepEvents stores events, and the place behind them if they are of the feed. The client
// learns of them first: after a crash between the two they come again, and change nothing.
func (o *Outbox) keepEvents(ctx context.Context, page []eboks.Event, feed bool) error {
	if len(page) == 0 {
		return nil
	}
	ours, err := o.ourEvents(ctx, page)
	if err != nil {
		return storeFailed("receive", eboks.ID{}, err, "the events were not stored; they are read again")
	}
	if err := o.client.Learn(ctx, ours...); err != nil {
		return err
	}
	ctx, cancel := storing(ctx)
	defer cancel()
	ids := map[eboks.ID]bool{}
	err = o.write(ctx, func(tx *sql.Tx) error {
		// In the order in which other transactions lock letters.
		for _, e := range slices.SortedStableFunc(slices.Values(ours), func(a, b eboks.Event) int { return compareIDs(a.ID, b.ID) }) {
			if fresh, err := o.keepEvent(ctx, tx, e); err != nil {
				return err
			} else if fresh {
				ids[e.ID] = true
			}
		}
		if !feed {
			return nil
		}
		_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_channel SET cursor = $2 WHERE sender = $1`, o.name, string(page[len(page)-1].Cursor))
		return err
	})
	if err != nil {
		return storeFailed("receive", eboks.ID{}, err, "the events were not stored; they are read again")
	}
	o.changed(ctx, slices.Collect(maps.Keys(ids))...)
	return nil
}

// ourEvents are those of letters that this distributor was to bring.
func (o *Outbox) ourEvents(ctx context.Context, page []eboks.Event) (ours []eboks.Event, err error) {
	args := []any{o.name}
	for _, e := range page {
		args = append(args, e.ID)
	}
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT id FROM eboks_outbox_letters WHERE sender = $1 AND id IN (`+places(2, len(page))+`)`, args...)
	if err != nil {
		return nil, err
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return nil, err
	}
	for _, e := range page {
		if slices.Contains(ids, e.ID) {
			ours = append(ours, e)
		}
	}
	return ours, nil
}

// keepEvent stores an event of a letter of ours, and how far the letter has come. fresh:
// the event was not known.
func (o *Outbox) keepEvent(ctx context.Context, tx *sql.Tx, e eboks.Event) (fresh bool, err error) {
	ours, err := exists(ctx, tx, `SELECT 1 FROM eboks_outbox_letters WHERE id = $1`+o.cfg.Dialect.forUpdate(), e.ID)
	if err != nil || !ours {
		return false, err
	}
	at := e.At
	if at.IsZero() {
		at = e.Received
	}
	kind := eboks.Kind(0)
	if e.Unread {
		kind = eboks.ReceiptInvalid
	} else if e.Status == eboks.Failed {
		kind = eboks.Rejected
		if e.Reachability != eboks.ReachabilityUnknown {
			kind = eboks.RecipientUnreachable
		}
	}
	code := e.Code
	if e.Failure != "" {
		code = e.Failure
	}
	fresh, err = o.addToTrail(ctx, tx, LastError{e.ID, Happening{At: at, What: Told, Status: e.Status, Kind: kind, Code: code, Raw: e.Raw, event: e.Key()}})
	if err != nil || !fresh {
		return false, err
	}
	reached, err := o.reached(ctx, tx, e.ID)
	if err != nil || reached == eboks.Unknown {
		return true, err
	}
	final := 0
	if o.client.Capabilities().Final(reached) {
		final = 1
	}
	_, err = tx.ExecContext(ctx, `UPDATE eboks_outbox_letters SET reached = $2, watch = CASE WHEN CAST($3 AS BIGINT) = 1 THEN NULL ELSE watch END,
		reachability = CASE WHEN $4 = $5 THEN reachability ELSE $4 END WHERE id = $1`, e.ID, reached, final, e.Reachability, eboks.ReachabilityUnknown)
	return true, err
}

// reached puts together what the distributor has told of a letter.
func (o *Outbox) reached(ctx context.Context, tx *sql.Tx, id eboks.ID) (eboks.Status, error) {
	rows, err := tx.QueryContext(ctx, `SELECT at, status, code FROM eboks_outbox_trail WHERE letter = $1 AND status <> $2 ORDER BY n LIMIT 1000`, id, eboks.Unknown)
	if err != nil {
		return eboks.Unknown, err
	}
	defer func() { _ = rows.Close() }()
	h := new(eboks.History)
	for rows.Next() {
		var at int64
		e := eboks.Event{ID: id}
		if err := rows.Scan(&at, &e.Status, &e.Code); err != nil {
			return eboks.Unknown, err
		}
		e.At = timeOf(at)
		_ = h.Add(e) // a repeat has no effect
	}
	return h.Status(), rows.Err()
}

// askForEach asks about letters that have waited longest. When several in a row cannot be
// asked about, the distributor is away, and the others are asked about in a later round.
func (o *Outbox) askForEach(ctx context.Context) error {
	now := o.now()
	watched, err := o.watched(ctx, now, askAtMost)
	if err != nil {
		return storeFailed("receive", eboks.ID{}, err, "what is to be asked about cannot be read")
	}
	failed := 0
	for _, w := range watched {
		h, silence := o.client.Status(ctx, w.id)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if silence == nil {
			failed = 0
			if err := o.keepEvents(ctx, h.Events(), false); err != nil {
				return err
			}
		}
		wait := min(max(now.Sub(w.at)/4, o.cfg.ReceiptEvery), farthestAsk)
		if _, err := o.cfg.DB.ExecContext(ctx, `UPDATE eboks_outbox_letters SET watch = $2 WHERE id = $1 AND watch IS NOT NULL`, w.id, micros(now.Add(wait))); err != nil {
			return storeFailed("receive", w.id, err, "the letter is asked about again too soon")
		}
		if err := o.overdue(ctx, w, h); err != nil {
			return err
		}
		if silence == nil {
			continue
		}
		if failed++; failed == giveUpAfter {
			return silence
		}
	}
	return nil
}

// unopenedFor is how long a letter may wait for a process that has its key, before a person
// hears of it: processes get a new key one after the other.
const unopenedFor = time.Hour

// findUnopened raises the alarm, once in each process, if letters wait that are sealed with
// a key that is not in Config.Keys: nobody may have it any more.
func (o *Outbox) findUnopened(ctx context.Context) error {
	n, err := o.countUnopened(ctx, o.now().Add(-unopenedFor))
	if err != nil || n == 0 || !o.keyless.CompareAndSwap(false, true) {
		return err
	}
	o.alarm(ctx, fail("receive", eboks.ID{}, &eboks.Error{Kind: eboks.Parked, Then: eboks.Decide, Alarm: true,
		Why: fmt.Sprintf("%d letters are sealed with a key that is not in Keys, and nobody sends them; add the key that was used before", n)}))
	return nil
}

// countUnopened counts letters that are due since then, or longer, and that this process
// cannot open.
func (o *Outbox) countUnopened(ctx context.Context, then time.Time) (n int, err error) {
	args := append([]any{o.name, micros(then)}, anys(o.keys)...)
	err = o.cfg.DB.QueryRowContext(ctx, `SELECT count(*) FROM eboks_outbox_letters WHERE sender = $1 AND next IS NOT NULL AND next <= $2
		AND sealed_with <> '' AND sealed_with NOT IN (`+places(3, len(o.keys))+`)`, args...).Scan(&n)
	return n, err
}

// findOverdue looks at letters of which the events have told no end in time.
func (o *Outbox) findOverdue(ctx context.Context) error {
	for {
		late, err := o.watched(ctx, o.now(), eventsTogether)
		if err != nil {
			return storeFailed("receive", eboks.ID{}, err, "overdue letters were not looked for")
		}
		for _, w := range late {
			if err := o.overdue(ctx, w, nil); err != nil {
				return err
			}
			// What is overdue already is not looked at again.
			next := orNull(onlyIf(!w.isOverdue, o.now().Add(o.cfg.ReceiptEvery)))
			if _, err := o.cfg.DB.ExecContext(ctx, `UPDATE eboks_outbox_letters SET watch = $2 WHERE id = $1 AND watch IS NOT NULL`, w.id, next); err != nil {
				return storeFailed("receive", w.id, err, "the letter is looked at again")
			}
		}
		if len(late) < eventsTogether {
			return nil
		}
	}
}

// overdue raises the alarm, once, for a letter that has no end in time. h is what the
// distributor has just told of it, nil for nothing.
func (o *Outbox) overdue(ctx context.Context, w watching, h *eboks.History) error {
	if w.isOverdue || w.state != eboks.LetterAccepted {
		return nil
	}
	why, late := errors.AsType[*eboks.Error](o.client.Overdue(&eboks.Receipt{ID: w.id, Status: w.reached, At: w.taken}, h))
	if !late {
		return nil
	}
	first := false
	err := o.write(ctx, func(tx *sql.Tx) (err error) {
		if first, err = affects(ctx, tx, `UPDATE eboks_outbox_letters SET overdue = 1 WHERE id = $1 AND overdue = 0`, w.id); err != nil || !first {
			return err
		}
		return o.writeTrail(ctx, tx, w.id, Happening{At: o.now(), What: Overdue, Kind: why.Kind})
	})
	if err != nil {
		return storeFailed("receive", w.id, err, "the letter is overdue, and that could not be stored; it is found again")
	}
	if first {
		o.alarm(ctx, why)
		o.changed(ctx, w.id)
	}
	return nil
}

// watching is a letter of which somebody wants to know what became of it.
type watching struct {
	id        eboks.ID
	at        time.Time // of its last change
	state     eboks.State
	reached   eboks.Status
	taken     time.Time
	isOverdue bool
}

func (o *Outbox) watched(ctx context.Context, now time.Time, n int) (all []watching, err error) {
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT id, at, state, reached, taken, overdue FROM eboks_outbox_letters
		WHERE sender = $1 AND watch IS NOT NULL AND (watch <= $2 OR watch > $3) ORDER BY watch LIMIT $4`,
		o.name, micros(now), micros(now.Add(2*max(farthestAsk, o.cfg.ReceiptWithin, o.cfg.ReceiptEvery))), n) // a clock can have been ahead
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var w watching
		var at, taken int64
		if err := rows.Scan(&w.id, &at, &w.state, &w.reached, &taken, &w.isOverdue); err != nil {
			return nil, err
		}
		w.at, w.taken = timeOf(at), timeOf(taken)
		all = append(all, w)
	}
	return all, rows.Err()
}
