package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
)

// The ledger keeps what eboks.Ledger promises, also in a file that two processes have.
func TestLedger(t *testing.T) {
	ledgersuite.Test(t, func(tb testing.TB, letters []eboks.ID) (one, other eboks.Ledger) {
		path, keys := filepath.Join(t.TempDir(), "panel.db"), NewKeyring()
		s := openTestStore(t, path, keys)
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
				VALUES (?, '', '', ?, x'00', 'waiting', '', 0, 0, 0)`, id.String(), i)
		}
		run("PRAGMA foreign_keys = ON")
		second, err := sql.Open("sqlite", mustAddress(tb, path))
		require.NoError(tb, err)
		t.Cleanup(func() { _ = second.Close() })
		q, err := prepareQueries(t.Context(), second)
		require.NoError(tb, err)
		return s.Ledger(), (&Store{db: second, q: q, vault: s.vault, Now: s.Now}).Ledger()
	})
}

func mustAddress(tb testing.TB, path string) string {
	tb.Helper()
	dsn, err := storeAddress(path)
	require.NoError(tb, err)
	return dsn
}

// A file of the version before knew fewer states. What may have arrived is still in
// doubt, and what has arrived has.
func TestLedgerOfTheVersionBefore(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "a.db"), NewKeyring()
	s := openTestStore(t, path, keys)
	ids := []eboks.ID{letterInStore(t, s, "a"), letterInStore(t, s, "b"), letterInStore(t, s, "c"), letterInStore(t, s, "d")}
	run := func(query string, args ...any) {
		t.Helper()
		_, err := s.db.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	run(`DROP TABLE ledger`)
	run(`DELETE FROM schema_version WHERE version = 6`)
	run(`CREATE TABLE ledger (id TEXT PRIMARY KEY REFERENCES letter (id) ON DELETE CASCADE, digest BLOB NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
		at INTEGER NOT NULL, status INTEGER NOT NULL, reference TEXT NOT NULL, taken_at INTEGER NOT NULL, sha256 BLOB NOT NULL, kind INTEGER NOT NULL,
		code TEXT NOT NULL, reachability INTEGER NOT NULL, not_delivered INTEGER NOT NULL) STRICT`)
	for i, id := range ids { // on its way, surely not sent, accepted, refused
		run(`INSERT INTO ledger VALUES (?, ?, ?, 2, 1000, 2, 'æ-7', 1000, ?, 5, '12', 0, ?)`, id.String(), make([]byte, 32), i+1, make([]byte, 32), 1)
	}
	require.NoError(t, s.Close())
	s = openTestStore(t, path, keys)
	found, err := s.Ledger().Load(t.Context(), ids)
	require.NoError(t, err)
	assert.Equal(t, []eboks.State{eboks.LetterUnknown, 0, eboks.LetterAccepted, eboks.LetterRefused},
		[]eboks.State{found[0].State, found[1].State, found[2].State, found[3].State})
	assert.Equal(t, eboks.Stop, found[3].Then)
	assert.Equal(t, eboks.Rejected, found[3].Kind)
	assert.Equal(t, eboks.Accepted, found[2].Status)
	assert.Equal(t, "æ-7", found[2].Reference)
	assert.True(t, found[0].Lease.IsZero())
}

// TestOneConnectionIsEnough: neither a page of events that is handled in one transaction,
// nor a letter on its way, waits for a second one.
func TestOneConnectionIsEnough(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // for ever, if it hangs
	defer cancel()
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	s.db.SetMaxOpenConns(1)
	fake := ebokstest.New(t, ebokstest.Engines(stralforstest.Start), ebokstest.Config{Now: s.Now, Settings: ebokstest.Settings{AnyRecipient: true}})
	sender, err := distributor.Open("stralfors", distributor.Agreement{URL: fake.URL(), System: fake.System(), Certificate: fake.Certificate(),
		Roots: fake.Roots(), Materials: map[eboks.Material]string{ReceiptMaterial: string(fake.Materials()[0])}, Recognises: true, Now: s.Now})
	require.NoError(t, err)
	client, err := eboks.New(eboks.Config{Sender: sender, Ledger: s.Ledger(), Keys: [][]byte{make([]byte, eboks.KeySize)}, Now: s.Now})
	require.NoError(t, err)
	for i, subject := range []string{"å", "æ", "ø"} {
		if i == 2 { // which the events say has arrived
			require.NoError(t, fake.Next("dropped-answer"))
		}
		letter := eboks.Letter{ID: letterInStore(t, s, subject), To: eboks.Person(cprtest.Number(i)), Title: "Brev på Ærø",
			Document: eboks.Bytes([]byte("%PDF-1.7\n%æøå\n%%EOF")), Material: ReceiptMaterial}
		_, err := client.Send(ctx, &letter)
		if i < 2 {
			require.NoError(t, err)
		}
	}
	fake.Advance(time.Hour)
	require.Equal(t, 3, fake.Total())

	var page []eboks.Event
	require.NoError(t, s.write(ctx, func(tx *sql.Tx) error {
		for e, err := range client.Events(ctx, "") {
			if err != nil {
				return err
			}
			if _, err := s.addEvent(ctx, tx, e); err != nil {
				return err
			}
			page = append(page, e)
		}
		return nil
	}))
	require.NotEmpty(t, page)
	require.NoError(t, client.Learn(ctx, page...))
	strange, err := s.Handle(ctx, "stralfors", page...)
	require.NoError(t, err)
	assert.Empty(t, strange)
	var accepted, arrived int
	require.NoError(t, s.db.QueryRowContext(ctx, `SELECT count(*) FROM ledger WHERE state = ?`, eboks.LetterAccepted).Scan(&accepted))
	require.NoError(t, s.db.QueryRowContext(ctx, `SELECT count(DISTINCT letter_id) FROM letter_event WHERE status = ?`, eboks.DeliveredDigital).Scan(&arrived))
	assert.Equal(t, []int{3, 3}, []int{accepted, arrived})
}
