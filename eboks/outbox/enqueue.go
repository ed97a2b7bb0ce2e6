package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/eboks"
)

// Enqueue queues a letter in the caller's transaction: an *sql.Tx, or a pgx.Tx by [Pgx].
// When that is committed the letter is sent, whatever happens to this process; when it is
// rolled back there is no letter. Call [Outbox.Wake] after the commit, or it takes
// Config.LookEvery until Run sees it. If tx is nil, Enqueue uses a transaction of its own
// and wakes Run.
//
// fresh is false if the same letter was queued before: there is one. The documents are
// read twice: to check and measure them, and to store them.
//
// Errors: InputInvalid and Unsupported if the letter cannot be sent as it is; Conflict if
// the ID stands for another letter; StoreFailed. After any error nothing was queued: roll
// the transaction back. Only where Enqueue commits by itself, StoreFailed leaves that open:
// call it again with the same ID. StoreFailed can pass: PostgreSQL ends one of two transactions that
// queue several letters with the same documents in opposite orders.
func (o *Outbox) Enqueue(ctx context.Context, tx Tx, l *eboks.Letter) (fresh bool, err error) {
	p, err := o.client.Prepare(ctx, l)
	if err != nil {
		return false, err
	}
	if isNil(tx) {
		if fresh, err = o.enqueueAlone(ctx, p); err == nil {
			o.Wake()
		}
	} else {
		fresh, err = o.enqueue(ctx, tx, p)
	}
	if err != nil {
		fresh = false
		if e, ok := errors.AsType[*eboks.Error](err); ok {
			return false, e
		}
		if errors.Is(err, eboks.ErrChanged) || errors.Is(err, eboks.ErrUnread) {
			return false, fail("enqueue", p.ID(), &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Err: eboks.ErrChanged, Why: "nothing was queued"})
		}
		why := "the letter was not queued; roll the transaction back and try again"
		if isNil(tx) { // its commit may have been, and nobody heard of it
			why = "whether the letter is queued is not known; call Enqueue again with the same ID"
		}
		return false, storeFailed("enqueue", p.ID(), err, why)
	}
	o.tel.queued(ctx, fresh)
	return fresh, nil
}

// isNil reports whether there is no transaction, a nil *sql.Tx in an interface included.
func isNil(tx Tx) bool {
	if tx == nil {
		return true
	}
	v := reflect.ValueOf(tx)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// enqueueAlone is enqueue in a transaction of its own.
func (o *Outbox) enqueueAlone(ctx context.Context, p *eboks.Prepared) (fresh bool, err error) {
	all, err := o.prepare(ctx)
	if err != nil {
		return false, err
	}
	// Its first statement takes SQLite's write lock.
	err = o.transaction(ctx, func(tx *sql.Tx) error {
		fresh, err = o.enqueue(ctx, preparedTx{tx, all}, p)
		return err
	})
	return fresh, err
}

func (o *Outbox) enqueue(ctx context.Context, tx Tx, p *eboks.Prepared) (fresh bool, err error) {
	l, now := p.Letter(), o.now()
	all := append([]eboks.Document{l.Document}, l.Attachments...)
	docs := make([]stored, len(all))
	for i, doc := range all {
		docs[i] = o.storedAs(doc)
	}
	content, err := o.sealLetter(l, docs)
	if err != nil {
		return false, err
	}
	about := []any{o.recipientMarks(l.To)[0], o.keys[0], string(l.Material), int(l.Channel), len(docs), p.Bytes(), content, docs[0].ID}
	fresh, done, err := o.insertLetter(ctx, tx, l.ID, docs, all,
		append(append(o.entryValues(p.Entry(now)), o.name, micros(now), micros(now), eboks.Unknown), about...))
	if err != nil || done {
		return fresh, err
	}
	if !fresh {
		if err := o.sameLetter(ctx, tx, p); err != nil {
			return false, err
		}
		// If it was sent past the queue, and has not come to its end, it is queued now.
		fresh, err := affects(ctx, tx, `UPDATE eboks_outbox_letters SET next = CASE WHEN owner = '' THEN CAST($3 AS BIGINT) ELSE lease END,
			person = $4, sealed_with = $5, material = $6, channel = $7, documents = $8, bytes = $9, content = $10, document = $11
			WHERE id = $1 AND sender = $2 AND documents = 0 AND state IN ($12, $13)`,
			append(append([]any{l.ID, o.name, micros(now)}, about...), eboks.LetterWaiting, eboks.LetterUnknown)...)
		if err != nil || !fresh {
			return false, err
		}
		if err := insertAttachments(ctx, tx, l.ID, docs); err != nil {
			return false, err
		}
	}
	return true, o.storeDocuments(ctx, tx, docs, all)
}

// insertLetter writes the row of a letter and those of its attachments, unless there is such
// a letter. done: its document is stored too.
func (o *Outbox) insertLetter(ctx context.Context, tx Tx, id eboks.ID, docs []stored, all []eboks.Document, values []any) (fresh, done bool, err error) {
	if o.cfg.Dialect == PostgreSQL && len(docs) == 1 && docs[0].Size <= inMemory {
		return o.insertWhole(ctx, tx, docs[0], all[0], values)
	}
	fresh, err = affects(ctx, tx, queueLetter, values...)
	if err == nil && fresh {
		err = insertAttachments(ctx, tx, id, docs)
	}
	return fresh, false, err
}

// insertWhole is insertLetter for a letter with one small document: one journey to the
// server in place of two. PostgreSQL alone can.
func (o *Outbox) insertWhole(ctx context.Context, tx Tx, d stored, doc eboks.Document, values []any) (fresh, done bool, err error) {
	part, err := readSmall(d, doc)
	if err != nil {
		return false, false, err
	}
	res, err := tx.ExecContext(ctx, queueWhole, append(values, o.files.SealBytes(partName(d, 0), part))...)
	if err != nil {
		return false, false, err
	}
	wrote, err := res.RowsAffected()
	return wrote > 0, wrote > 1, err
}

func insertAttachments(ctx context.Context, tx Tx, id eboks.ID, docs []stored) error {
	for i, d := range docs[1:] {
		if _, err := tx.ExecContext(ctx, `INSERT INTO eboks_outbox_attachments (letter, place, document) VALUES ($1, $2, $3)`, id, i+1, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// storeDocuments stores the documents of a letter.
func (o *Outbox) storeDocuments(ctx context.Context, tx Tx, docs []stored, all []eboks.Document) error {
	places := make([]int, len(docs))
	for i := range docs {
		places[i] = i
	}
	// In one order, so that two that queue the same documents do not wait for each other.
	slices.SortFunc(places, func(a, b int) int { return strings.Compare(docs[a].ID, docs[b].ID) })
	for _, i := range places {
		if err := o.storeDocument(ctx, tx, docs[i], all[i]); err != nil {
			return err
		}
	}
	return nil
}

// sameLetter returns nil if the journal has this letter under its ID, and a Conflict if
// it has another one, or this one for another distributor.
func (o *Outbox) sameLetter(ctx context.Context, tx Tx, p *eboks.Prepared) error {
	for _, d := range o.client.Digests(p) {
		if same, err := exists(ctx, tx, `SELECT 1 FROM eboks_outbox_letters WHERE id = $1 AND digest = $2 AND sender = $3`, p.ID(), d[:], o.name); err != nil || same {
			return err
		}
	}
	return fail("enqueue", p.ID(), &eboks.Error{Kind: eboks.Conflict, Then: eboks.Decide,
		Why: "this ID stands for another letter, or for one that another distributor brings, which may have arrived; find out before anything is sent under another ID"})
}

// queueLetter writes a new row, unless there is one. Behind the values of the entry come those that enqueue
// adds.
var queueLetter = `INSERT INTO eboks_outbox_letters (` + entryColumns + `,
	sender, queued, next, reached, person, sealed_with, material, channel, documents, bytes, content, document, watch, overdue, ended, erase, erased)
	VALUES (` + places(1, entryCount+12) + `, NULL, 0, NULL, 0, 0) ON CONFLICT (id) DO NOTHING`

// queueWhole is queueLetter with the document, which has one part. It answers no row where
// there is such a letter, one where its document is stored already, else two.
var queueWhole = fmt.Sprintf(`WITH letter AS (`+queueLetter+` RETURNING document),
	stored AS (INSERT INTO eboks_outbox_documents (id, n, sealed) SELECT document, 0, CAST($%d AS BYTEA) FROM letter
		ON CONFLICT (id, n) DO NOTHING RETURNING n)
	SELECT 1 FROM letter UNION ALL SELECT 1 FROM stored`, entryCount+13)
