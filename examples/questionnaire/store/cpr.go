package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

// setCPR seals n for account and reports whether another account of the same
// broker and capacity holds the same number.
func (s *Store) setCPR(ctx context.Context, tx *sql.Tx, account string, n cpr.Number, now int64) (shared bool, err error) {
	names, err := s.vault.pseudonym(n)
	if err != nil {
		return false, err
	}
	if _, err := tx.StmtContext(ctx, s.q.setCPR).ExecContext(ctx, account, s.vault.seal(n, account), names[0], now); err != nil {
		return false, fmt.Errorf("store number: %w", err)
	}
	for _, name := range names {
		var other bool
		if err := tx.StmtContext(ctx, s.q.sharedCPR).QueryRowContext(ctx, name, account).Scan(&other); err != nil {
			return false, fmt.Errorf("find number: %w", err)
		}
		shared = shared || other
	}
	return shared, nil
}

// CprSetAt reports whether account holds a CPR number, and since when.
func (s *Store) CprSetAt(ctx context.Context, account string) (at time.Time, ok bool, err error) {
	var ms int64
	err = s.q.cprSetAt.QueryRowContext(ctx, account).Scan(&ms)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return time.Time{}, false, nil
	case err != nil:
		return time.Time{}, false, fmt.Errorf("find number: %w", err)
	}
	return fromMillis(ms), true, nil
}

// Number returns the CPR number of account, zero when there is none.
func (s *Store) Number(ctx context.Context, account string) (cpr.Number, error) {
	return s.number(ctx, s.q.numberOf, account)
}

func (s *Store) number(ctx context.Context, q *sql.Stmt, account string) (cpr.Number, error) {
	var sealed []byte
	err := q.QueryRowContext(ctx, account).Scan(&sealed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return cpr.Number{}, nil
	case err != nil:
		return cpr.Number{}, fmt.Errorf("find number: %w", err)
	}
	return s.vault.open(sealed, account)
}

// checkKeys opens one number of each key that the file was written with, so that
// a wrong key file is found at the start and not a month later.
func (s *Store) checkKeys(ctx context.Context) error {
	rows, err := s.q.sampleCPR.QueryContext(ctx)
	if err != nil {
		return fmt.Errorf("check keys: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var account string
		var sealed []byte
		if err := rows.Scan(&account, &sealed); err != nil {
			return fmt.Errorf("check keys: %w", err)
		}
		if _, err := s.vault.open(sealed, account); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := s.checkLetterKey(ctx); err != nil {
		return err
	}
	return s.checkAgreementKey(ctx)
}

// checkLetterKey opens the newest letter that is here. The outbox checks its keys itself.
func (s *Store) checkLetterKey(ctx context.Context) error {
	var id eboks.ID
	var sealed []byte
	err := s.q.sampleLetter.QueryRowContext(ctx).Scan(&id, &sealed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("check keys: %w", err)
	}
	_, err = s.openContent(id, sealed)
	return err
}
