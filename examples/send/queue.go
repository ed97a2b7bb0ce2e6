package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// The bounds of one transaction: letters, bytes of documents, and time, because other
// writers wait for its end.
const (
	batch      = 500
	batchBytes = 32 << 20
	batchTime  = 300 * time.Millisecond
	leave      = 10 // the part of its time that queueing leaves to others
)

// The details of letters that are not queued.
const (
	another = "the reference stands for another letter"
	unfit   = "its document changed after the check; not queued"
)

// queue queues the rows that are not in the journal.
func (m *mailing) queue(ctx context.Context, db *sql.DB) error {
	var rows []int
	for i := range m.list.rows {
		if m.statusOf(i) == unqueued {
			rows = append(rows, i)
		}
	}
	for len(rows) > 0 {
		n, size := 0, int64(0)
		for n < len(rows) && n < batch && size < batchBytes {
			if info, err := os.Stat(m.list.path(&m.list.rows[rows[n]])); err == nil {
				size += info.Size()
			}
			n++
		}
		if err := m.queueBatch(ctx, db, rows[:n], len(rows)-n); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// queueBatch queues rows, after which others follow. They go in the order of their IDs, so
// that two processes that queue the same letters wait for each other and never in a circle.
func (m *mailing) queueBatch(ctx context.Context, db *sql.DB, rows []int, others int) error {
	slices.SortFunc(rows, func(a, b int) int { return bytes.Compare(m.list.rows[a].id[:], m.list.rows[b].id[:]) })
	for len(rows) > 0 {
		began, n := time.Now(), 0
		err := patiently(ctx, func() (err error) {
			n, err = m.together(ctx, db, rows)
			return err
		})
		if err != nil && isOfLetter(err) { // one of them is not taken
			n, err = len(rows), m.oneByOne(ctx, rows)
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
		m.told.tell("queued", len(m.list.rows)-others-len(rows), len(m.list.rows))
		_ = wait(ctx, time.Since(began)/leave) // other writers come in only between two transactions
	}
	return nil
}

// together queues the first n of rows in one transaction.
func (m *mailing) together(ctx context.Context, db *sql.DB, rows []int) (n int, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	for began := time.Now(); n < len(rows) && time.Since(began) < batchTime; n++ {
		if _, err := m.box.Enqueue(ctx, tx, m.letter(rows[n])); err != nil {
			return 0, err
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	for _, i := range rows[:n] {
		m.queued(i, nil)
	}
	return n, nil
}

// oneByOne queues rows in a transaction each, but for those that are not taken.
func (m *mailing) oneByOne(ctx context.Context, rows []int) error {
	for _, i := range rows {
		err := patiently(ctx, func() error {
			_, err := m.box.Enqueue(ctx, nil, m.letter(i))
			return err
		})
		if err != nil && !isOfLetter(err) {
			return err
		}
		m.queued(i, err)
	}
	return nil
}

// isOfLetter reports whether err is about one letter, and others are queued all the same.
func isOfLetter(err error) bool {
	return errors.Is(err, eboks.ErrConflict) || errors.Is(err, eboks.ErrInputInvalid)
}

// queued keeps what became of a row that was to be queued.
func (m *mailing) queued(i int, err error) {
	o := outcome{status: waiting, at: time.Now().Unix(), detail: "queued"}
	switch {
	case errors.Is(err, eboks.ErrConflict):
		o.status, o.detail = conflict, another
	case err != nil:
		o.status, o.detail = refused, unfit
	}
	m.set(i, o)
}

// letter is the letter of a row.
func (m *mailing) letter(i int) *eboks.Letter {
	r := &m.list.rows[i]
	return &eboks.Letter{ID: r.id, To: eboks.Person(r.number), Title: r.title, Material: m.material, Document: eboks.File(m.list.path(r))}
}
