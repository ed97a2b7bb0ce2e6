package store

import (
	"path/filepath"
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// letterInStore hands a form in for a new account and returns the letter's ID.
func letterInStore(t *testing.T, s *Store, subject string) eboks.ID {
	t.Helper()
	id := account(t, s, subject, mitidtest.Paiman().CPR)
	q := survey.Everyday()
	c := survey.NewLetterContent(survey.Danish, s.Now(), "Åse "+subject, &q, survey.StageFirst, survey.Answers{"mood": {"3"}})
	_, err := s.Save(t.Context(), id, q.Slug, survey.StageFirst, survey.Answers{"mood": {"3"}}, true, Follows{Letter: &c})
	require.NoError(t, err)
	all, err := s.Letters(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0].ID
}

func TestOneLetterForAStatusChangeEver(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	id := letterInStore(t, s, "a")
	_, err := s.db.ExecContext(t.Context(), `INSERT INTO letter (id, account_id, record_id, change_id, content, state, reason, attempts, next_at, created_at)
		SELECT ?, account_id, record_id, change_id, content, 'waiting', '', 0, 0, 0 FROM letter WHERE id = ?`, eboks.NewID().String(), id.String())
	assert.ErrorContains(t, err, "UNIQUE")
}

func TestLetterOpensForItsOwnIDAlone(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	a, b := letterInStore(t, s, "a"), letterInStore(t, s, "b")
	_, err := s.db.ExecContext(t.Context(), `UPDATE letter SET content = (SELECT content FROM letter WHERE id = ?) WHERE id = ?`, a.String(), b.String())
	require.NoError(t, err)
	letters, err := s.DueLetters(t.Context())
	require.NoError(t, err)
	require.Len(t, letters, 2)
	for _, d := range letters {
		if d.ID == b {
			assert.ErrorIs(t, s.Address(t.Context(), d, nil), errVault)
		}
	}
}

// The ledger keeps what eboks.Ledger promises, also in a file.
