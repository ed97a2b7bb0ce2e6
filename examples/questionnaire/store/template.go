package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// ErrChanged says that somebody else has changed it meanwhile.
var ErrChanged = errors.New("somebody else has changed it meanwhile")

// seed puts in the templates and actions that the app begins with and the database does
// not have. Those that administrators changed stay as they are.
func (s *Store) seed(ctx context.Context) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, t := range survey.DefaultTemplates() {
			if _, err := s.insertTemplate(ctx, tx, &t); err != nil {
				return err
			}
		}
		for i, a := range survey.DefaultActions() {
			a.Position = i + 1
			if err := s.insertAction(ctx, tx, &a, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// insertTemplate makes a template, unless there is one with its ID.
func (s *Store) insertTemplate(ctx context.Context, tx *sql.Tx, t *survey.Template) (made bool, err error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO template (id, kind, name, version) VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING`, t.ID, t.Kind, t.Name)
	if err != nil {
		return false, fmt.Errorf("store template: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	t.Version = 1
	return true, s.insertVersion(ctx, tx, t)
}

func (s *Store) insertVersion(ctx context.Context, tx *sql.Tx, t *survey.Template) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO template_version (template_id, version, title_da, body_da, title_en, body_en, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.Version, t.Title.DA, t.Body.DA, t.Title.EN, t.Body.EN, toMillis(s.Now()))
	if err != nil {
		return fmt.Errorf("store template: %w", err)
	}
	return nil
}

const selectTemplates = `SELECT t.id, t.kind, t.name, v.version, v.title_da, v.body_da, v.title_en, v.body_en, v.created_at
	FROM template t JOIN template_version v ON v.template_id = t.id`

func scanTemplate(scan func(...any) error) (t survey.Template, err error) {
	var at int64
	err = scan(&t.ID, &t.Kind, &t.Name, &t.Version, &t.Title.DA, &t.Body.DA, &t.Title.EN, &t.Body.EN, &at)
	t.Changed = fromMillis(at)
	return t, err
}

// Templates returns the newest version of every template, by name.
func (s *Store) Templates(ctx context.Context) ([]survey.Template, error) {
	return list(ctx, s.DB, scanTemplate, selectTemplates+` WHERE v.version = t.version ORDER BY t.kind, t.name, t.id`)
}

// Template returns the newest version of a template, or ErrNotFound.
func (s *Store) Template(ctx context.Context, id string) (*survey.Template, error) {
	return only(list(ctx, s.DB, scanTemplate, selectTemplates+` WHERE t.id = $1 AND v.version = t.version`, id))
}

// TemplateVersion returns one version of a template, or ErrNotFound.
func (s *Store) TemplateVersion(ctx context.Context, id string, version int) (*survey.Template, error) {
	return only(list(ctx, s.DB, scanTemplate, selectTemplates+` WHERE t.id = $1 AND v.version = $2`, id, version))
}

// TemplateVersions returns every version of a template, the newest first.
func (s *Store) TemplateVersions(ctx context.Context, id string) ([]survey.Template, error) {
	return list(ctx, s.DB, scanTemplate, selectTemplates+` WHERE t.id = $1 ORDER BY v.version DESC`, id)
}

// SaveTemplate makes a template, or a new version of one. t.Version is the version that
// was changed, 0 if there was none. It may be called again with the same t. ErrChanged says
// that there is another version by now; the kind never changes.
func (s *Store) SaveTemplate(ctx context.Context, who *Administrator, t *survey.Template) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		made, err := s.insertTemplate(ctx, tx, t)
		if err != nil {
			return err
		}
		if made {
			return s.deed(ctx, tx, who, DeedTemplate, t.ID, "")
		}
		// From here on nobody else changes this template.
		if _, err := tx.ExecContext(ctx, `UPDATE template SET version = version WHERE id = $1`, t.ID); err != nil {
			return fmt.Errorf("store template: %w", err)
		}
		now, err := only(list(ctx, tx, scanTemplate, selectTemplates+` WHERE t.id = $1 AND v.version = t.version`, t.ID))
		switch {
		case err != nil:
			return err
		case now.Name == t.Name && now.Title == t.Title && now.Body == t.Body: // the form came twice
			t.Version = now.Version
			return nil
		case now.Version != t.Version || now.Kind != t.Kind:
			return ErrChanged
		}
		t.Version++
		if _, err := tx.ExecContext(ctx, `UPDATE template SET version = $2, name = $3 WHERE id = $1`, t.ID, t.Version, t.Name); err != nil {
			return fmt.Errorf("store template: %w", err)
		}
		if err := s.insertVersion(ctx, tx, t); err != nil {
			return err
		}
		return s.deed(ctx, tx, who, DeedTemplate, t.ID, "")
	})
}
