package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/signing"
)

// EndSignature keeps how an agreement ended, with the signed copy and its evidence, and
// moves the record on, with what follows: one transaction. The same end once more changes
// nothing.
func (s *Store) EndSignature(ctx context.Context, id string, r *signing.Result, bundle []byte, then Follows) error {
	end := ending{ID: id, End: r.End}
	if r.End == signing.EndSigned {
		if len(r.Documents) != 1 || len(r.Documents[0].Verdict.Signatures) != 1 {
			return errors.New("an agreement has one document and one signature")
		}
		d := r.Documents[0]
		end.signed, end.sha256 = s.sealPart(d.Content, id, "signed"), hex.EncodeToString(d.SHA256[:])
		end.signedAt = toMillis(d.Verdict.Signatures[0].SignedAt)
		if bundle != nil {
			end.evidence = s.sealPart(bundle, id, "evidence")
		}
	}
	for _, p := range r.Signatories {
		if said := filtered(string(p.Reason.Reveal())); said != "" {
			end.reason = s.sealPart([]byte(said), id, "reason")
		}
	}
	var account string
	if err := s.q.signatureOwner.QueryRowContext(ctx, id).Scan(&account, new(string), new(int64)); err != nil {
		return fmt.Errorf("read agreement: %w", err)
	}
	letters, err := s.drafts(ctx, account, then, nil)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error { return s.endOnce(ctx, tx, &end, then, letters) })
}

// ending is the row of an agreement that has ended.
type ending struct {
	ID                       string
	End                      signing.End
	signed, evidence, reason []byte
	sha256                   string
	signedAt                 int64
}

func (s *Store) endOnce(ctx context.Context, tx *sql.Tx, e *ending, then Follows, letters []*Draft) error {
	to, ok := StatusAfter(e.End)
	if !ok {
		return errors.New("an agreement ended in a way that this program does not know")
	}
	now := s.Now()
	res, err := tx.StmtContext(ctx, s.q.endSignature).ExecContext(ctx, e.ID, e.End.String(), toMillis(now), e.reason, e.signed, e.sha256, e.evidence, e.signedAt)
	if err != nil {
		return fmt.Errorf("store signed copy: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return err
	}
	account, _, r, err := s.signatureRecord(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	r.Updated = now
	change, err := s.move(ctx, tx, r, to, ByService)
	if err != nil {
		return err
	}
	return s.follow(ctx, tx, account, r, change, then, letters)
}

// Signatures returns the agreements of a record, the newest first.
func (s *Store) Signatures(ctx context.Context, account, record string) ([]Signature, error) {
	return s.scanSignatures(ctx, s.q.listSignatures, account, record)
}

// Signature returns one agreement of account, or ErrNotFound: somebody else's is not
// there.
func (s *Store) Signature(ctx context.Context, account, id string) (*Signature, error) {
	all, err := s.scanSignatures(ctx, s.q.findSignature, account, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

func (s *Store) scanSignatures(ctx context.Context, q *sql.Stmt, args ...any) ([]Signature, error) {
	rows, err := q.QueryContext(ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("list agreements: %w", err)
	}
	defer rows.Close()
	var all []Signature
	for rows.Next() {
		one, err := s.scanSignature(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list agreements: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func (s *Store) scanSignature(scan func(...any) error) (one Signature, err error) {
	var created, ended, signed int64
	var reason []byte
	var ticket string
	if err := scan(&one.ID, &one.Account, &one.Record, &one.State, &one.Stuck, &one.Ending, &created, &ended, &signed, &reason,
		&one.SHA256, &one.Written, &one.Proven, &ticket); err != nil {
		return one, err
	}
	one.Created, one.Ended, one.SignedAt = fromMillis(created), fromMillis(ended), fromMillis(signed)
	if reason != nil {
		said, err := s.openPart(reason, one.ID, "reason")
		if err != nil {
			return one, err
		}
		one.Reason = string(said)
	}
	if ticket != "" {
		err = json.Unmarshal([]byte(ticket), &one.Ticket)
	}
	return one, err
}

// The files of an agreement, by the column that holds each and the part it is sealed as.
const (
	FileDocument = "document"
	FileSigned   = "signed"
	FileEvidence = "evidence"
)

// SignatureFile returns a file of an agreement of account, or ErrNotFound.
func (s *Store) SignatureFile(ctx context.Context, account, id, part string) ([]byte, error) {
	q, ok := map[string]*sql.Stmt{FileDocument: s.q.documentFile, FileSigned: s.q.signedFile, FileEvidence: s.q.evidenceFile}[part]
	if !ok {
		return nil, ErrNotFound
	}
	var sealed []byte
	err := q.QueryRowContext(ctx, account, id).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read agreement: %w", err)
	}
	return s.openPart(sealed, id, part)
}
