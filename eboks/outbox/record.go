package outbox

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Record is what the journal knows of a letter. It says nothing about the recipient, and
// may be logged and shown to people who run the outbox.
type Record struct {
	eboks.Entry              // how far it has come; Owner has it in hand
	Queued      time.Time    // when it was queued, UTC
	Next        time.Time    // when it is due; zero if nothing more happens by itself
	Reached     eboks.Status // what the distributor said of it last
	Material    eboks.Material
	Channel     eboks.Channel
	Documents   int       // how many, attachments included; 0: it was sent past the queue
	Bytes       int64     // of all documents
	Overdue     bool      // there was no receipt in time
	Erased      time.Time // when its content was erased; zero if it is there
}

// NeedsPerson reports whether nothing more happens to the letter by itself before a person
// has looked at it: see Release and GiveUp.
func (r Record) NeedsPerson() bool {
	return r.State == eboks.LetterParked || r.State == eboks.LetterRefused && r.Then != eboks.Stop && r.Kind != eboks.Parked
}

// recordColumns are the columns of a Record, in the order of scanRecord.
const recordColumns = entryColumns + `, queued, next, reached, material, channel, documents, bytes, overdue, erased, n`

// scanRecord also returns the place of the letter in the order in which letters were queued.
func (o *Outbox) scanRecord(scan func(...any) error) (r Record, n int64, err error) {
	var queued, erased int64
	var next sql.NullInt64
	var channel int
	r.Entry, err = o.scanEntry(scan, &queued, &next, &r.Reached, (*string)(&r.Material), &channel, &r.Documents, &r.Bytes, &r.Overdue, &erased, &n)
	r.Queued, r.Next, r.Channel, r.Erased = timeOf(queued), timeOf(next.Int64), eboks.Channel(channel), timeOf(erased)
	return r, n, err
}

// Letter returns what the journal knows of a letter, and everything that happened to it,
// in the order in which it was stored. Errors: InputInvalid if there is no such letter;
// StoreFailed.
func (o *Outbox) Letter(ctx context.Context, id eboks.ID) (Record, []Happening, error) {
	const op = "letter"
	records, _, err := o.records(ctx, o.cfg.DB, `id = $1 AND sender = $2`, 1, id, o.name)
	switch {
	case err != nil:
		return Record{}, nil, storeFailed(op, id, err, "the letter cannot be read now")
	case len(records) == 0:
		return Record{}, nil, fail(op, id, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Why: "the journal has no such letter"})
	}
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT `+trailColumns+` FROM eboks_outbox_trail WHERE letter = $1 ORDER BY n`, id)
	if err != nil {
		return Record{}, nil, storeFailed(op, id, err, "what happened to the letter cannot be read now")
	}
	all, err := o.readTrail(rows)
	if err != nil {
		return Record{}, nil, storeFailed(op, id, err, "what happened to the letter cannot be read now")
	}
	trail := make([]Happening, len(all))
	for i, h := range all {
		trail[i] = h.Happening
	}
	return records[0], trail, nil
}

// Filter selects letters. The zero Filter selects all.
type Filter struct {
	IDs         []eboks.ID     // these; if nil, all
	States      []eboks.State  // in one of these; if nil, in any
	Reached     []eboks.Status // of which the distributor last told one of these; if nil, whatever it told
	NeedsPerson bool           // those that need a person
	Overdue     bool           // those without a receipt in time
}

const pageSize = 500 // records that are read together

// Letters yields records, in the order in which the letters were queued. It reads a page
// at a time and holds nothing of the database meanwhile, so that the loop may call the
// outbox. The error is ErrStoreFailed, and ends the loop.
func (o *Outbox) Letters(ctx context.Context, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if f.IDs == nil {
			o.lettersWhere(ctx, f, nil, yield)
			return
		}
		for ids := range slices.Chunk(f.IDs, pageSize) {
			if !o.lettersWhere(ctx, f, ids, yield) {
				return
			}
		}
	}
}

func (o *Outbox) lettersWhere(ctx context.Context, f Filter, ids []eboks.ID, yield func(Record, error) bool) bool {
	where := []string{`n > $1`, `sender = $2`}
	args := []any{int64(0), o.name}
	add := func(column string, values []any) {
		where = append(where, column+` IN (`+places(len(args)+1, len(values))+`)`)
		args = append(args, values...)
	}
	if len(ids) > 0 {
		add("id", anys(ids))
	}
	if f.States != nil {
		if len(f.States) == 0 {
			return true
		}
		add("state", anys(f.States))
	}
	if f.Reached != nil {
		if len(f.Reached) == 0 {
			return true
		}
		add("reached", anys(f.Reached))
	}
	if f.NeedsPerson { // as Record.NeedsPerson says
		n := len(args)
		where = append(where, `(state = `+places(n+1, 1)+` OR state = `+places(n+2, 1)+` AND what_then <> `+places(n+3, 1)+` AND kind <> `+places(n+4, 1)+`)`)
		args = append(args, eboks.LetterParked, eboks.LetterRefused, eboks.Stop, eboks.Parked)
	}
	if f.Overdue {
		where = append(where, `overdue = 1`)
	}
	for {
		page, last, err := o.records(ctx, o.cfg.DB, strings.Join(where, ` AND `), pageSize, args...)
		if err != nil {
			yield(Record{}, storeFailed("letters", eboks.ID{}, err, "the letters cannot be read now"))
			return false
		}
		for _, r := range page {
			if !yield(r, nil) {
				return false
			}
		}
		if len(page) < pageSize {
			return true
		}
		args[0] = last
	}
}

// records reads at most so many, and returns the place of the last of them.
func (o *Outbox) records(ctx context.Context, q querier, where string, most int, args ...any) (all []Record, last int64, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+recordColumns+` FROM eboks_outbox_letters WHERE `+where+` ORDER BY n LIMIT `+places(len(args)+1, 1), append(args, most)...)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r, n, err := o.scanRecord(rows.Scan)
		if err != nil {
			return nil, 0, err
		}
		all, last = append(all, r), n
	}
	return all, last, rows.Err()
}

// changed calls Config.Changed.
func (o *Outbox) changed(ctx context.Context, ids ...eboks.ID) {
	if o.cfg.Changed == nil || len(ids) == 0 {
		return
	}
	for r, err := range o.Letters(ctx, Filter{IDs: ids}) {
		if err != nil {
			o.cfg.Logger.WarnContext(ctx, "outbox: nobody was told what became of letters", "error", err)
			return
		}
		o.cfg.Changed(ctx, r)
	}
}
