package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// place is what a part of a letter is sealed for.
func place(id eboks.ID, part string) string { return id.String() + " " + part }

// addLetter makes the letter of a status change, in the change's transaction: from
// now on there is one, with this ID, whatever happens to the program.
func (s *Store) addLetter(ctx context.Context, tx *sql.Tx, account string, r *survey.Record, change int64, content survey.LetterContent) error {
	raw, err := content.Encode()
	if err != nil {
		return err
	}
	id := eboks.NewID()
	if _, err := tx.StmtContext(ctx, s.q.insertLetter).ExecContext(ctx, id.String(), account, r.ID, change,
		s.vault.letters.Seal(raw, place(id, "content")), toMillis(r.Updated)); err != nil {
		return fmt.Errorf("store letter: %w", err)
	}
	return nil
}

// Due is a letter that somebody should try to send.
type Due struct {
	ID       eboks.ID
	Account  string
	Attempts int
}

// DueLetters returns what waits to be sent, or to be asked for, and may be by now.
func (s *Store) DueLetters(ctx context.Context) ([]Due, error) {
	rows, err := s.q.dueLetters.QueryContext(ctx, toMillis(s.Now()))
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	defer rows.Close()
	var all []Due
	for rows.Next() {
		var d Due
		var id string
		if err := rows.Scan(&id, &d.Account, &d.Attempts); err != nil {
			return nil, fmt.Errorf("list letters: %w", err)
		}
		if d.ID, err = eboks.ParseID(id); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// Address gives a letter its recipient and its PDF, once: what render makes of it
// is kept before anything leaves, and no later attempt makes it anew. Of two that
// do it at once, one counts.
func (s *Store) Address(ctx context.Context, d Due, render func(survey.LetterContent, cpr.Number) ([]byte, error)) error {
	var content []byte
	var done bool
	if err := s.q.contentOf.QueryRowContext(ctx, d.ID.String()).Scan(&content, &done); err != nil || done {
		return err
	}
	c, err := s.openContent(d.ID, content)
	if err != nil {
		return err
	}
	n, err := s.Number(ctx, d.Account)
	if err != nil {
		return err
	}
	pdf, err := render(c, n)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(pdf)
	recipient := s.vault.letters.Seal([]byte(n.Reveal()), place(d.ID, "recipient"))
	document := s.vault.letters.Seal(pdf, place(d.ID, "document"))
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.StmtContext(ctx, s.q.addressLetter).ExecContext(ctx, d.ID.String(), recipient, document, hex.EncodeToString(sum[:]))
		return err
	})
}

// openContent opens what a letter says.
func (s *Store) openContent(id eboks.ID, sealed []byte) (survey.LetterContent, error) {
	raw, err := s.vault.letters.Open(sealed, place(id, "content"))
	if err != nil {
		return survey.LetterContent{}, err
	}
	return survey.ReadLetterContent(raw)
}

// Claim takes a letter for one attempt and returns it as it is to be sent. ok is
// false when somebody else was quicker. Until next nobody else takes it; from now
// on it may have arrived.
func (s *Store) Claim(ctx context.Context, d Due, next time.Time) (l *eboks.Letter, ok bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.StmtContext(ctx, s.q.claimLetter).ExecContext(ctx, d.ID.String(), d.Attempts, toMillis(next), toMillis(s.Now()))
		if err != nil {
			return fmt.Errorf("claim letter: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return err
		}
		var recipient, document, content, agreement []byte
		var signature string
		if err := tx.StmtContext(ctx, s.q.documentOf).QueryRowContext(ctx, d.ID.String()).Scan(&recipient, &document, &content, &signature, &agreement); err != nil {
			return fmt.Errorf("read letter: %w", err)
		}
		if l, err = s.letterToSend(d.ID, recipient, document, content); err == nil && signature != "" {
			err = s.attach(l, signature, agreement)
		}
		ok = err == nil
		return err
	})
	return l, ok, err
}

// letterToSend opens what is stored of a letter.
func (s *Store) letterToSend(id eboks.ID, recipient, document, content []byte) (*eboks.Letter, error) {
	digits, err := s.vault.letters.Open(recipient, place(id, "recipient"))
	if err != nil {
		return nil, err
	}
	n, err := cpr.Parse(string(digits))
	if err != nil {
		return nil, err
	}
	pdf, err := s.vault.letters.Open(document, place(id, "document"))
	if err != nil {
		return nil, err
	}
	c, err := s.openContent(id, content)
	if err != nil {
		return nil, err
	}
	return &eboks.Letter{ID: id, To: eboks.Person(n), Title: c.Title, Document: eboks.Bytes(pdf), Material: ReceiptMaterial}, nil
}

// attach puts the agreement that is to be signed into the letter that brings its link.
func (s *Store) attach(l *eboks.Letter, signature string, sealed []byte) error {
	pdf, err := s.openPart(sealed, signature, FileDocument)
	if err != nil {
		return err
	}
	l.Attachments = []eboks.Document{eboks.Bytes(pdf).Named(agreementName)}
	return nil
}

// agreementName is what the recipient sees on an agreement in their mailbox.
const agreementName = "Aftale.pdf"

// Settle says how an attempt ended. next is when to try again, or to ask.
func (s *Store) Settle(ctx context.Context, id eboks.ID, state LetterState, reason string, next time.Time) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.StmtContext(ctx, s.q.settleLetter).ExecContext(ctx, id.String(), state, reason, toMillis(next)); err != nil {
			return fmt.Errorf("settle letter: %w", err)
		}
		return nil
	})
}

// Postpone leaves a letter alone until next.
func (s *Store) Postpone(ctx context.Context, id eboks.ID, next time.Time) error {
	if _, err := s.q.postpone.ExecContext(ctx, toMillis(next), id.String()); err != nil {
		return fmt.Errorf("postpone letter: %w", err)
	}
	return nil
}

// Document returns the PDF of a letter of account as it was or will be sent, or
// ErrNotFound.
func (s *Store) Document(ctx context.Context, account string, id eboks.ID) ([]byte, error) {
	var sealed []byte
	err := s.q.ownDocument.QueryRowContext(ctx, account, id.String()).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read letter: %w", err)
	}
	return s.vault.letters.Open(sealed, place(id, "document"))
}

// Letters returns every letter of account, the newest first.
func (s *Store) Letters(ctx context.Context, account string) ([]Letter, error) {
	return s.scanLetters(ctx, s.q.listLetters, account)
}

// LettersOf returns the letters of one record, in their order.
func (s *Store) LettersOf(ctx context.Context, account, record string) ([]Letter, error) {
	return s.scanLetters(ctx, s.q.recordLetter, account, record)
}

// Letter returns one letter of account, or ErrNotFound: somebody else's letter is
// not there.
func (s *Store) Letter(ctx context.Context, account string, id eboks.ID) (*Letter, error) {
	all, err := s.scanLetters(ctx, s.q.findLetter, account, id.String())
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

func (s *Store) scanLetters(ctx context.Context, q *sql.Stmt, args ...any) ([]Letter, error) {
	all, err := readLetters(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	for i := range all {
		if err := s.fillHistory(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readLetters(ctx context.Context, q *sql.Stmt, args ...any) ([]Letter, error) {
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Letter
	for rows.Next() {
		var l Letter
		var id string
		var created, offered int64
		if err := rows.Scan(&id, &l.Record, &l.Status, &l.State, &l.Reason, &l.Attempts, &created, &l.Addressed, &offered, &l.SHA256); err != nil {
			return nil, err
		}
		if l.ID, err = eboks.ParseID(id); err != nil {
			return nil, err
		}
		l.Created = fromMillis(created)
		if offered != 0 {
			l.Offered = fromMillis(offered)
		}
		all = append(all, l)
	}
	return all, rows.Err()
}
