package store

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/internal/pgtest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOnBothDatabases runs tests on both databases. open opens the same empty one at each
// call, as another program would.
func TestOnBothDatabases(t *testing.T) {
	tests := map[string]func(t *testing.T, open func() *Store){
		"an account is issuer and subject": accountIsIssuerAndSubject, "properties follow the login": propertiesFollowTheLogin,
		"a number is found by its pseudonym": cprIsFoundByItsPseudonym, "a swapped row does not open": swappedRowDoesNotOpen,
		"foreign keys hold": foreignKeysHold, "a follow-up needs an answered record": followUpNeedsAnAnsweredRecord,
		"of many who hand in one does": ofManyWhoHandInOneDoes, "a letter is queued with the record": letterIsQueuedWithTheRecord,
		"a letter waits for the number": letterWaitsForTheNumber, "templates have versions": templatesHaveVersions,
		"actions keep their number": actionsKeepTheirNumber, "effects happen once": effectsHappenOnce,
		"invitations are sent once": invitationsAreSentOnce, "parked letters are decided": parkedLettersAreDecided,
		"stuck agreements come first": stuckAgreementsComeFirst,
	}
	run := func(t *testing.T, empty func(t *testing.T, n int) string) {
		for n, name := range slices.Sorted(maps.Keys(tests)) {
			t.Run(name, func(t *testing.T) {
				at, keys := empty(t, n), NewKeyring()
				tests[name](t, func() *Store { return openTestStore(t, at, keys) })
			})
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		run(t, func(t *testing.T, _ int) string { return filepath.Join(t.TempDir(), "panel æøå.db") })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.Start(t, pgtest.Options{})
		db, err := opendb.PostgreSQL(t.Context(), dsn)
		require.NoError(t, err)
		defer db.Close()
		run(t, func(t *testing.T, n int) string {
			given := url.Values{}
			for _, pair := range strings.Fields(dsn) {
				key, value, _ := strings.Cut(pair, "=")
				given.Set(key, value)
			}
			given.Set("dbname", "panel"+strconv.Itoa(n))
			_, err := db.ExecContext(t.Context(), "CREATE DATABASE "+given.Get("dbname"))
			require.NoError(t, err)
			return "postgres:///?" + given.Encode()
		})
	})
}

// openTestStore opens the file at path with keys, on a clock of its own.
func openTestStore(t *testing.T, path string, keys Keyring) *Store {
	t.Helper()
	s, err := tryOpen(t.Context(), path, keys)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func tryOpen(ctx context.Context, path string, keys Keyring) (*Store, error) {
	v, err := NewVault(keys)
	if err != nil {
		return nil, err
	}
	return Open(ctx, path, v, func() time.Time { return time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC) })
}

// accountsByCPR returns who holds n, found as the store finds it.
func (s *Store) accountsByCPR(ctx context.Context, n cpr.Number) (all []string, err error) {
	names, err := s.vault.pseudonym(n)
	for _, name := range names {
		rows, err := s.DB.QueryContext(ctx, `SELECT account_id FROM cpr_number WHERE pseudonym = $1`, name)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var found string
			if err := rows.Scan(&found); err != nil {
				return nil, err
			}
			all = append(all, found)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return all, err
}

// account makes an account.
func account(t *testing.T, s *Store, subject string, n cpr.Number) string {
	t.Helper()
	id, _, err := s.Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", subject}, Capacity: "private",
		Set: []Property{{Name: "fname", Claim: "name", Value: "Åse " + subject}}, CPR: n})
	require.NoError(t, err)
	return id
}

func accountIsIssuerAndSubject(t *testing.T, open func() *Store) {
	s := open()
	a := account(t, s, "a", cpr.Number{})
	assert.Equal(t, a, account(t, s, "a", cpr.Number{}), "the same person comes back to the same account")
	seen := map[string]bool{a: true}
	for _, key := range []AccountKey{{"https://æøå.example", "A"}, {"https://æøå.example", "a "}, {"https://other.example", "a"}, {"https://æøå.example/", "a"}} {
		id, _, err := s.Arrive(t.Context(), Arrival{Key: key, Capacity: "private"})
		require.NoError(t, err)
		assert.False(t, seen[id], "%v is somebody else", key)
		seen[id] = true
	}
	_, err := s.AccountOf(t.Context(), AccountKey{"https://æøå.example", "b"})
	assert.ErrorIs(t, err, ErrNotFound)
	_, _, err = s.Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", "a"}, Capacity: "professional"})
	assert.ErrorIs(t, err, errCapacity)
}

func propertiesFollowTheLogin(t *testing.T, open func() *Store) {
	s := open()
	key := AccountKey{"https://æøå.example", "a"}
	id, _, err := s.Arrive(t.Context(), Arrival{Key: key, Capacity: "private", Set: []Property{{Name: "fname", Claim: "name", Value: "Ærlig"}, {Name: "born", Claim: "birthdate", Value: "1990-02-28"}}})
	require.NoError(t, err)
	_, _, err = s.Arrive(t.Context(), Arrival{Key: key, Capacity: "private", Set: []Property{{Name: "born", Claim: "birthdate", Value: "1990-03-01"}}, Drop: []string{"fname"}})
	require.NoError(t, err)
	all, err := s.Properties(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, "1990-03-01", all[0].Value)
}

func cprIsFoundByItsPseudonym(t *testing.T, open func() *Store) {
	s := open()
	n := mitidtest.Ditlev().CPR
	a := account(t, s, "a", n)
	account(t, s, "b", mitidtest.Paiman().CPR)
	found, err := s.accountsByCPR(t.Context(), n)
	require.NoError(t, err)
	assert.Equal(t, []string{a}, found)

	// A login that did not ask for the number leaves it; a new one replaces it.
	account(t, s, "a", cpr.Number{})
	_, ok, err := s.CprSetAt(t.Context(), a)
	require.NoError(t, err)
	assert.True(t, ok)
	account(t, s, "b", cprtest.Number(7))
	found, err = s.accountsByCPR(t.Context(), mitidtest.Paiman().CPR)
	require.NoError(t, err)
	assert.Empty(t, found)

	_, shared, err := s.Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", "c"}, Capacity: "private", CPR: n})
	require.NoError(t, err)
	assert.True(t, shared)
	_, shared, err = s.Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", "d"}, Capacity: "professional", CPR: n})
	require.NoError(t, err)
	assert.False(t, shared, "the same human in another capacity")
}

func TestKeysRotateAndMustFit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	old, fresh := NewKeyring(), NewKeyring()
	n := mitidtest.Ditlev().CPR
	first := openTestStore(t, path, old)
	a := account(t, first, "a", n)
	require.NoError(t, first.Close())

	_, err := tryOpen(t.Context(), path, fresh)
	require.ErrorIs(t, err, errVault, "a wrong key file is found at the start")

	both := openTestStore(t, path, append(fresh, old...))
	found, err := both.accountsByCPR(t.Context(), n)
	require.NoError(t, err)
	assert.Equal(t, []string{a}, found, "a row of the old key is still found")
	account(t, both, "a", n) // the next login writes it with the new one
	require.NoError(t, both.Close())
	found, err = openTestStore(t, path, fresh).accountsByCPR(t.Context(), n)
	require.NoError(t, err)
	assert.Equal(t, []string{a}, found)
}

func swappedRowDoesNotOpen(t *testing.T, open func() *Store) {
	s := open()
	a := account(t, s, "a", mitidtest.Ditlev().CPR)
	b := account(t, s, "b", mitidtest.Paiman().CPR)
	_, err := s.DB.ExecContext(t.Context(), `UPDATE cpr_number SET sealed = (SELECT o.sealed FROM cpr_number o WHERE o.account_id = $1) WHERE account_id = $2`, b, a)
	require.NoError(t, err)
	_, err = s.DB.ExecContext(t.Context(), `DELETE FROM account WHERE id = $1`, b)
	require.NoError(t, err)
	assert.ErrorIs(t, s.checkKeys(t.Context()), errVault)
}

func TestNewerFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	keys := NewKeyring()
	s := openTestStore(t, path, keys)
	_, err := s.DB.ExecContext(t.Context(), `INSERT INTO schema_version (version) VALUES (999)`)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = tryOpen(t.Context(), path, keys)
	assert.ErrorContains(t, err, "newer program")
	_, err = tryOpen(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder.db"), keys)
	assert.Error(t, err)
	garbage := filepath.Join(t.TempDir(), "b.db")
	require.NoError(t, os.WriteFile(garbage, []byte(strings.Repeat("no database", 100)), 0o600))
	_, err = tryOpen(t.Context(), garbage, keys)
	assert.Error(t, err)
}

func foreignKeysHold(t *testing.T, open func() *Store) {
	s := open()
	_, err := s.Save(t.Context(), "nobody", "hverdag", survey.StageFirst, survey.Answers{}, false, Follows{})
	assert.Error(t, err, "a record needs an account")
	a := account(t, s, "a", cprtest.Number(7))
	_, err = s.Save(t.Context(), a, "hverdag", survey.StageFirst, survey.Answers{"mood": {"3"}}, true, Follows{})
	require.NoError(t, err)
	_, err = s.DB.ExecContext(t.Context(), `UPDATE record SET status = 'lost'`)
	assert.Error(t, err, "a status that there is not")
	_, err = s.DB.ExecContext(t.Context(), `DELETE FROM account`)
	require.NoError(t, err)
	for _, table := range []string{"property", "cpr_number", "record", "status_change", "answer"} {
		var left int
		require.NoError(t, s.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&left))
		assert.Zero(t, left, table)
	}
}

func followUpNeedsAnAnsweredRecord(t *testing.T, open func() *Store) {
	s := open()
	a := account(t, s, "a", cpr.Number{})
	_, err := s.Save(t.Context(), a, "hverdag", survey.StageFollowUp, survey.Answers{}, true, Follows{})
	assert.ErrorIs(t, err, ErrNotFound)
	_, err = s.Save(t.Context(), a, "hverdag", survey.StageFirst, survey.Answers{}, false, Follows{})
	require.NoError(t, err)
	r, err := s.Save(t.Context(), a, "hverdag", survey.StageFollowUp, survey.Answers{}, true, Follows{})
	assert.ErrorIs(t, err, ErrClosed)
	assert.Equal(t, survey.StatusDraft, r.Status)
}

func ofManyWhoHandInOneDoes(t *testing.T, open func() *Store) {
	// Two handles stand for two processes.
	stores := []*Store{open(), open()}
	a := account(t, stores[0], "a", cpr.Number{})
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			_, err := stores[i%2].Save(t.Context(), a, "hverdag", survey.StageFirst, survey.Answers{"joy": {strconv.Itoa(i)}}, true, Follows{})
			if err == nil {
				won.Add(1)
			} else {
				assert.ErrorIs(t, err, ErrClosed)
			}
		})
	}
	// Others write at the same time and are not turned away.
	for i := range 16 {
		wg.Go(func() {
			id, _, err := stores[i%2].Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", fmt.Sprint("other", i)}, Capacity: "private"})
			assert.NoError(t, err)
			_, err = stores[(i+1)%2].Save(t.Context(), id, "hverdag", survey.StageFirst, survey.Answers{"joy": {"æøå"}}, true, Follows{})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, won.Load())
	r, err := stores[0].RecordFor(t.Context(), a, "hverdag")
	require.NoError(t, err)
	history, err := stores[0].History(t.Context(), r.ID)
	require.NoError(t, err)
	assert.Len(t, history, 2)
}
