package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// sealedFor is what a part of an agreement is sealed for.
func sealedFor(id, part string) string { return "agreement " + id + " " + part }

func (s *store) sealPart(b []byte, id, part string) []byte {
	return s.vault.agreements.seal(b, sealedFor(id, part))
}

func (s *store) openPart(sealed []byte, id, part string) ([]byte, error) {
	return s.vault.agreements.open(sealed, sealedFor(id, part))
}

// addSignature makes the agreement of a status change, in the change's transaction: from
// now on there is one, with this reference, whatever happens to the program.
func (s *store) addSignature(ctx context.Context, tx *sql.Tx, account string, r *record, change int64, content signatureContent) error {
	raw, err := content.write()
	if err != nil {
		return err
	}
	id := rand.Text()
	if _, err := tx.StmtContext(ctx, s.q.insertSignature).ExecContext(ctx, id, account, r.ID, change, s.sealPart(raw, id, "content"), toMillis(r.Updated)); err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	return nil
}

// work is an agreement that something is to be done for.
type work struct {
	ID    string
	State signatureState
	Turn  int
	Fails int
	Until int64 // nobody else takes it before; set by takeSignature
}

// dueSignatures returns the agreements that somebody should do something for by now.
func (s *store) dueSignatures(ctx context.Context) ([]work, error) {
	return s.scanWork(ctx, s.q.dueSignatures, toMillis(s.now()))
}

// workOf returns what is to be done for one agreement of account, whenever it is due.
func (s *store) workOf(ctx context.Context, account, id string) ([]work, error) {
	return s.scanWork(ctx, s.q.workOf, account, id)
}

func (s *store) scanWork(ctx context.Context, q *sql.Stmt, args ...any) ([]work, error) {
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("list agreements: %w", err)
	}
	defer rows.Close()
	var all []work
	for rows.Next() {
		var w work
		if err := rows.Scan(&w.ID, &w.State, &w.Turn, &w.Fails); err != nil {
			return nil, fmt.Errorf("list agreements: %w", err)
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

// signaturePaper is everything of an agreement that the service is told, or was.
type signaturePaper struct {
	Content signatureContent
	PDF     []byte // nil if not written yet
	Ticket  signing.Ticket
}

// paperOf returns the paper of an agreement.
func (s *store) paperOf(ctx context.Context, id string) (*signaturePaper, error) {
	var content, document []byte
	var ticket sql.NullString
	if err := s.q.paperOf.QueryRowContext(ctx, id).Scan(&content, &document, &ticket); err != nil {
		return nil, fmt.Errorf("read agreement: %w", err)
	}
	p := &signaturePaper{}
	raw, err := s.openPart(content, id, "content")
	if err != nil {
		return nil, err
	}
	if p.Content, err = readSignatureContent(raw); err != nil {
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

// writeDocument keeps the PDF of an agreement, once. Of two that do it, one counts.
func (s *store) writeDocument(ctx context.Context, id string, pdf []byte) error {
	if _, err := s.q.writeDocument.ExecContext(ctx, id, s.sealPart(pdf, id, "document")); err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	return nil
}

// takeSignature takes an agreement for one attempt. ok is false if somebody else has it.
// Until next nobody else takes it. What was new may be at the service from now on.
func (s *store) takeSignature(ctx context.Context, w *work, next time.Time) (ok bool, err error) {
	w.Until = toMillis(next)
	res, err := s.q.takeSignature.ExecContext(ctx, w.ID, w.Turn, w.State, w.Until, toMillis(s.now()))
	if err != nil {
		return false, fmt.Errorf("take agreement: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// placeSignature keeps the ticket and, in the same transaction, makes the letter that
// brings the link. tell says that letters are sent. Of two that do it, one counts.
func (s *store) placeSignature(ctx context.Context, id string, t signing.Ticket, next time.Time, tell bool) error {
	ticket, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	p, err := s.paperOf(ctx, id)
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
		r.Updated = s.now()
		if r.Status == statusCheck {
			if _, err := s.move(ctx, tx, r, statusToSign); err != nil {
				return err
			}
		}
		if !tell {
			return nil
		}
		return s.addLetter(ctx, tx, account, r, change, p.Content.Letter)
	})
}

// signatureRecord returns the record of an agreement, whose it is, and the change that
// made the agreement.
func (s *store) signatureRecord(ctx context.Context, tx *sql.Tx, id string) (account string, change int64, r *record, err error) {
	var recordID string
	if err := tx.StmtContext(ctx, s.q.signatureOwner).QueryRowContext(ctx, id).Scan(&account, &recordID, &change); err != nil {
		return "", 0, nil, fmt.Errorf("read agreement: %w", err)
	}
	r, err = scanRecord(tx.StmtContext(ctx, s.q.findRecord).QueryRowContext(ctx, account, recordID))
	return account, change, r, err
}

// rest leaves an agreement alone until next. failures is how often in a row something
// failed, and stuck why a person must look, if one must: the record says so too. An
// event that came meanwhile counts more than next.
func (s *store) rest(ctx context.Context, w *work, next time.Time, failures int, stuck string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.StmtContext(ctx, s.q.restSignature).ExecContext(ctx, w.ID, w.Until, toMillis(next), failures, stuck); err != nil {
			return fmt.Errorf("store agreement: %w", err)
		}
		_, _, r, err := s.signatureRecord(ctx, tx, w.ID)
		if err != nil || w.State == signatureEnded {
			return err
		}
		r.Updated = s.now()
		switch {
		case stuck != "" && r.Status == statusToSign:
			_, err = s.move(ctx, tx, r, statusCheck)
		case stuck == "" && failures == 0 && r.Status == statusCheck:
			_, err = s.move(ctx, tx, r, statusToSign)
		}
		return err
	})
}

// nudge makes an agreement due, because the service says that something happened to the
// order. Orders that are not ours change nothing.
func (s *store) nudge(ctx context.Context, order signing.ID) error {
	if _, err := s.q.nudgeSignature.ExecContext(ctx, string(order), toMillis(s.now())); err != nil {
		return fmt.Errorf("store event: %w", err)
	}
	return nil
}

// cleanedSignature notes that the service keeps nothing of the order any more.
func (s *store) cleanedSignature(ctx context.Context, id string) error {
	if _, err := s.q.cleanedSignature.ExecContext(ctx, id); err != nil {
		return fmt.Errorf("store agreement: %w", err)
	}
	return nil
}

// signAgain makes a new agreement of one that ended without a signature. errClosed says
// that the record has moved on.
func (s *store) signAgain(ctx context.Context, account string, old *signature) error {
	p, err := s.paperOf(ctx, old.ID)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		r, err := scanRecord(tx.StmtContext(ctx, s.q.findRecord).QueryRowContext(ctx, account, old.Record))
		if err != nil {
			return err
		}
		if !r.Status.maySignAgain() {
			return errClosed
		}
		r.Updated = s.now()
		p.Content.Letter.At = r.Updated.UTC().Truncate(time.Second)
		change, err := s.move(ctx, tx, r, statusToSign)
		if err != nil {
			return err
		}
		return s.addSignature(ctx, tx, account, r, change, p.Content)
	})
}

// maySignAgain reports whether a record ended without a signature.
func (s status) maySignAgain() bool {
	return s == statusRejected || s == statusExpired || s == statusCancelled || s == statusFailed
}

// checkAgreementKey opens the newest agreement.
func (s *store) checkAgreementKey(ctx context.Context) error {
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
