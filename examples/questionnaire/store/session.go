package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// sessionTable keeps the sessions of mitidhttp in the store's database.
type sessionTable struct{ s *Store }

// Sessions returns where the sessions of people are kept.
func (s *Store) Sessions() mitidhttp.Sessions { return sessionTable{s} }

// Save keeps a session, and clears away what has expired.
func (t sessionTable) Save(ctx context.Context, s mitidhttp.StoredSession) error {
	return t.s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE expires_at <= $1`, toMillis(t.s.Now())); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		const insert = `INSERT INTO session (id, person, broker_session, data, expires_at) VALUES ($1, $2, $3, $4, $5)`
		if _, err := tx.ExecContext(ctx, insert, s.ID, s.Person, s.BrokerSession, s.Data, toMillis(s.Expires)); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		return nil
	})
}

// Load returns what was saved; the gate looks at its age.
func (t sessionTable) Load(ctx context.Context, id string) ([]byte, error) {
	var data []byte
	err := t.s.DB.QueryRowContext(ctx, `SELECT data FROM session WHERE id = $1`, id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return data, nil
}

// Delete ends one session, or all of a person, or those of a session at the broker.
func (t sessionTable) Delete(ctx context.Context, key string) error {
	const remove = `DELETE FROM session WHERE id = $1 OR person = $1 OR (broker_session = $1 AND broker_session <> '')`
	if _, err := t.s.DB.ExecContext(ctx, remove, key); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
