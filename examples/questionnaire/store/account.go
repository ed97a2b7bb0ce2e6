package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
)

// AccountKey is what tells two people apart: the broker's own key for this
// identity, and which broker said it. Never a name, which two people may share,
// and never the CPR number, which the same human has in every capacity.
type AccountKey struct{ Issuer, Subject string }

// Property is one value of a profile, and the claim it came from.
type Property struct {
	Name  string
	Claim string
	Value string
	SetAt time.Time
}

// Arrival is what one login brings to the store.
type Arrival struct {
	Key      AccountKey
	Capacity string
	Set      []Property // SetAt is filled in by the store
	Drop     []string   // properties that MitID no longer tells
	CPR      cpr.Number // if zero, not asked for, or none; what is stored stays
	Post     Post       // gets the letters that have waited for the number; if nil, none are sent
}

// Arrive makes or finds the account of a login and updates its profile. shared
// reports that another account of the same broker and capacity holds the same
// CPR number, which should never be.
func (s *Store) Arrive(ctx context.Context, a Arrival) (account string, shared bool, err error) {
	now := toMillis(s.Now())
	err = s.write(ctx, func(tx *sql.Tx) error {
		var capacity string
		row := tx.StmtContext(ctx, s.q.upsertAccount).QueryRowContext(ctx, rand.Text(), a.Key.Issuer, a.Key.Subject, a.Capacity, now)
		if err := row.Scan(&account, &capacity); err != nil {
			return fmt.Errorf("store account: %w", err)
		}
		if capacity != a.Capacity {
			return errCapacity
		}
		for _, p := range a.Set {
			if _, err := tx.StmtContext(ctx, s.q.setProperty).ExecContext(ctx, account, p.Name, p.Claim, p.Value, now); err != nil {
				return fmt.Errorf("store property: %w", err)
			}
		}
		for _, name := range a.Drop {
			if _, err := tx.StmtContext(ctx, s.q.dropProperty).ExecContext(ctx, account, name); err != nil {
				return fmt.Errorf("store property: %w", err)
			}
		}
		if a.CPR.IsZero() {
			return nil
		}
		if shared, err = s.setCPR(ctx, tx, account, a.CPR, now); err != nil || a.Post == nil {
			return err
		}
		return s.enqueueWaiting(ctx, tx, account, a.Post, nil)
	})
	return account, shared, err
}

// AccountOf returns the account of a login, or ErrNotFound.
func (s *Store) AccountOf(ctx context.Context, key AccountKey) (string, error) {
	var id string
	err := s.q.findAccount.QueryRowContext(ctx, key.Issuer, key.Subject).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find account: %w", err)
	}
	return id, nil
}

// Properties returns the profile of an account, without the CPR number.
func (s *Store) Properties(ctx context.Context, account string) ([]Property, error) {
	rows, err := s.q.listProperties.QueryContext(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list properties: %w", err)
	}
	defer rows.Close()
	var all []Property
	for rows.Next() {
		var p Property
		var at int64
		if err := rows.Scan(&p.Name, &p.Claim, &p.Value, &at); err != nil {
			return nil, fmt.Errorf("list properties: %w", err)
		}
		p.SetAt = fromMillis(at)
		all = append(all, p)
	}
	return all, rows.Err()
}
