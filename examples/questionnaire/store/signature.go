package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/signing"
)

// sealedFor is what a part of an agreement is sealed for.
func sealedFor(id, part string) string { return "agreement " + id + " " + part }

func (s *Store) sealPart(b []byte, id, part string) []byte {
	return s.vault.agreements.Seal(b, sealedFor(id, part))
}

func (s *Store) openPart(sealed []byte, id, part string) ([]byte, error) {
	return s.vault.agreements.Open(sealed, sealedFor(id, part))
}

// addSignature makes the agreement of a status change, in the change's transaction: from
// now on there is one, with this reference, whatever happens to the program.
func (s *Store) addSignature(ctx context.Context, tx *sql.Tx, account string, r *survey.Record, change int64, content survey.AgreementContent) error {
	raw, err := content.Encode()
	if err != nil {
		return err
	}
	id := rand.Text()
	if _, err := tx.StmtContext(ctx, s.q.insertSignature).ExecContext(ctx, id, account, r.ID, change, s.sealPart(raw, id, "content"), toMillis(r.Updated)); err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	return nil
}

// Work is an agreement that something is to be done for.
type Work struct {
	ID    string
	State SignatureState
	Turn  int
	Fails int
	Until int64 // nobody else takes it before; set by TakeSignature
}

// DueSignatures returns the agreements that somebody should do something for by now.
func (s *Store) DueSignatures(ctx context.Context) ([]Work, error) {
	return s.scanWork(ctx, s.q.dueSignatures, toMillis(s.Now()))
}

// WorkOf returns what is to be done for one agreement of account, whenever it is due.
func (s *Store) WorkOf(ctx context.Context, account, id string) ([]Work, error) {
	return s.scanWork(ctx, s.q.workOf, account, id)
}

func (s *Store) scanWork(ctx context.Context, q *sql.Stmt, args ...any) ([]Work, error) {
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("list agreements: %w", err)
	}
	defer rows.Close()
	var all []Work
	for rows.Next() {
		var w Work
		if err := rows.Scan(&w.ID, &w.State, &w.Turn, &w.Fails); err != nil {
			return nil, fmt.Errorf("list agreements: %w", err)
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

// SignaturePaper is everything of an agreement that the service is told, or was.
type SignaturePaper struct {
	Content survey.AgreementContent
	PDF     []byte // nil if not written yet
	Ticket  signing.Ticket
}

// PaperOf returns the paper of an agreement.
func (s *Store) PaperOf(ctx context.Context, id string) (*SignaturePaper, error) {
	var content, document []byte
	var ticket sql.NullString
	if err := s.q.paperOf.QueryRowContext(ctx, id).Scan(&content, &document, &ticket); err != nil {
		return nil, fmt.Errorf("read agreement: %w", err)
	}
	p := &SignaturePaper{}
	raw, err := s.openPart(content, id, "content")
	if err != nil {
		return nil, err
	}
	if p.Content, err = survey.ReadAgreementContent(raw); err != nil {
		return nil, err
	}
	if document != nil {
		if p.PDF, err = s.openPart(document, id, "document"); err != nil {
			return nil, err
		}
	}
	if ticket.Valid {
		err = json.Unmarshal([]byte(ticket.String), &p.Ticket)
	}
	return p, err
}

// WriteDocument keeps the PDF of an agreement, once. Of two that do it, one counts.
func (s *Store) WriteDocument(ctx context.Context, id string, pdf []byte) error {
	if _, err := s.q.writeDocument.ExecContext(ctx, id, s.sealPart(pdf, id, "document")); err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	return nil
}

// TakeSignature takes an agreement for one attempt. ok is false if somebody else has it.
// Until next nobody else takes it. What was new may be at the service from now on.
func (s *Store) TakeSignature(ctx context.Context, w *Work, next time.Time) (ok bool, err error) {
	w.Until = toMillis(next)
	res, err := s.q.takeSignature.ExecContext(ctx, w.ID, w.Turn, w.State, w.Until, toMillis(s.Now()))
	if err != nil {
		return false, fmt.Errorf("take agreement: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// PlaceSignature keeps the ticket and, in the same transaction, makes what follows: the
// letter that brings the link. Of two that do it, one counts.
func (s *Store) PlaceSignature(ctx context.Context, id string, t signing.Ticket, next time.Time, then Follows) error {
	ticket, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	p, err := s.PaperOf(ctx, id)
	if err != nil {
		return err
	}
	var account string
	if err := s.q.signatureOwner.QueryRowContext(ctx, id).Scan(&account, new(string), new(int64)); err != nil {
		return fmt.Errorf("read agreement: %w", err)
	}
	letters, err := s.drafts(ctx, account, then, p.PDF)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.StmtContext(ctx, s.q.placeSignature).ExecContext(ctx, id, string(t.ID), string(ticket), toMillis(next))
		if err != nil {
			return fmt.Errorf("store agreement: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return err
		}
		account, change, r, err := s.signatureRecord(ctx, tx, id)
		if err != nil {
			return err
		}
		r.Updated = s.Now()
		if r.Status == survey.StatusCheck {
			if _, err := s.move(ctx, tx, r, survey.StatusToSign, ByService); err != nil {
				return err
			}
		}
		return s.follow(ctx, tx, account, r, change, then, letters)
	})
}

// signatureRecord returns the record of an agreement, whose it is, and the change that
// made the agreement. It locks the account.
func (s *Store) signatureRecord(ctx context.Context, tx *sql.Tx, id string) (account string, change int64, r *survey.Record, err error) {
	var recordID string
	if err := tx.StmtContext(ctx, s.q.signatureOwner).QueryRowContext(ctx, id).Scan(&account, &recordID, &change); err != nil {
		return "", 0, nil, fmt.Errorf("read agreement: %w", err)
	}
	if err := s.lockAccount(ctx, tx, account); err != nil {
		return "", 0, nil, err
	}
	r, err = scanRecord(tx.StmtContext(ctx, s.q.findRecord).QueryRowContext(ctx, account, recordID))
	return account, change, r, err
}

// ReachedBy returns what is known about a record whose agreement takes it to a status.
func (s *Store) ReachedBy(ctx context.Context, signature string, to survey.Status) (Reached, error) {
	r := Reached{Status: to}
	err := s.DB.QueryRowContext(ctx, `SELECT r.account_id, r.id, r.questionnaire, r.lang FROM signature s JOIN record r ON r.id = s.record_id WHERE s.id = $1`, signature).
		Scan(&r.Account, &r.Record, &r.Questionnaire, &r.Lang)
	if err != nil {
		return r, fmt.Errorf("read agreement: %w", err)
	}
	return r, nil
}

// Rest leaves an agreement alone until next. failures is how often in a row something
// failed, and stuck why a person must look, if one must: the record says so too. An
// event that came meanwhile counts more than next. then is what follows StatusCheck.
func (s *Store) Rest(ctx context.Context, w *Work, next time.Time, failures int, stuck string, then Follows) error {
	var account string
	if err := s.q.signatureOwner.QueryRowContext(ctx, w.ID).Scan(&account, new(string), new(int64)); err != nil {
		return fmt.Errorf("read agreement: %w", err)
	}
	letters, err := s.drafts(ctx, account, then, nil)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.StmtContext(ctx, s.q.restSignature).ExecContext(ctx, w.ID, w.Until, toMillis(next), failures, stuck); err != nil {
			return fmt.Errorf("store agreement: %w", err)
		}
		account, _, r, err := s.signatureRecord(ctx, tx, w.ID)
		if err != nil || w.State == SignatureEnded {
			return err
		}
		r.Updated = s.Now()
		switch {
		case stuck != "" && r.Status == survey.StatusToSign:
			var change int64
			if change, err = s.move(ctx, tx, r, survey.StatusCheck, ByService); err == nil {
				err = s.follow(ctx, tx, account, r, change, then, letters)
			}
		case stuck == "" && failures == 0 && r.Status == survey.StatusCheck:
			_, err = s.move(ctx, tx, r, survey.StatusToSign, ByService)
		}
		return err
	})
}

// Nudge makes an agreement due, because the service says that something happened to the
// order. Orders that are not ours change nothing.
func (s *Store) Nudge(ctx context.Context, order signing.ID) error {
	if _, err := s.q.nudgeSignature.ExecContext(ctx, string(order), toMillis(s.Now())); err != nil {
		return fmt.Errorf("store event: %w", err)
	}
	return nil
}

// CleanedSignature notes that the service keeps nothing of the order any more.
func (s *Store) CleanedSignature(ctx context.Context, id string) error {
	if _, err := s.q.cleanedSignature.ExecContext(ctx, id); err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	return nil
}

// SignAgain makes a new agreement of one that ended without a signature. ErrClosed says
// that the record has moved on.
func (s *Store) SignAgain(ctx context.Context, account string, old *Signature) error {
	p, err := s.PaperOf(ctx, old.ID)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := s.lockAccount(ctx, tx, account); err != nil {
			return err
		}
		r, err := scanRecord(tx.StmtContext(ctx, s.q.findRecord).QueryRowContext(ctx, account, old.Record))
		if err != nil {
			return err
		}
		if !r.Status.MaySignAgain() {
			return ErrClosed
		}
		r.Updated = s.Now()
		p.Content.Letter.At = r.Updated.UTC().Truncate(time.Second)
		change, err := s.move(ctx, tx, r, survey.StatusToSign, ByPerson)
		if err != nil {
			return err
		}
		return s.addSignature(ctx, tx, account, r, change, p.Content)
	})
}

// checkAgreementKey opens the newest agreement.
func (s *Store) checkAgreementKey(ctx context.Context) error {
	var id string
	var sealed []byte
	err := s.q.sampleSignature.QueryRowContext(ctx).Scan(&id, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check keys: %w", err)
	}
	_, err = s.openPart(sealed, id, "content")
	return err
}
