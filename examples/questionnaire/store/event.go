package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Cursor returns how far the events of a distributor were handled.
func (s *Store) Cursor(ctx context.Context, sender string) (eboks.Cursor, error) {
	var c eboks.Cursor
	err := s.q.cursorOf.QueryRowContext(ctx, sender).Scan(&c)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read cursor: %w", err)
	}
	return c, nil
}

// Handle keeps events and, in the same transaction, that they were handled. An
// event that is known changes nothing, and so does one of a letter that is not
// ours: those are returned.
func (s *Store) Handle(ctx context.Context, sender string, events ...eboks.Event) (strange []eboks.Event, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		var last eboks.Cursor
		for _, e := range events {
			known, err := s.addEvent(ctx, tx, e)
			if err != nil {
				return err
			}
			if !known {
				strange = append(strange, e)
			}
			last = cmp.Or(e.Cursor, last)
		}
		if last == "" {
			return nil
		}
		if _, err := tx.StmtContext(ctx, s.q.setCursor).ExecContext(ctx, sender, last); err != nil {
			return fmt.Errorf("store cursor: %w", err)
		}
		return nil
	})
	return strange, err
}

// AddEvents keeps events of letters that are ours.
func (s *Store) AddEvents(ctx context.Context, all ...eboks.Event) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, e := range all {
			if _, err := s.addEvent(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) addEvent(ctx context.Context, tx *sql.Tx, e eboks.Event) (known bool, err error) {
	id := e.ID.String()
	if err := tx.StmtContext(ctx, s.q.letterExists).QueryRowContext(ctx, id).Scan(&known); err != nil || !known {
		return known, err
	}
	if e.Received.IsZero() {
		e.Received = s.Now()
	}
	at := e.At
	if at.IsZero() {
		at = e.Received
	}
	var raw []byte
	if !e.Raw.IsZero() {
		raw = s.vault.letters.Seal(e.Raw.Reveal(), place(e.ID, "event"))
	}
	if _, err := tx.StmtContext(ctx, s.q.insertEvent).ExecContext(ctx, e.Key(), id, e.Status, e.Code,
		toMillis(at), toMillis(e.Received), e.Reachability, raw); err != nil {
		return known, fmt.Errorf("store event: %w", err)
	}
	// Whoever tells about a letter has it.
	if e.Status >= eboks.Accepted {
		if _, err := tx.StmtContext(ctx, s.q.acceptOne).ExecContext(ctx, id); err != nil {
			return known, fmt.Errorf("store event: %w", err)
		}
	}
	return known, nil
}

// fillHistory puts the events of a letter together.
func (s *Store) fillHistory(ctx context.Context, l *Letter) error {
	rows, err := s.q.listEvents.QueryContext(ctx, l.ID.String())
	if err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at, received int64
		e := eboks.Event{ID: l.ID}
		if err := rows.Scan(&e.Status, &e.Code, &at, &received, &e.Reachability); err != nil {
			return fmt.Errorf("list events: %w", err)
		}
		e.At, e.Received = fromMillis(at), fromMillis(received)
		if err := l.History.Add(e); err != nil && !errors.Is(err, eboks.ErrDuplicate) {
			return err
		}
	}
	return rows.Err()
}

// Asked keeps what the distributor answered, and when to ask again.
func (s *Store) Asked(ctx context.Context, id eboks.ID, next time.Time, events []eboks.Event) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, e := range events {
			if _, err := s.addEvent(ctx, tx, e); err != nil {
				return err
			}
		}
		if _, err := tx.StmtContext(ctx, s.q.postpone).ExecContext(ctx, toMillis(next), id.String()); err != nil {
			return fmt.Errorf("store event: %w", err)
		}
		return nil
	})
}

// OpenLetters returns the letters that the distributor has, that have none of the ends,
// and that may be asked about by now: first the one that has waited longest.
func (s *Store) OpenLetters(ctx context.Context, now, oldest time.Time, ends []eboks.Status) ([]eboks.ID, error) {
	list, err := json.Marshal(ends)
	if err != nil {
		return nil, err
	}
	rows, err := s.q.openLetters.QueryContext(ctx, toMillis(now), toMillis(oldest), string(list))
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	defer rows.Close()
	var all []eboks.ID
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("list letters: %w", err)
		}
		id, err := eboks.ParseID(text)
		if err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
