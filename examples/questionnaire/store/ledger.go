package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/eboks"
)

// ledger is the [eboks.Ledger] in the store's file: what was done with a letter is
// still known after the program was killed.
type ledger struct{ store *Store }

// Ledger returns what package eboks must remember of the letters of s.
func (s *Store) Ledger() eboks.Ledger { return ledger{s} }

// Begin claims the letter for one Send.
func (l ledger) Begin(ctx context.Context, fresh eboks.Entry) (before eboks.Entry, err error) {
	err = l.store.write(ctx, func(tx *sql.Tx) error {
		before, err = l.read(ctx, tx.StmtContext(ctx, l.store.q.ledgerEntry), fresh.ID)
		if err != nil {
			return err
		}
		switch {
		case before.State == 0:
			return l.put(ctx, tx, fresh)
		case before.State == eboks.LetterWaiting && before.Digest == fresh.Digest:
			fresh.Attempts = before.Attempts
			return l.put(ctx, tx, fresh)
		}
		return nil
	})
	return before, err
}

// End replaces an entry, except that what the distributor has, it has.
func (l ledger) End(ctx context.Context, e eboks.Entry) error {
	return l.store.write(ctx, func(tx *sql.Tx) error {
		known, err := l.read(ctx, tx.StmtContext(ctx, l.store.q.ledgerEntry), e.ID)
		if err != nil || known.State == eboks.LetterAccepted && e.State != eboks.LetterAccepted {
			return err
		}
		return l.put(ctx, tx, e)
	})
}

// Entry returns the entry of id, the zero Entry if there is none.
func (l ledger) Entry(ctx context.Context, id eboks.ID) (eboks.Entry, error) {
	return l.read(ctx, l.store.q.ledgerEntry, id)
}

func (l ledger) put(ctx context.Context, tx *sql.Tx, e eboks.Entry) error {
	if _, err := tx.StmtContext(ctx, l.store.q.ledgerWrite).ExecContext(ctx, e.ID.String(), e.Digest[:], e.State, e.Attempts, e.At.UnixMilli(),
		e.Status, e.Reference, e.TakenAt.UnixMilli(), e.SHA256[:], e.Kind, e.Code, e.Reachability, e.NotDelivered); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

func (l ledger) read(ctx context.Context, q *sql.Stmt, id eboks.ID) (eboks.Entry, error) {
	e := eboks.Entry{ID: id}
	var digest, sum []byte
	var at, taken int64
	err := q.QueryRowContext(ctx, id.String()).Scan(&digest, &e.State, &e.Attempts, &at, &e.Status, &e.Reference, &taken, &sum, &e.Kind, &e.Code, &e.Reachability, &e.NotDelivered)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return eboks.Entry{}, nil
	case err != nil:
		return eboks.Entry{}, fmt.Errorf("ledger: %w", err)
	case len(digest) != len(e.Digest) || len(sum) != len(e.SHA256):
		return eboks.Entry{}, errors.New("ledger: an entry is damaged")
	}
	copy(e.Digest[:], digest)
	copy(e.SHA256[:], sum)
	e.At, e.TakenAt = fromMillis(at), fromMillis(taken)
	return e, nil
}
