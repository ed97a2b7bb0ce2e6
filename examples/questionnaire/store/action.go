package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// numberPlace is what the number of an action is sealed for.
func numberPlace(action string) string { return "action " + action }

// insertAction makes an action, unless there is one with its ID.
func (s *Store) insertAction(ctx context.Context, tx *sql.Tx, a *survey.Action, number []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO action (id, questionnaire, status, position, kind, number, template_id, is_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, a.ID, a.Questionnaire, a.Status, a.Position, a.Kind, number, a.Template, bit(a.On))
	if err != nil {
		return fmt.Errorf("store action: %w", err)
	}
	return nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

const selectActions = `SELECT id, questionnaire, status, position, kind, number IS NOT NULL, template_id, is_on <> 0 FROM action`

func scanAction(scan func(...any) error) (a survey.Action, err error) {
	return a, scan(&a.ID, &a.Questionnaire, &a.Status, &a.Position, &a.Kind, &a.Typed, &a.Template, &a.On)
}

// Actions returns every action, in their order.
func (s *Store) Actions(ctx context.Context) ([]survey.Action, error) {
	return list(ctx, s.DB, scanAction, selectActions+` ORDER BY position, id`)
}

// Action returns one action, or ErrNotFound.
func (s *Store) Action(ctx context.Context, id string) (*survey.Action, error) {
	return only(list(ctx, s.DB, scanAction, selectActions+` WHERE id = $1`, id))
}

// ActionsAt returns the actions that are on for a status, in their order.
func (s *Store) ActionsAt(ctx context.Context, questionnaire string, at survey.Status) ([]survey.Action, error) {
	return list(ctx, s.DB, scanAction, selectActions+` WHERE questionnaire = $1 AND status = $2 AND is_on <> 0 ORDER BY position, id`, questionnaire, at)
}

// ActionNumber returns the number that was typed into an action, zero if there is none.
func (s *Store) ActionNumber(ctx context.Context, id string) (cpr.Number, error) {
	sealed, err := only(list(ctx, s.DB, func(scan func(...any) error) (b []byte, err error) { return b, scan(&b) }, `SELECT number FROM action WHERE id = $1`, id))
	if err != nil || *sealed == nil {
		return cpr.Number{}, err
	}
	return s.vault.open(*sealed, numberPlace(id))
}

// SaveAction makes an action or changes it. number is what was typed in; if it is zero and
// a.Typed, the number that is stored stays. It may be called again with the same a.
func (s *Store) SaveAction(ctx context.Context, who *Administrator, a *survey.Action, number cpr.Number) error {
	var sealed []byte
	if a.Typed && !number.IsZero() {
		sealed = s.vault.seal(number, numberPlace(a.ID))
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if a.Position == 0 {
			if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(position), 0) + 1 FROM action`).Scan(&a.Position); err != nil {
				return fmt.Errorf("store action: %w", err)
			}
		}
		if err := s.insertAction(ctx, tx, a, sealed); err != nil {
			return err
		}
		change := `UPDATE action SET questionnaire = $2, status = $3, kind = $4, template_id = $5, number = NULL WHERE id = $1`
		args := []any{a.ID, a.Questionnaire, a.Status, a.Kind, a.Template}
		if a.Typed {
			change = `UPDATE action SET questionnaire = $2, status = $3, kind = $4, template_id = $5, number = coalesce($6, number) WHERE id = $1`
			args = append(args, sealed)
		}
		if _, err := tx.ExecContext(ctx, change, args...); err != nil {
			return fmt.Errorf("store action: %w", err)
		}
		return s.deed(ctx, tx, who, DeedAction, a.ID, "")
	})
}

// TurnAction turns an action on or off.
func (s *Store) TurnAction(ctx context.Context, who *Administrator, id string, on bool) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE action SET is_on = $2 WHERE id = $1 AND is_on <> $2`, id, bit(on))
		if err != nil {
			return fmt.Errorf("store action: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		what := DeedOff
		if on {
			what = DeedOn
		}
		return s.deed(ctx, tx, who, what, id, "")
	})
}

// RaiseAction lets an action change places with the one before it at the same status.
func (s *Store) RaiseAction(ctx context.Context, who *Administrator, id string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		a, err := only(list(ctx, tx, scanAction, selectActions+` WHERE id = $1`, id))
		if err != nil {
			return err
		}
		before, err := list(ctx, tx, scanAction, selectActions+` WHERE questionnaire = $1 AND status = $2 AND position < $3 ORDER BY position DESC LIMIT 1`, a.Questionnaire, a.Status, a.Position)
		if err != nil || len(before) == 0 {
			return err
		}
		for _, to := range []struct {
			id string
			at int
		}{{a.ID, before[0].Position}, {before[0].ID, a.Position}} {
			if _, err := tx.ExecContext(ctx, `UPDATE action SET position = $2 WHERE id = $1`, to.id, to.at); err != nil {
				return fmt.Errorf("store action: %w", err)
			}
		}
		return s.deed(ctx, tx, who, DeedAction, a.ID, "")
	})
}
