package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// Save keeps the answers of one form. The record is made with its first save;
// hand moves it on to its next status. Of two that hand in at once, one does and
// the other gets ErrClosed, with the record as it now stands. What follows a new status
// is made in the same transaction.
func (s *Store) Save(ctx context.Context, account, slug string, st survey.Stage, given survey.Answers, hand bool, then Follows) (*survey.Record, error) {
	var drafts []*Draft
	var err error
	if hand {
		if drafts, err = s.drafts(ctx, account, then, nil); err != nil {
			return nil, err
		}
	}
	var r *survey.Record
	err = s.write(ctx, func(tx *sql.Tx) error {
		err := s.lockAccount(ctx, tx, account)
		if err != nil {
			return err
		}
		if r, err = s.openRecord(ctx, tx, account, slug, st); err != nil {
			return err
		}
		if r.Status != st.Step().From {
			return ErrClosed
		}
		if err := s.replaceAnswers(ctx, tx, r.ID, st, given); err != nil {
			return err
		}
		r.Updated = s.Now()
		if hand {
			if then.Lang != "" {
				if _, err := tx.StmtContext(ctx, s.q.setLang).ExecContext(ctx, then.Lang, r.ID); err != nil {
					return fmt.Errorf("store record: %w", err)
				}
			}
			change, err := s.move(ctx, tx, r, st.Step().To, ByPerson)
			if err != nil {
				return err
			}
			return s.follow(ctx, tx, account, r, change, then, drafts)
		}
		_, err = tx.StmtContext(ctx, s.q.touchRecord).ExecContext(ctx, toMillis(r.Updated), r.ID)
		return err
	})
	if err != nil && !errors.Is(err, ErrClosed) {
		return nil, err
	}
	return r, err
}

// lockAccount keeps everybody else from what belongs to an account until the transaction
// ends.
func (s *Store) lockAccount(ctx context.Context, tx *sql.Tx, account string) error {
	err := tx.StmtContext(ctx, s.q.lockAccount).QueryRowContext(ctx, account).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("lock account: %w", err)
	}
	return nil
}

// openRecord finds the record of a questionnaire; its first form makes it.
func (s *Store) openRecord(ctx context.Context, tx *sql.Tx, account, slug string, st survey.Stage) (*survey.Record, error) {
	r, err := scanRecord(tx.StmtContext(ctx, s.q.recordByForm).QueryRowContext(ctx, account, slug))
	if !errors.Is(err, ErrNotFound) || st != survey.StageFirst {
		return r, err
	}
	r = &survey.Record{ID: rand.Text(), Questionnaire: slug, Status: survey.StatusDraft, Updated: s.Now()}
	now := toMillis(r.Updated)
	if _, err := tx.StmtContext(ctx, s.q.insertRecord).ExecContext(ctx, r.ID, account, slug, r.Status, now); err != nil {
		return nil, fmt.Errorf("store record: %w", err)
	}
	if _, err := tx.StmtContext(ctx, s.q.addChange).ExecContext(ctx, r.ID, r.Status, now, ByPerson); err != nil {
		return nil, fmt.Errorf("store record: %w", err)
	}
	return r, nil
}

// Who changes a status. The store's table status_change holds the same words.
const (
	ByPerson  = "person"
	ByService = "service" // the app itself, or the signing service
)

// move gives r a new status and writes the line of its history, whose number it
// returns.
func (s *Store) move(ctx context.Context, tx *sql.Tx, r *survey.Record, to survey.Status, who string) (change int64, err error) {
	now := toMillis(r.Updated)
	if _, err := tx.StmtContext(ctx, s.q.setStatus).ExecContext(ctx, to, now, r.ID); err != nil {
		return 0, fmt.Errorf("move record: %w", err)
	}
	if err := tx.StmtContext(ctx, s.q.addChange).QueryRowContext(ctx, r.ID, to, now, who).Scan(&change); err != nil {
		return 0, fmt.Errorf("move record: %w", err)
	}
	r.Status = to
	return change, nil
}

func (s *Store) replaceAnswers(ctx context.Context, tx *sql.Tx, id string, st survey.Stage, given survey.Answers) error {
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

// Record returns one record of account, or ErrNotFound: somebody else's record
// is not there.
func (s *Store) Record(ctx context.Context, account, id string) (*survey.Record, error) {
	return scanRecord(s.q.findRecord.QueryRowContext(ctx, account, id))
}

// RecordFor returns account's record of a questionnaire, or ErrNotFound.
func (s *Store) RecordFor(ctx context.Context, account, slug string) (*survey.Record, error) {
	return scanRecord(s.q.recordByForm.QueryRowContext(ctx, account, slug))
}

// Records returns every record of account, the last touched first.
func (s *Store) Records(ctx context.Context, account string) ([]survey.Record, error) {
	rows, err := s.q.listRecords.QueryContext(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list records: %w", err)
	}
	defer rows.Close()
	var all []survey.Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, *r)
	}
	return all, rows.Err()
}

func scanRecord(row interface{ Scan(...any) error }) (*survey.Record, error) {
	r := &survey.Record{}
	var at int64
	err := row.Scan(&r.ID, &r.Questionnaire, &r.Status, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	r.Updated = fromMillis(at)
	return r, nil
}

// History returns the statuses a record has had, oldest first.
func (s *Store) History(ctx context.Context, id string) ([]survey.StatusChange, error) {
	rows, err := s.q.listChanges.QueryContext(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("list history: %w", err)
	}
	defer rows.Close()
	var all []survey.StatusChange
	for rows.Next() {
		var c survey.StatusChange
		var at int64
		if err := rows.Scan(&c.Status, &at, &c.Who); err != nil {
			return nil, fmt.Errorf("list history: %w", err)
		}
		c.At = fromMillis(at)
		all = append(all, c)
	}
	return all, rows.Err()
}

// Answers returns what a record holds of one form.
func (s *Store) Answers(ctx context.Context, f *survey.Form, id string, st survey.Stage) (survey.Answers, error) {
	rows, err := s.q.listAnswers.QueryContext(ctx, id, st)
	if err != nil {
		return nil, fmt.Errorf("list answers: %w", err)
	}
	defer rows.Close()
	all := survey.Answers{}
	for rows.Next() {
		var question, value string
		if err := rows.Scan(&question, &value); err != nil {
			return nil, fmt.Errorf("list answers: %w", err)
		}
		q, ok := f.Question(question)
		switch {
		case !ok: // of an older form
		case q.Kind == survey.Several:
			all[question] = strings.Split(value, "\n")
		default:
			all[question] = []string{value}
		}
	}
	return all, rows.Err()
}
