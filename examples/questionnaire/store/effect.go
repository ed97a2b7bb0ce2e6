package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// Effect is one thing that a status change leads to, as an action says. It has a Letter or
// an Agreement.
type Effect struct {
	Action    string                   // its ID: an action happens once for a status change
	To        cpr.Number               // whose e-Boks gets the letter; if zero, that of the person
	Template  string                   // of the letter: its ID and version
	Letter    *survey.LetterContent    // about the new status
	Agreement *survey.AgreementContent // to be signed: the record goes on to StatusToSign by itself
}

// Follows is what a status change leads to, in this order. It comes about in the
// transaction of the change.
type Follows struct {
	Effects []Effect
	Post    Post        // gets the letters; needed where there are any
	Lang    survey.Lang // in which the person handed in; if empty, what is stored stays
}

// Reached is a status that a record reaches, and what is known about it.
type Reached struct {
	Account       string
	Record        string // empty if this makes it
	Questionnaire string
	Status        survey.Status
	Lang          survey.Lang
	Name          string // of the person; if empty, it is looked up
	// Stage and Given are what was handed in just now, and is not stored yet.
	Stage survey.Stage
	Given survey.Answers
	// UUID or CPR says who would sign; see [survey.AgreementContent].
	UUID, CPR string
}

// drafts makes the letters of what follows, one for each effect that has one. Writing a
// PDF takes milliseconds, so it is done before the transaction. agreement is the PDF that
// letters to the person bring; if nil, they bring none.
func (s *Store) drafts(ctx context.Context, account string, then Follows, agreement []byte) ([]*Draft, error) {
	all := make([]*Draft, len(then.Effects))
	for i, e := range then.Effects {
		if e.Letter == nil {
			continue
		}
		all[i] = &Draft{ID: eboks.NewID(), To: e.To, Content: e.Letter}
		if e.To.IsZero() {
			all[i].Agreement = agreement
			var err error
			if all[i].To, err = s.Number(ctx, account); err != nil {
				return nil, err
			}
		}
		if all[i].To.IsZero() {
			continue
		}
		if err := all[i].write(ctx, then.Post); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// follow makes what follows a status change, in the change's transaction.
func (s *Store) follow(ctx context.Context, tx *sql.Tx, account string, r *survey.Record, change int64, then Follows, drafts []*Draft) error {
	for i := range then.Effects {
		if drafts[i] == nil {
			continue
		}
		if err := s.addLetter(ctx, tx, account, r, change, &then.Effects[i], drafts[i], then.Post); err != nil {
			return err
		}
	}
	for _, e := range then.Effects {
		if e.Agreement == nil {
			continue
		}
		to, err := s.move(ctx, tx, r, survey.StatusToSign, ByService)
		if err != nil {
			return err
		}
		return s.addSignature(ctx, tx, account, r, to, *e.Agreement) // a record waits for one signature at a time
	}
	return nil
}

// addLetter makes the letter of a status change and queues it. For a person without a CPR
// number it waits for one.
func (s *Store) addLetter(ctx context.Context, tx *sql.Tx, account string, r *survey.Record, change int64, e *Effect, d *Draft, post Post) error {
	raw, err := d.Content.Encode()
	if err != nil {
		return err
	}
	whose := sql.NullString{String: account, Valid: e.To.IsZero()}
	if _, err := tx.StmtContext(ctx, s.q.insertLetter).ExecContext(ctx, d.ID.String(), whose, r.ID, change,
		s.vault.letters.Seal(raw, letterPlace(d.ID)), toMillis(s.Now()), e.Action, e.Template); err != nil {
		return fmt.Errorf("store letter: %w", err)
	}
	if whose.Valid {
		return s.enqueueWaiting(ctx, tx, account, post, d)
	}
	return s.enqueue(ctx, tx, d, post)
}

// enqueue queues a letter that is written, or notes why it cannot be.
func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, d *Draft, post Post) error {
	q, args := s.q.letterRefused, []any{d.ID.String(), d.refused}
	if d.refused == "" {
		if _, err := post.Enqueue(ctx, tx, d.letter); err != nil {
			return err
		}
		q, args = s.q.letterQueued, args[:1]
	}
	if _, err := tx.StmtContext(ctx, q).ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("store letter: %w", err)
	}
	return nil
}
