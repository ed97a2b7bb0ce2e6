package outbox

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// What is a kind of thing that happens to a letter.
type What string

// What happens to a letter. The words are stored, and never change.
const (
	Offered  What = "offered"  // to the distributor
	Asked    What = "asked"    // the distributor was asked for it
	Told     What = "told"     // the distributor tells what became of it
	Unready  What = "unready"  // it cannot be offered as it is stored
	Overdue  What = "overdue"  // no receipt within Config.ReceiptWithin
	Released What = "released" // a person lets it be sent again
	GivenUp  What = "given up" // a person ends it
	Erased   What = "erased"   // its content is gone
)

// Happening is one thing that happened to a letter. All of them together are its trail.
type Happening struct {
	guarded
	At     time.Time // UTC; of an event, the distributor's own
	What   What
	Status eboks.Status // how far the letter had come; Unknown if that is not known
	Kind   eboks.Kind   // of the error; zero if there was none
	Code   string       // the distributor's word or number
	HTTP   int          // status of an HTTP answer; zero if there was none
	Raw    eboks.Raw    // the distributor's answer; zero after Erase
	event  string       // key of an event
}

// rawName is what a distributor's answer about a letter is sealed for.
func rawName(id eboks.ID) string { return "answer " + id.String() }

// writeTrail adds to what happened to a letter. An event that is known is not added.
func (o *Outbox) writeTrail(ctx context.Context, tx Tx, id eboks.ID, all ...Happening) error {
	for _, h := range all {
		if _, err := o.addToTrail(ctx, tx, LastError{id, h}); err != nil {
			return err
		}
	}
	return nil
}

// addToTrail reports whether any of it is new. The distributor's answer is left out where
// the letter was erased.
func (o *Outbox) addToTrail(ctx context.Context, tx Tx, all ...LastError) (fresh bool, err error) {
	for together := range slices.Chunk(all, maxGroup) {
		var rows []string
		var args []any
		for _, h := range together {
			var raw []byte
			if !h.Raw.IsZero() {
				raw = o.letters.SealBytes(rawName(h.ID), h.Raw.Reveal())
			}
			var event any
			if h.event != "" {
				event = h.event
			}
			d, n := o.cfg.Dialect, len(args)+1
			rows = append(rows, `(`+d.places(n, 8)+`, CASE WHEN EXISTS (SELECT 1 FROM eboks_outbox_letters WHERE id = `+d.places(n+8, 1)+` AND erased <> 0)
				THEN NULL ELSE CAST(`+d.places(n+9, 1)+` AS `+d.bytes()+`) END)`)
			args = append(args, h.ID, micros(h.At), string(h.What), h.Status, h.Kind, word(h.Code), h.HTTP, event, h.ID, raw)
		}
		written, err := affects(ctx, tx, `INSERT INTO eboks_outbox_trail (letter, at, what, status, kind, code, http, event, raw)
			VALUES `+strings.Join(rows, `, `)+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return false, err
		}
		fresh = fresh || written
	}
	return fresh, nil
}

const trailColumns = `letter, at, what, status, kind, code, http, raw`

func (o *Outbox) scanTrail(scan func(...any) error) (id eboks.ID, h Happening, err error) {
	var at int64
	var what string
	var raw []byte
	if err := scan(&id, &at, &what, &h.Status, &h.Kind, &h.Code, &h.HTTP, &raw); err != nil {
		return id, h, err
	}
	h.At, h.What = timeOf(at), What(what)
	if raw != nil {
		plain, err := o.letters.OpenBytes(rawName(id), raw)
		if err != nil {
			return id, h, err
		}
		h.Raw = eboks.NewRaw(plain)
	}
	return id, h, nil
}

// readTrail reads what happened, and to which letters.
func (o *Outbox) readTrail(rows *sql.Rows) (all []LastError, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		id, h, err := o.scanTrail(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, LastError{id, h})
	}
	return all, rows.Err()
}
