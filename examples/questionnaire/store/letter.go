package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// Letter is one letter of an account, without what it says. What becomes of it once it is
// queued, the outbox knows.
type Letter struct {
	ID      eboks.ID
	Record  string
	Status  survey.Status // the change that it reports
	Created time.Time
	Queued  bool   // it is in the outbox
	Refused string // why it never will be: a word of Post, or RefusedEarlier; if empty and not Queued, it waits for a CPR number
}

// RefusedEarlier is the Refused of a letter that an earlier version of this program, which
// had no outbox, sent. Nothing more is known of it.
const RefusedEarlier = "earlier"

// Draft is a letter to be written and queued.
type Draft struct {
	ID        eboks.ID
	To        cpr.Number
	Content   *survey.LetterContent // nil if what is stored does not open
	Agreement []byte                // the PDF that it asks to sign; nil if it asks for nothing

	letter  *eboks.Letter // nil if not written, or refused
	refused string
}

// Post is where letters go.
type Post interface {
	// Write makes the letter of a draft. If it cannot be sent as it is, refused says why, in a
	// word; then nothing is queued, and nothing will be.
	Write(ctx context.Context, d *Draft) (l *eboks.Letter, refused string, err error)
	// Enqueue queues a letter in a transaction of the store.
	Enqueue(ctx context.Context, tx outbox.Tx, l *eboks.Letter) (fresh bool, err error)
}

// write makes the letter of d, once.
func (d *Draft) write(ctx context.Context, post Post) (err error) {
	if d.letter == nil && d.refused == "" {
		d.letter, d.refused, err = post.Write(ctx, d)
	}
	return err
}

// letterPlace is what the content of a letter is sealed for.
func letterPlace(id eboks.ID) string { return id.String() + " content" }

// enqueueWaiting queues the letters of an account that wait for its number, if there is one
// by now. The caller's transaction has locked the account. One of the letters may be written already.
func (s *Store) enqueueWaiting(ctx context.Context, tx *sql.Tx, account string, post Post, written *Draft) error {
	to, err := s.number(ctx, tx.StmtContext(ctx, s.q.numberOf), account)
	if err != nil || to.IsZero() {
		return err
	}
	drafts, err := s.waitingLetters(ctx, tx, account)
	if err != nil {
		return fmt.Errorf("list letters: %w", err)
	}
	for _, d := range drafts {
		d.To = to
		if written != nil && written.ID == d.ID && written.To == to {
			d = written
		}
		if err := d.write(ctx, post); err != nil {
			return err
		}
		if err := s.enqueue(ctx, tx, d, post); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) waitingLetters(ctx context.Context, tx *sql.Tx, account string) (all []*Draft, err error) {
	rows, err := tx.StmtContext(ctx, s.q.waitingLetters).QueryContext(ctx, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d Draft
		var content, agreement []byte
		var signature string
		if err := rows.Scan(&d.ID, &content, &signature, &agreement); err != nil {
			return nil, err
		}
		if signature != "" {
			if d.Agreement, err = s.openPart(agreement, signature, FileDocument); err != nil {
				content = nil // a letter without what it brings is not the letter
			}
		}
		if c, err := s.openContent(d.ID, content); err == nil {
			d.Content = c
		}
		all = append(all, &d)
	}
	return all, rows.Err()
}

// EnqueueWaiting queues the letters that wait although there is a number to send them to. Only
// an earlier version of this program leaves such letters.
func (s *Store) EnqueueWaiting(ctx context.Context, post Post) error {
	rows, err := s.q.waitingAccounts.QueryContext(ctx)
	if err != nil {
		return fmt.Errorf("list letters: %w", err)
	}
	defer rows.Close()
	var accounts []string
	for rows.Next() {
		var a string
		if err := rows.Scan(&a); err != nil {
			return fmt.Errorf("list letters: %w", err)
		}
		accounts = append(accounts, a)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("list letters: %w", err)
	}
	for _, a := range accounts {
		if err := s.write(ctx, func(tx *sql.Tx) error {
			if err := s.lockAccount(ctx, tx, a); err != nil {
				return err
			}
			return s.enqueueWaiting(ctx, tx, a, post, nil)
		}); err != nil {
			return err
		}
	}
	return nil
}

// openContent opens what a letter says.
func (s *Store) openContent(id eboks.ID, sealed []byte) (*survey.LetterContent, error) {
	raw, err := s.vault.letters.Open(sealed, letterPlace(id))
	if err != nil {
		return nil, err
	}
	c, err := survey.ReadLetterContent(raw)
	return &c, err
}

// LetterContent returns what a letter of account says that is not in the outbox, or
// ErrNotFound.
func (s *Store) LetterContent(ctx context.Context, account string, id eboks.ID) (*survey.LetterContent, error) {
	var sealed []byte
	err := s.q.letterContent.QueryRowContext(ctx, account, id.String()).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read letter: %w", err)
	}
	return s.openContent(id, sealed)
}

// Letters returns every letter of account, the newest first.
func (s *Store) Letters(ctx context.Context, account string) ([]Letter, error) {
	return scanLetters(ctx, s.q.listLetters, account)
}

// LettersOf returns the letters of one record, in their order.
func (s *Store) LettersOf(ctx context.Context, account, record string) ([]Letter, error) {
	return scanLetters(ctx, s.q.recordLetters, account, record)
}

// Letter returns one letter of account, or ErrNotFound: somebody else's letter is
// not there.
func (s *Store) Letter(ctx context.Context, account string, id eboks.ID) (*Letter, error) {
	all, err := scanLetters(ctx, s.q.findLetter, account, id.String())
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

func scanLetters(ctx context.Context, q *sql.Stmt, args ...any) (all []Letter, err error) {
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l Letter
		var created int64
		if err := rows.Scan(&l.ID, &l.Record, &l.Status, &created, &l.Queued, &l.Refused); err != nil {
			return nil, fmt.Errorf("list letters: %w", err)
		}
		l.Created = fromMillis(created)
		all = append(all, l)
	}
	return all, rows.Err()
}
