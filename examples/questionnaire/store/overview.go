package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// LetterRow is a letter as administrators see it: without what it says and to whom.
type LetterRow struct {
	Letter
	Account       string // empty if it goes to a number that was typed in, or invites somebody
	Questionnaire string // empty if it invites somebody
	Action        string
	Template      string // its ID and version
}

const selectLetterRows = `SELECT l.id, coalesce(l.record_id, ''), coalesce(c.status, ''), l.created_at, l.content IS NULL, l.refused,
	coalesce(l.account_id, ''), coalesce(r.questionnaire, ''), l.action_id, l.template
	FROM letter l LEFT JOIN status_change c ON c.id = l.change_id LEFT JOIN record r ON r.id = l.record_id`

func scanLetterRow(scan func(...any) error) (l LetterRow, err error) {
	var created int64
	err = scan(&l.ID, &l.Record, &l.Status, &created, &l.Queued, &l.Refused, &l.Account, &l.Questionnaire, &l.Action, &l.Template)
	l.Created = fromMillis(created)
	return l, err
}

// AllLetters returns the newest letters of everybody.
func (s *Store) AllLetters(ctx context.Context) ([]LetterRow, error) {
	return list(ctx, s.DB, scanLetterRow, selectLetterRows+` ORDER BY l.created_at DESC, l.change_id DESC, l.action_id, l.id LIMIT `+fmt.Sprint(idsListed))
}

// ParkedLetters returns those that are not in the outbox: they wait for a number, or were
// refused and nobody has given them up.
func (s *Store) ParkedLetters(ctx context.Context) ([]LetterRow, error) {
	return list(ctx, s.DB, scanLetterRow, selectLetterRows+` WHERE l.content IS NOT NULL AND l.refused NOT IN ('`+RefusedGivenUp+`', '`+RefusedEarlier+`')
		ORDER BY l.created_at DESC, l.change_id DESC, l.action_id, l.id LIMIT `+fmt.Sprint(idsListed))
}

// AnyLetter returns one letter, whosever it is, or ErrNotFound.
func (s *Store) AnyLetter(ctx context.Context, id eboks.ID) (*LetterRow, error) {
	return only(list(ctx, s.DB, scanLetterRow, selectLetterRows+` WHERE l.id = $1`, id.String()))
}

// RecordLetters returns the letters about a record, those to others than the person included.
func (s *Store) RecordLetters(ctx context.Context, record string) ([]LetterRow, error) {
	return list(ctx, s.DB, scanLetterRow, selectLetterRows+` WHERE l.record_id = $1 ORDER BY l.change_id, l.created_at, l.action_id, l.id`, record)
}

// RefusedGivenUp is the Refused of a letter that an administrator gave up.
const RefusedGivenUp = "given up"

// GiveUpLetter notes that an administrator gave a letter up, as they saw it. One that is not
// in the outbox ends with it; the others are for the caller to end there. ErrClosed says that
// it was given up before, or went to the outbox meanwhile.
func (s *Store) GiveUpLetter(ctx context.Context, who *Administrator, l *LetterRow, reason string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if l.Account != "" { // whoever queues what waits for a number holds the account
			if err := s.lockAccount(ctx, tx, l.Account); err != nil {
				return err
			}
		}
		where := `content IS NOT NULL`
		if l.Queued {
			where = `content IS NULL`
		}
		res, err := tx.ExecContext(ctx, `UPDATE letter SET refused = $2 WHERE id = $1 AND refused NOT IN ($2, $3) AND `+where, l.ID.String(), RefusedGivenUp, RefusedEarlier)
		if err != nil {
			return fmt.Errorf("give letter up: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orClosed(err)
		}
		return s.deed(ctx, tx, who, DeedGiveUp, l.ID.String(), reason)
	})
}

func orClosed(err error) error {
	if err == nil {
		return ErrClosed
	}
	return err
}

// RetryLetter writes and queues a letter of a person again that was refused, for the
// number that is stored by now. ErrClosed says that it was not refused, or is given up.
func (s *Store) RetryLetter(ctx context.Context, who *Administrator, id eboks.ID, reason string, post Post) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		l, err := only(list(ctx, tx, scanLetterRow, selectLetterRows+` WHERE l.id = $1`, id.String()))
		if err != nil {
			return err
		}
		if l.Account == "" {
			return ErrClosed
		}
		if err := s.lockAccount(ctx, tx, l.Account); err != nil {
			return err
		}
		// Looked at again, now that nobody else decides.
		res, err := tx.ExecContext(ctx, `UPDATE letter SET refused = '' WHERE id = $1 AND content IS NOT NULL AND refused NOT IN ('', $2, $3)`, id.String(), RefusedGivenUp, RefusedEarlier)
		if err != nil {
			return fmt.Errorf("retry letter: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orClosed(err)
		}
		if err := s.deed(ctx, tx, who, DeedRetry, id.String(), reason); err != nil {
			return err
		}
		return s.enqueueWaiting(ctx, tx, l.Account, post, nil)
	})
}

// RecordRow is a record as administrators see it.
type RecordRow struct {
	survey.Record
	Account string
	Name    string // of the person; empty if it is not known, or protected
	Lang    survey.Lang
}

const selectRecordRows = `SELECT r.id, r.questionnaire, r.status, r.updated_at, r.account_id, coalesce((SELECT max(p.value) FROM property p WHERE p.account_id = r.account_id AND p.claim = 'name'), ''), r.lang
	FROM record r`

func scanRecordRow(scan func(...any) error) (r RecordRow, err error) {
	var at int64
	err = scan(&r.ID, &r.Questionnaire, &r.Status, &at, &r.Account, &r.Name, &r.Lang)
	r.Updated = fromMillis(at)
	return r, err
}

// AllRecords returns the records of everybody that changed last, drafts excluded.
func (s *Store) AllRecords(ctx context.Context) ([]RecordRow, error) {
	return list(ctx, s.DB, scanRecordRow, selectRecordRows+` WHERE r.status <> 'draft' ORDER BY r.updated_at DESC, r.id LIMIT `+fmt.Sprint(idsListed))
}

// AnyRecord returns one record, whosever it is, or ErrNotFound.
func (s *Store) AnyRecord(ctx context.Context, id string) (*RecordRow, error) {
	return only(list(ctx, s.DB, scanRecordRow, selectRecordRows+` WHERE r.id = $1 AND r.status <> 'draft'`, id))
}

// AllSignatures returns the newest agreements of everybody. Those that need a person come
// before the others, however old they are.
func (s *Store) AllSignatures(ctx context.Context) ([]Signature, error) {
	return s.signaturesBy(ctx, ` ORDER BY CASE WHEN stuck <> '' THEN 0 ELSE 1 END, created_at DESC, id LIMIT `+fmt.Sprint(idsListed))
}

// AnySignature returns one agreement, whosever it is, or ErrNotFound.
func (s *Store) AnySignature(ctx context.Context, id string) (*Signature, error) {
	return only(s.signaturesBy(ctx, ` WHERE id = $1`, id))
}

// RecordSignatures returns the agreements of a record, the newest first.
func (s *Store) RecordSignatures(ctx context.Context, record string) ([]Signature, error) {
	return s.signaturesBy(ctx, ` WHERE record_id = $1 ORDER BY change_id DESC`, record)
}

func (s *Store) signaturesBy(ctx context.Context, rest string, args ...any) ([]Signature, error) {
	return list(ctx, s.DB, s.scanSignature, `SELECT `+signatureColumns+rest, args...)
}

// PersonOf returns what letters need to know of an account: the capacity, and the name if
// it is known.
func (s *Store) PersonOf(ctx context.Context, account string) (capacity, name string, err error) {
	err = s.DB.QueryRowContext(ctx, `SELECT a.capacity, coalesce((SELECT max(p.value) FROM property p WHERE p.account_id = a.id AND p.claim = 'name'), '') FROM account a WHERE a.id = $1`, account).
		Scan(&capacity, &name)
	if err != nil {
		return "", "", fmt.Errorf("find account: %w", err)
	}
	return capacity, name, nil
}

// Remind queues a letter to somebody who has not signed yet, beside the deed. key is the
// form's own: a form that comes twice makes one letter. ErrClosed says that there is nothing
// to sign any more.
func (s *Store) Remind(ctx context.Context, who *Administrator, sig *Signature, key string, e Effect, post Post) error {
	p, err := s.PaperOf(ctx, sig.ID)
	if err != nil {
		return err
	}
	e.Action, e.To = "remind "+key, cpr.Number{}
	drafts, err := s.drafts(ctx, sig.Account, Follows{Effects: []Effect{e}, Post: post}, p.PDF)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		account, change, r, err := s.signatureRecord(ctx, tx, sig.ID)
		if err != nil {
			return err
		}
		if r.Status != survey.StatusToSign {
			return ErrClosed
		}
		var sent bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM letter WHERE change_id = $1 AND action_id = $2)`, change, e.Action).Scan(&sent); err != nil || sent {
			return err
		}
		if err := s.deed(ctx, tx, who, DeedRemind, sig.ID, ""); err != nil {
			return err
		}
		return s.addLetter(ctx, tx, account, r, change, &e, drafts[0], post)
	})
}
