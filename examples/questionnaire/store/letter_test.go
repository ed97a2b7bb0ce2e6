package store

import (
	"path/filepath"
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLedger(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	l := ledger{s}
	id := letterInStore(t, s, "a")
	fresh := eboks.Entry{ID: id, Digest: eboks.Digest{1}, State: eboks.LetterSending, At: s.Now()}
	before, err := l.Begin(t.Context(), fresh)
	require.NoError(t, err)
	assert.Zero(t, before.State)
	before, err = l.Begin(t.Context(), fresh)
	require.NoError(t, err)
	assert.Equal(t, eboks.LetterSending, before.State, "somebody sends it already")

	waiting := fresh
	waiting.State, waiting.Attempts = eboks.LetterWaiting, 3
	require.NoError(t, l.End(t.Context(), waiting))
	other := fresh
	other.Digest = eboks.Digest{2}
	before, err = l.Begin(t.Context(), other)
	require.NoError(t, err)
	assert.Equal(t, eboks.Digest{1}, before.Digest)
	now, err := l.Entry(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, eboks.LetterWaiting, now.State, "another letter does not claim it")
	_, err = l.Begin(t.Context(), fresh)
	require.NoError(t, err)
	now, err = l.Entry(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, eboks.LetterSending, now.State)
	assert.Equal(t, 3, now.Attempts)

	done := eboks.Entry{ID: id, Digest: eboks.Digest{1}, State: eboks.LetterAccepted, Attempts: 4, At: s.Now(), Status: eboks.AcceptedDigital,
		Reference: "æ-7", TakenAt: s.Now(), SHA256: [32]byte{9}, Kind: eboks.Rejected, Code: "12", Reachability: eboks.Exempt}
	require.NoError(t, l.End(t.Context(), done))
	now, err = l.Entry(t.Context(), id)
	require.NoError(t, err)
	assert.True(t, done == now)
	none, err := l.Entry(t.Context(), eboks.NewID())
	require.NoError(t, err)
	assert.True(t, none == eboks.Entry{})
}

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
func TestLedgerInTheStore(t *testing.T) {
	ledgersuite.Test(t, func(tb testing.TB, letters []eboks.ID) eboks.Ledger {
		s := openTestStore(t, filepath.Join(t.TempDir(), "panel.db"), NewKeyring())
		conn, err := s.db.Conn(t.Context())
		require.NoError(tb, err)
		defer func() { require.NoError(tb, conn.Close()) }()
		run := func(query string, args ...any) {
			_, err := conn.ExecContext(t.Context(), query, args...)
			require.NoError(tb, err)
		}
		run("PRAGMA foreign_keys = OFF") // letters of nobody about nothing
		for i, id := range letters {
			run(`INSERT INTO letter (id, account_id, record_id, change_id, content, state, reason, attempts, next_at, created_at)
				VALUES (?, '', '', ?, x'', 'waiting', '', 0, 0, 0)`, id.String(), i)
		}
		run("PRAGMA foreign_keys = ON")
		return ledger{s}
	})
}
