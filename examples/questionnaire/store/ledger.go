package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// ledger is the [eboks.Ledger] in the store's file: what was done with a letter is
// still known after the program was killed, and to every process that has the file.
type ledger struct{ store *Store }

// Ledger returns what package eboks must remember of the letters of s.
func (s *Store) Ledger() eboks.Ledger { return ledger{s} }

// Claim takes letters in hand, all in one transaction.
func (l ledger) Claim(ctx context.Context, fresh []eboks.Entry, owner string, lease time.Duration) ([]eboks.Entry, error) {
	now := make([]eboks.Entry, len(fresh))
	err := l.store.write(ctx, func(tx *sql.Tx) error {
		for i, f := range fresh {
			e, err := l.read(ctx, tx.StmtContext(ctx, l.store.q.ledgerEntry), f.ID)
			if err != nil {
				return err
			}
			if e, ok := claimed(e, f, owner, lease); ok {
				if err := l.put(ctx, tx, e); err != nil {
					return err
				}
				now[i] = e
				continue
			}
			now[i] = e
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return now, nil
}

// claimed returns entry e in the hand of owner. ok is false if it is not to be had.
func claimed(e, fresh eboks.Entry, owner string, lease time.Duration) (_ eboks.Entry, ok bool) {
	held := e.Owner != "" && e.Owner != owner
	switch {
	case e.State == 0:
		e = fresh
	case e.State != eboks.LetterWaiting && e.State != eboks.LetterUnknown, held && e.Lease.After(fresh.At):
		return e, false
	case held: // whoever is gone may have offered it
		e.State, e.Asked = eboks.LetterUnknown, false
	}
	e.Owner, e.Lease, e.Version = owner, fresh.At.Add(lease), e.Version+1
	return e, true
}

// Settle writes what became of letters, and returns those that somebody else has changed.
func (l ledger) Settle(ctx context.Context, entries []eboks.Entry) (stale []eboks.Entry, err error) {
	err = l.store.write(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			known, err := l.read(ctx, tx.StmtContext(ctx, l.store.q.ledgerEntry), e.ID)
			if err != nil {
				return err
			}
			if known.Version != e.Version {
				stale = append(stale, known)
				continue
			}
			e.Version++
			if err := l.put(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stale, nil
}

// Load returns the entries of letters; the zero Entry if there is none.
func (l ledger) Load(ctx context.Context, ids []eboks.ID) ([]eboks.Entry, error) {
	found := make([]eboks.Entry, len(ids))
	for i, id := range ids {
		var err error
		if found[i], err = l.read(ctx, l.store.q.ledgerEntry, id); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (l ledger) put(ctx context.Context, tx *sql.Tx, e eboks.Entry) error {
	if _, err := tx.StmtContext(ctx, l.store.q.ledgerWrite).ExecContext(ctx, e.ID.String(), e.Digest[:], e.State, e.Version, e.Owner, toMillis(e.Lease),
		toMillis(e.At), e.Offers, e.Doubts, e.Asked, e.SHA256[:], e.Status, e.Reference, toMillis(e.TakenAt), e.Kind, e.Code, e.Reachability, e.Then); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

func (l ledger) read(ctx context.Context, q *sql.Stmt, id eboks.ID) (eboks.Entry, error) {
	e := eboks.Entry{ID: id}
	var digest, sum []byte
	var lease, at, taken int64
	err := q.QueryRowContext(ctx, id.String()).Scan(&digest, &e.State, &e.Version, &e.Owner, &lease, &at, &e.Offers, &e.Doubts, &e.Asked, &sum,
		&e.Status, &e.Reference, &taken, &e.Kind, &e.Code, &e.Reachability, &e.Then)
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
	e.Lease, e.At, e.TakenAt = fromMillis(lease), fromMillis(at), fromMillis(taken)
	return e, nil
}
