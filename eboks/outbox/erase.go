package outbox

import (
	"context"
	"database/sql"
	"slices"

	"github.com/dkeid/dkeid/eboks"
)

// Erase removes what letters say: recipient, texts, documents that no other letter has,
// and the distributor's answers. When they were sent, as what, and what became of them
// stays, and so does their ID: it never becomes another letter.
//
// A letter that waits and surely never left is given up. One that may be on its way keeps
// its content until that is known, and loses it then; pending is how many of these there
// are. One that needs a person is erased when the person has decided. The error is
// ErrStoreFailed; the letters before it are erased, and the same call may be made again.
func (o *Outbox) Erase(ctx context.Context, ids ...eboks.ID) (pending int, err error) {
	for _, id := range ids {
		waits, err := o.eraseOne(ctx, id)
		if err != nil {
			return pending, storeFailed("erase", id, err, "the content is still there")
		}
		if waits {
			pending++
		}
	}
	return pending, nil
}

// EraseRecipient is Erase for all letters to somebody. Letters that were queued with a key
// that is no longer in Config.Keys are not found.
func (o *Outbox) EraseRecipient(ctx context.Context, to eboks.Recipient) (pending int, err error) {
	marks := o.recipientMarks(to)
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT id FROM eboks_outbox_letters WHERE sender = $1 AND person IN (`+places(2, len(marks))+`)`, append([]any{o.name}, anys(marks)...)...)
	if err != nil {
		return 0, storeFailed("erase", eboks.ID{}, err, "nothing was erased")
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return 0, storeFailed("erase", eboks.ID{}, err, "nothing was erased")
	}
	return o.Erase(ctx, ids...)
}

func scanIDs(rows *sql.Rows) (ids []eboks.ID, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id eboks.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// eraseOne erases a letter, or makes a note that it is to be.
func (o *Outbox) eraseOne(ctx context.Context, id eboks.ID) (pending bool, err error) {
	ctx, cancel := storing(ctx)
	defer cancel()
	erased := false
	err = o.write(ctx, func(tx *sql.Tx) error {
		es, err := o.load(ctx, tx, []eboks.ID{id}, o.cfg.Dialect.forUpdate())
		if err != nil || es[0].State == 0 {
			return err
		}
		e := es[0]
		if e.State == eboks.LetterWaiting && e.Owner == "" {
			e.State, e.Kind, e.Then, e.At = eboks.LetterRefused, eboks.Parked, eboks.Stop, o.now()
			if _, err := o.settleRows(ctx, tx, []*result{{entry: e, trail: []Happening{{At: o.now(), What: GivenUp}}}}); err != nil {
				return err
			}
		}
		if pending = !ended(e); pending {
			_, err := tx.ExecContext(ctx, `UPDATE eboks_outbox_letters SET erase = 1 WHERE id = $1`, id)
			return err
		}
		erased, err = o.eraseContent(ctx, tx, id, true)
		return err
	})
	if err == nil && erased {
		o.changed(ctx, id)
	}
	return pending, err
}

// eraseContent removes what a letter says, and the documents that it alone has. If wait is
// false, it does nothing when somebody else has one of its documents locked. done: there
// was something to erase.
func (o *Outbox) eraseContent(ctx context.Context, tx *sql.Tx, id eboks.ID, wait bool) (done bool, err error) {
	lock := o.cfg.Dialect.forUpdate()
	if !wait {
		lock = o.cfg.Dialect.skipLocked()
	}
	if there, err := exists(ctx, tx, `SELECT 1 FROM eboks_outbox_letters WHERE id = $1 AND erased = 0`+lock, id); err != nil || !there {
		return false, err
	}
	// The documents are locked before anybody looks whether another letter has them: who
	// queues a letter locks them too.
	const documents = `SELECT id FROM eboks_outbox_documents WHERE n = 0 AND id IN (
		SELECT document FROM eboks_outbox_letters WHERE id = $1 UNION ALL SELECT document FROM eboks_outbox_attachments WHERE letter = $1) ORDER BY id`
	docs, err := scanTexts(tx.QueryContext(ctx, documents+lock, id))
	if err != nil {
		return false, err
	}
	if all, err := scanTexts(tx.QueryContext(ctx, documents, id)); err != nil || len(docs) < len(all) {
		return false, err
	}
	now := o.now()
	there, err := affects(ctx, tx, `UPDATE eboks_outbox_letters SET erased = $2, erase = 0, person = '', sealed_with = '', sum = $3, content = NULL, document = NULL, next = NULL WHERE id = $1 AND erased = 0`, id, micros(now), []byte{})
	if err != nil || !there {
		return false, err
	}
	for _, q := range []string{
		`DELETE FROM eboks_outbox_attachments WHERE letter = $1`, `UPDATE eboks_outbox_trail SET raw = NULL WHERE letter = $1`,
	} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return false, err
		}
	}
	for _, d := range docs {
		if _, err := tx.ExecContext(ctx, `DELETE FROM eboks_outbox_documents WHERE id = $1
			AND NOT EXISTS (SELECT 1 FROM eboks_outbox_letters WHERE document = $1) AND NOT EXISTS (SELECT 1 FROM eboks_outbox_attachments WHERE document = $1)`, d); err != nil {
			return false, err
		}
	}
	return true, o.writeTrail(ctx, tx, id, Happening{At: now, What: Erased})
}

func scanTexts(rows *sql.Rows, err error) (all []string, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// clean erases what is kept no longer.
func (o *Outbox) clean(ctx context.Context) error {
	if err := o.dropWaiting(ctx); err != nil {
		return err
	}
	if err := o.cleanWhere(ctx, `erase = 1`); err != nil || o.cfg.KeepContent == 0 {
		return err
	}
	return o.cleanWhere(ctx, `ended <= $3`, micros(o.now().Add(-o.cfg.KeepContent)))
}

// dropWaiting gives up letters that are to be erased and came back without a word: a lost
// claim does that.
func (o *Outbox) dropWaiting(ctx context.Context) error {
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT id FROM eboks_outbox_letters WHERE sender = $1 AND erase = 1 AND state = $2 AND owner = '' LIMIT $3`,
		o.name, eboks.LetterWaiting, cleanAtMost)
	if err != nil {
		return err
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return err
	}
	_, err = o.Erase(ctx, ids...)
	return err
}

// cleanWhere erases letters that have ended. One whose documents somebody is just using
// waits for a later round.
func (o *Outbox) cleanWhere(ctx context.Context, where string, args ...any) error {
	for {
		rows, err := o.cfg.DB.QueryContext(ctx, `SELECT id FROM eboks_outbox_letters WHERE sender = $1 AND ended IS NOT NULL AND erased = 0 AND `+where+` LIMIT $2`,
			append([]any{o.name, cleanAtMost}, args...)...)
		if err != nil {
			return err
		}
		ids, err := scanIDs(rows)
		if err != nil {
			return err
		}
		var erased []eboks.ID
		for together := range slices.Chunk(ids, 50) {
			var done []eboks.ID
			if err := o.write(ctx, func(tx *sql.Tx) error {
				for _, id := range together {
					if yes, err := o.eraseContent(ctx, tx, id, false); err != nil {
						return err
					} else if yes {
						done = append(done, id)
					}
				}
				return nil
			}); err != nil {
				return err
			}
			erased = append(erased, done...)
		}
		o.changed(ctx, erased...)
		if len(ids) < cleanAtMost || len(erased) == 0 {
			return nil
		}
	}
}
