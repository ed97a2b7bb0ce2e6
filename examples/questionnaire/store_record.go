package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// save keeps the answers of one form. The record is made with its first save;
// hand moves it on to its next status. Of two that hand in at once, one does and
// the other gets errClosed, with the record as it now stands. What follows a new status
// is made in the same transaction.
func (s *store) save(ctx context.Context, account, slug string, st stage, given answers, hand bool, then follows) (*record, error) {
	var r *record
	err := s.write(ctx, func(tx *sql.Tx) error {
		var err error
		if r, err = s.openRecord(ctx, tx, account, slug, st); err != nil {
			return err
		}
		if r.Status != steps[st].from {
			return errClosed
		}
		if err := s.replaceAnswers(ctx, tx, r.ID, st, given); err != nil {
			return err
		}
		r.Updated = s.now()
		if hand {
			return s.handIn(ctx, tx, account, r, steps[st].to, then)
		}
		_, err = tx.StmtContext(ctx, s.q.touchRecord).ExecContext(ctx, toMillis(r.Updated), r.ID)
		return err
	})
	if err != nil && !errors.Is(err, errClosed) {
		return nil, err
	}
	return r, err
}

// follows is what a status change leads to. Both may be nil.
type follows struct {
	Letter    *letterContent    // about the new status
	Agreement *signatureContent // to be signed: the record goes on to statusToSign by itself
}

func (s *store) handIn(ctx context.Context, tx *sql.Tx, account string, r *record, to status, then follows) error {
	change, err := s.move(ctx, tx, r, to)
	if err != nil {
		return err
	}
	if then.Letter != nil {
		if err := s.addLetter(ctx, tx, account, r, change, *then.Letter); err != nil {
			return err
		}
	}
	if then.Agreement == nil {
		return nil
	}
	if change, err = s.move(ctx, tx, r, statusToSign); err != nil {
		return err
	}
	return s.addSignature(ctx, tx, account, r, change, *then.Agreement)
}

// openRecord finds the record of a questionnaire; its first form makes it.
func (s *store) openRecord(ctx context.Context, tx *sql.Tx, account, slug string, st stage) (*record, error) {
	r, err := scanRecord(tx.StmtContext(ctx, s.q.recordByForm).QueryRowContext(ctx, account, slug))
	if !errors.Is(err, errNotFound) || st != stageFirst {
		return r, err
	}
	r = &record{ID: rand.Text(), Questionnaire: slug, Status: statusDraft, Updated: s.now()}
	now := toMillis(r.Updated)
	if _, err := tx.StmtContext(ctx, s.q.insertRecord).ExecContext(ctx, r.ID, account, slug, r.Status, now); err != nil {
		return nil, fmt.Errorf("store record: %w", err)
	}
	if _, err := tx.StmtContext(ctx, s.q.addChange).ExecContext(ctx, r.ID, r.Status, now); err != nil {
		return nil, fmt.Errorf("store record: %w", err)
	}
	return r, nil
}

// move gives r a new status and writes the line of its history, whose number it
// returns.
func (s *store) move(ctx context.Context, tx *sql.Tx, r *record, to status) (change int64, err error) {
	now := toMillis(r.Updated)
	if _, err := tx.StmtContext(ctx, s.q.setStatus).ExecContext(ctx, to, now, r.ID); err != nil {
		return 0, fmt.Errorf("move record: %w", err)
	}
	line, err := tx.StmtContext(ctx, s.q.addChange).ExecContext(ctx, r.ID, to, now)
	if err != nil {
		return 0, fmt.Errorf("move record: %w", err)
	}
	r.Status = to
	return line.LastInsertId()
}

func (s *store) replaceAnswers(ctx context.Context, tx *sql.Tx, id string, st stage, given answers) error {
	if _, err := tx.StmtContext(ctx, s.q.dropAnswers).ExecContext(ctx, id, st); err != nil {
		return fmt.Errorf("store answers: %w", err)
	}
	for question, values := range given {
		if _, err := tx.StmtContext(ctx, s.q.insertAnswer).ExecContext(ctx, id, st, question, strings.Join(values, "\n")); err != nil {
			return fmt.Errorf("store answers: %w", err)
		}
	}
	return nil
}

// record returns one record of account, or errNotFound: somebody else's record
// is not there.
func (s *store) record(ctx context.Context, account, id string) (*record, error) {
	return scanRecord(s.q.findRecord.QueryRowContext(ctx, account, id))
}

// recordFor returns account's record of a questionnaire, or errNotFound.
func (s *store) recordFor(ctx context.Context, account, slug string) (*record, error) {
	return scanRecord(s.q.recordByForm.QueryRowContext(ctx, account, slug))
}

// records returns every record of account, the last touched first.
func (s *store) records(ctx context.Context, account string) ([]record, error) {
	rows, err := s.q.listRecords.QueryContext(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list records: %w", err)
	}
	defer rows.Close()
	var all []record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, *r)
	}
	return all, rows.Err()
}

func scanRecord(row interface{ Scan(...any) error }) (*record, error) {
	r := &record{}
	var at int64
	err := row.Scan(&r.ID, &r.Questionnaire, &r.Status, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	r.Updated = fromMillis(at)
	return r, nil
}

// history returns the statuses a record has had, oldest first.
func (s *store) history(ctx context.Context, id string) ([]statusChange, error) {
	rows, err := s.q.listChanges.QueryContext(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list history: %w", err)
	}
	defer rows.Close()
	var all []statusChange
	for rows.Next() {
		var c statusChange
		var at int64
		if err := rows.Scan(&c.Status, &at); err != nil {
			return nil, fmt.Errorf("list history: %w", err)
		}
		c.At = fromMillis(at)
		all = append(all, c)
	}
	return all, rows.Err()
}

// answers returns what a record holds of one form.
func (s *store) answers(ctx context.Context, f *form, id string, st stage) (answers, error) {
	rows, err := s.q.listAnswers.QueryContext(ctx, id, st)
	if err != nil {
		return nil, fmt.Errorf("list answers: %w", err)
	}
	defer rows.Close()
	all := answers{}
	for rows.Next() {
		var question, value string
		if err := rows.Scan(&question, &value); err != nil {
			return nil, fmt.Errorf("list answers: %w", err)
		}
		q, ok := f.question(question)
		switch {
		case !ok: // of an older form
		case q.Kind == several:
			all[question] = strings.Split(value, "\n")
		default:
			all[question] = []string{value}
		}
	}
	return all, rows.Err()
}
