package store

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tray is where a test queues letters: in a table of its own, so that a rollback counts.
type tray struct {
	refused string // what Write says of every letter
	err     error  // of Enqueue
	mu      sync.Mutex
	drafts  []*Draft
}

func newTray(t *testing.T, s *Store) *tray {
	t.Helper()
	_, err := s.DB.ExecContext(t.Context(), `CREATE TABLE IF NOT EXISTS tray (id TEXT PRIMARY KEY)`)
	require.NoError(t, err)
	return &tray{}
}

func (y *tray) Write(_ context.Context, d *Draft) (*eboks.Letter, string, error) {
	y.mu.Lock()
	y.drafts = append(y.drafts, d)
	y.mu.Unlock()
	if y.refused != "" {
		return nil, y.refused, nil
	}
	return &eboks.Letter{ID: d.ID}, "", nil
}

func (y *tray) Enqueue(ctx context.Context, tx outbox.Tx, l *eboks.Letter) (bool, error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO tray (id) VALUES ($1)`, l.ID.String()); err != nil {
		return false, err
	}
	return true, y.err
}

// in returns how many letters are queued.
func (y *tray) in(t *testing.T, s *Store) (n int) {
	t.Helper()
	require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM tray`).Scan(&n))
	return n
}

// handIn hands a form in for an account, whose letter goes into y.
func handIn(t *testing.T, s *Store, account string, y Post) error {
	t.Helper()
	q := survey.Everyday()
	given := survey.Answers{"mood": {"3"}}
	c := survey.NewLetterContent(survey.Danish, s.Now(), "Åse Ærlig", &q, survey.StageFirst, given)
	_, err := s.Save(t.Context(), account, q.Slug, survey.StageFirst, given, true, Follows{Effects: []Effect{{Letter: &c}}, Post: y})
	return err
}

// onlyLetter returns the letter of an account.
func onlyLetter(t *testing.T, s *Store, account string) Letter {
	t.Helper()
	all, err := s.Letters(t.Context(), account)
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

func letterIsQueuedWithTheRecord(t *testing.T, open func() *Store) {
	s := open()
	y := newTray(t, s)
	a := account(t, s, "a", cprtest.Number(9001))
	require.NoError(t, handIn(t, s, a, y))
	assert.Equal(t, 1, y.in(t, s))
	require.Len(t, y.drafts, 1)
	assert.Equal(t, cprtest.Number(9001), y.drafts[0].To)
	assert.Equal(t, "Åse Ærlig", y.drafts[0].Content.Name)
	l := onlyLetter(t, s, a)
	assert.Equal(t, y.drafts[0].ID, l.ID)
	assert.True(t, l.Queued)
	_, err := s.LetterContent(t.Context(), a, l.ID)
	assert.ErrorIs(t, err, ErrNotFound, "the outbox has it, and nobody else")

	// What cannot be queued takes the record with it.
	b := account(t, s, "b", cprtest.Number(9002))
	y.err = errors.New("the disk is full")
	require.ErrorIs(t, handIn(t, s, b, y), y.err)
	assert.Equal(t, 1, y.in(t, s))
	_, err = s.RecordFor(t.Context(), b, survey.Everyday().Slug)
	assert.ErrorIs(t, err, ErrNotFound)
}

func letterWaitsForTheNumber(t *testing.T, open func() *Store) {
	s := open()
	y := newTray(t, s)
	a := account(t, s, "a", cpr.Number{})
	require.NoError(t, handIn(t, s, a, y))
	l := onlyLetter(t, s, a)
	assert.False(t, l.Queued)
	assert.Empty(t, y.drafts)
	c, err := s.LetterContent(t.Context(), a, l.ID)
	require.NoError(t, err)
	assert.Equal(t, "Åse Ærlig", c.Name)

	arrive := func(y *tray) {
		t.Helper()
		_, _, err := s.Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", "a"}, Capacity: "private", CPR: cprtest.Number(9001), Post: y})
		require.NoError(t, err)
	}
	arrive(y)
	arrive(y) // once more: the letter is queued once
	assert.Equal(t, 1, y.in(t, s))
	assert.Len(t, y.drafts, 1)
	assert.True(t, onlyLetter(t, s, a).Queued)
}

// late is a tray; somebody's number comes, or changes, while their letter is written.
type late struct {
	*tray
	comes func()
}

func (l *late) Write(ctx context.Context, d *Draft) (*eboks.Letter, string, error) {
	if l.comes != nil {
		comes := l.comes
		l.comes = nil
		comes()
	}
	return l.tray.Write(ctx, d)
}

func TestNumberThatChangesWhileALetterIsWritten(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	y := newTray(t, s)
	a := account(t, s, "a", cprtest.Number(9001))
	post := &late{tray: y, comes: func() { account(t, s, "a", cprtest.Number(9002)) }}
	require.NoError(t, handIn(t, s, a, post))
	assert.Equal(t, 1, y.in(t, s))
	require.Len(t, y.drafts, 2)
	assert.Equal(t, cprtest.Number(9002), y.drafts[1].To)
	assert.Equal(t, y.drafts[0].ID, y.drafts[1].ID)
	assert.True(t, onlyLetter(t, s, a).Queued)
}

func TestLetterThatCannotBeSent(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	y := newTray(t, s)
	y.refused = "replacement number"
	a := account(t, s, "a", cprtest.Number(9001))
	require.NoError(t, handIn(t, s, a, y))
	l := onlyLetter(t, s, a)
	assert.Equal(t, []any{false, "replacement number"}, []any{l.Queued, l.Refused})
	require.NoError(t, s.EnqueueWaiting(t.Context(), y))
	assert.Len(t, y.drafts, 1, "it is not tried again")
}

func TestOneLetterForAStatusChangeEver(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	a := account(t, s, "a", cpr.Number{})
	require.NoError(t, handIn(t, s, a, newTray(t, s)))
	_, err := s.DB.ExecContext(t.Context(), `INSERT INTO letter (id, account_id, record_id, change_id, content, refused, created_at)
		SELECT $1, account_id, record_id, change_id, content, '', 0 FROM letter`, eboks.NewID().String())
	assert.ErrorContains(t, err, "UNIQUE")
}

func TestLetterOpensForItsOwnIDAlone(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	y := newTray(t, s)
	var ids []eboks.ID
	for i, subject := range []string{"a", "b"} {
		a := account(t, s, subject, cpr.Number{})
		require.NoError(t, handIn(t, s, a, y))
		ids = append(ids, onlyLetter(t, s, a).ID)
		_, err := s.DB.ExecContext(t.Context(), `INSERT INTO cpr_number (account_id, sealed, pseudonym, set_at) VALUES ($1, $2, 'æ', 0)`, a, s.vault.seal(cprtest.Number(9001+i), a))
		require.NoError(t, err)
	}
	_, err := s.DB.ExecContext(t.Context(), `UPDATE letter SET content = (SELECT content FROM letter WHERE id = $1) WHERE id = $2`, ids[0].String(), ids[1].String())
	require.NoError(t, err)
	require.NoError(t, s.EnqueueWaiting(t.Context(), y))
	require.Len(t, y.drafts, 2)
	for _, d := range y.drafts {
		assert.Equal(t, d.ID == ids[0], d.Content != nil)
	}
}

// A file of the version before had its own way of sending. What surely was not sent is
// queued; of the others nothing more is known.
func TestLettersOfTheVersionBefore(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "a.db"), NewKeyring()
	s := openTestStore(t, path, keys)
	states := []string{"waiting", "offered", "accepted", "refused"}
	var accounts []string
	for i, state := range states {
		a := account(t, s, state, cpr.Number{})
		accounts = append(accounts, a)
		require.NoError(t, handIn(t, s, a, newTray(t, s)))
		_, err := s.DB.ExecContext(t.Context(), `INSERT INTO cpr_number (account_id, sealed, pseudonym, set_at) VALUES ($1, $2, 'æ', 0)`, a, s.vault.seal(cprtest.Number(9001+i), a))
		require.NoError(t, err)
	}
	for _, query := range []string{
		`DELETE FROM schema_version WHERE version IN (3, 6, 7, 8)`, `ALTER TABLE letter RENAME TO kept`, `DROP INDEX letter_by_account`,
		`DROP TABLE deed`, `DROP TABLE administrator`, `DROP TABLE action`, `DROP TABLE template_version`, `DROP TABLE template`, `DROP TABLE invitation`, `DROP TABLE batch`,
		`ALTER TABLE record DROP COLUMN lang`, `ALTER TABLE status_change DROP COLUMN who`,
	} {
		_, err := s.DB.ExecContext(t.Context(), query)
		require.NoError(t, err)
	}
	for _, name := range []string{"0003_letters.sql", "0006_claims.sql"} {
		script, err := migrations.ReadFile("migrations/sqlite/" + name)
		require.NoError(t, err)
		_, err = s.DB.ExecContext(t.Context(), string(script))
		require.NoError(t, err)
	}
	for _, query := range []string{
		`INSERT INTO schema_version (version) VALUES (3), (6)`,
		`INSERT INTO letter (id, account_id, record_id, change_id, content, state, reason, attempts, next_at, created_at)
			SELECT k.id, k.account_id, k.record_id, k.change_id, k.content, a.subject, CASE a.subject WHEN 'refused' THEN 'minor' ELSE '' END, 1, 0, k.created_at
			FROM kept k JOIN account a ON a.id = k.account_id`,
		`INSERT INTO letter_event (key, letter_id, status, code, at, received_at, reachability) SELECT id, id, 'accepted', 'æ', 0, 0, '' FROM letter`,
		`INSERT INTO event_cursor VALUES ('stralfors', '7')`,
		`DROP TABLE kept`,
	} {
		_, err := s.DB.ExecContext(t.Context(), query)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())

	s = openTestStore(t, path, keys)
	y := newTray(t, s)
	require.NoError(t, s.EnqueueWaiting(t.Context(), y))
	require.Len(t, y.drafts, 1)
	assert.Equal(t, cprtest.Number(9001), y.drafts[0].To)
	for i, want := range []string{"", RefusedEarlier, RefusedEarlier, "minor"} {
		l := onlyLetter(t, s, accounts[i])
		assert.Equal(t, []any{i == 0, want}, []any{l.Queued, l.Refused}, states[i])
		assert.Equal(t, time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC), l.Created)
	}
	var broken int
	require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM pragma_foreign_key_check`).Scan(&broken))
	assert.Zero(t, broken)
}
