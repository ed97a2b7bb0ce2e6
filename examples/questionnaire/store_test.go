package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openTestStore opens the file at path with keys, on a clock of its own.
func openTestStore(t *testing.T, path string, keys keyring) *store {
	t.Helper()
	s, err := tryOpen(t.Context(), path, keys)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func tryOpen(ctx context.Context, path string, keys keyring) (*store, error) {
	v, err := newVault(keys)
	if err != nil {
		return nil, err
	}
	return openStore(ctx, path, v, func() time.Time { return time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC) })
}

// accountsByCPR returns who holds n, found as the store finds it.
func (s *store) accountsByCPR(ctx context.Context, n cpr.Number) (all []string, err error) {
	names, err := s.vault.pseudonym(n)
	for _, name := range names {
		var found string
		if err := s.db.QueryRowContext(ctx, `SELECT coalesce(group_concat(account_id, ' '), '') FROM cpr_number WHERE pseudonym = ?`, name).Scan(&found); err != nil {
			return nil, err
		}
		all = append(all, strings.Fields(found)...)
	}
	return all, err
}

// account makes an account.
func account(t *testing.T, s *store, subject string, n cpr.Number) string {
	t.Helper()
	id, _, err := s.arrive(t.Context(), arrival{Key: accountKey{"https://æøå.example", subject}, Capacity: "private",
		Set: []property{{Name: "fname", Claim: "name", Value: "Åse " + subject}}, CPR: n})
	require.NoError(t, err)
	return id
}

func TestAccountIsIssuerAndSubject(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	a := account(t, s, "a", cpr.Number{})
	assert.Equal(t, a, account(t, s, "a", cpr.Number{}), "the same person comes back to the same account")
	seen := map[string]bool{a: true}
	for _, key := range []accountKey{{"https://æøå.example", "A"}, {"https://æøå.example", "a "}, {"https://other.example", "a"}, {"https://æøå.example/", "a"}} {
		id, _, err := s.arrive(t.Context(), arrival{Key: key, Capacity: "private"})
		require.NoError(t, err)
		assert.False(t, seen[id], "%v is somebody else", key)
		seen[id] = true
	}
	_, err := s.accountOf(t.Context(), accountKey{"https://æøå.example", "b"})
	assert.ErrorIs(t, err, errNotFound)
	_, _, err = s.arrive(t.Context(), arrival{Key: accountKey{"https://æøå.example", "a"}, Capacity: "professional"})
	assert.ErrorIs(t, err, errCapacity)
}

func TestPropertiesFollowTheLogin(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	key := accountKey{"https://æøå.example", "a"}
	id, _, err := s.arrive(t.Context(), arrival{Key: key, Capacity: "private", Set: []property{{Name: "fname", Claim: "name", Value: "Ærlig"}, {Name: "born", Claim: "birthdate", Value: "1990-02-28"}}})
	require.NoError(t, err)
	_, _, err = s.arrive(t.Context(), arrival{Key: key, Capacity: "private", Set: []property{{Name: "born", Claim: "birthdate", Value: "1990-03-01"}}, Drop: []string{"fname"}})
	require.NoError(t, err)
	all, err := s.properties(t.Context(), id)
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, "1990-03-01", all[0].Value)
}

func TestCPRIsFoundByItsPseudonym(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	n := mitidtest.Ditlev().CPR
	a := account(t, s, "a", n)
	account(t, s, "b", mitidtest.Paiman().CPR)
	found, err := s.accountsByCPR(t.Context(), n)
	require.NoError(t, err)
	assert.Equal(t, []string{a}, found)

	// A login that did not ask for the number leaves it; a new one replaces it.
	account(t, s, "a", cpr.Number{})
	_, ok, err := s.cprSetAt(t.Context(), a)
	require.NoError(t, err)
	assert.True(t, ok)
	account(t, s, "b", cprtest.Number(7))
	found, err = s.accountsByCPR(t.Context(), mitidtest.Paiman().CPR)
	require.NoError(t, err)
	assert.Empty(t, found)

	_, shared, err := s.arrive(t.Context(), arrival{Key: accountKey{"https://æøå.example", "c"}, Capacity: "private", CPR: n})
	require.NoError(t, err)
	assert.True(t, shared)
	_, shared, err = s.arrive(t.Context(), arrival{Key: accountKey{"https://æøå.example", "d"}, Capacity: "professional", CPR: n})
	require.NoError(t, err)
	assert.False(t, shared, "the same human in another capacity")
}

func TestKeysRotateAndMustFit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	old, fresh := newKeyring(), newKeyring()
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

func TestSwappedRowDoesNotOpen(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	a := account(t, s, "a", mitidtest.Ditlev().CPR)
	b := account(t, s, "b", mitidtest.Paiman().CPR)
	_, err := s.db.ExecContext(t.Context(), `UPDATE cpr_number SET sealed = (SELECT o.sealed FROM cpr_number o WHERE o.account_id = ?) WHERE account_id = ?`, b, a)
	require.NoError(t, err)
	_, err = s.db.ExecContext(t.Context(), `DELETE FROM account WHERE id = ?`, b)
	require.NoError(t, err)
	assert.ErrorIs(t, s.checkKeys(t.Context()), errVault)
}

func TestNewerFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	keys := newKeyring()
	s := openTestStore(t, path, keys)
	_, err := s.db.ExecContext(t.Context(), `INSERT INTO schema_version (version) VALUES (999)`)
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

func TestForeignKeysHold(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	_, err := s.save(t.Context(), "nobody", "hverdag", stageFirst, answers{}, false, follows{})
	assert.Error(t, err, "a record needs an account")
	a := account(t, s, "a", cprtest.Number(7))
	_, err = s.save(t.Context(), a, "hverdag", stageFirst, answers{"mood": {"3"}}, true, follows{})
	require.NoError(t, err)
	_, err = s.db.ExecContext(t.Context(), `UPDATE record SET status = 'lost'`)
	assert.Error(t, err, "a status that there is not")
	_, err = s.db.ExecContext(t.Context(), `DELETE FROM account`)
	require.NoError(t, err)
	for _, table := range []string{"property", "cpr_number", "record", "status_change", "answer"} {
		var left int
		require.NoError(t, s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&left))
		assert.Zero(t, left, table)
	}
}

func TestFollowUpNeedsAnAnsweredRecord(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), newKeyring())
	a := account(t, s, "a", cpr.Number{})
	_, err := s.save(t.Context(), a, "hverdag", stageFollowUp, answers{}, true, follows{})
	assert.ErrorIs(t, err, errNotFound)
	_, err = s.save(t.Context(), a, "hverdag", stageFirst, answers{}, false, follows{})
	require.NoError(t, err)
	r, err := s.save(t.Context(), a, "hverdag", stageFollowUp, answers{}, true, follows{})
	assert.ErrorIs(t, err, errClosed)
	assert.Equal(t, statusDraft, r.Status)
}

func TestOfManyWhoHandInOneDoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	keys := newKeyring()
	// Two handles stand for two processes.
	stores := []*store{openTestStore(t, path, keys), openTestStore(t, path, keys)}
	a := account(t, stores[0], "a", cpr.Number{})
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			_, err := stores[i%2].save(t.Context(), a, "hverdag", stageFirst, answers{"joy": {strconv.Itoa(i)}}, true, follows{})
			if err == nil {
				won.Add(1)
			} else {
				assert.ErrorIs(t, err, errClosed)
			}
		})
	}
	// Others write at the same time and are not turned away.
	for i := range 16 {
		wg.Go(func() {
			id, _, err := stores[i%2].arrive(t.Context(), arrival{Key: accountKey{"https://æøå.example", fmt.Sprint("other", i)}, Capacity: "private"})
			assert.NoError(t, err)
			_, err = stores[(i+1)%2].save(t.Context(), id, "hverdag", stageFirst, answers{"joy": {"æøå"}}, true, follows{})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, won.Load())
	r, err := stores[0].recordFor(t.Context(), a, "hverdag")
	require.NoError(t, err)
	history, err := stores[0].history(t.Context(), r.ID)
	require.NoError(t, err)
	assert.Len(t, history, 2)
}

// The ledger keeps what eboks.Ledger promises, also in a file.
func TestLedgerInTheStore(t *testing.T) {
	ledgersuite.Test(t, func(tb testing.TB, letters []eboks.ID) eboks.Ledger {
		s := openTestStore(t, filepath.Join(t.TempDir(), "panel.db"), newKeyring())
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
