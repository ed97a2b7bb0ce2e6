package outbox_test

import (
	"bytes"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// opened makes a ready outbox with a distributor.
func opened(t *testing.T, cfg outbox.Config, can posttest.Config) (*outbox.Outbox, *posttest.Distributor) {
	t.Helper()
	if can.Now == nil {
		can.Now = time.Now
	}
	d := posttest.New(can)
	cfg.Sender = d.Of(nil)
	if cfg.Now == nil {
		cfg.Now = can.Now
	}
	return start(t, cfg), d
}

func TestALetterAndItsRecordAreOne(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		cfg := open()
		o, _ := opened(t, cfg, posttest.Config{})
		_, err := cfg.DB.Exec(`CREATE TABLE decisions (letter TEXT PRIMARY KEY)`)
		require.NoError(t, err)
		add := func(l *eboks.Letter, end func(*sql.Tx) error) {
			tx, err := cfg.DB.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, err = tx.Exec(`INSERT INTO decisions VALUES ($1)`, l.ID)
			require.NoError(t, err)
			fresh, err := o.Enqueue(t.Context(), tx, l)
			require.NoError(t, err)
			require.True(t, fresh)
			require.NoError(t, end(tx))
		}
		kept, dropped := letter(1), letter(2)
		add(kept, (*sql.Tx).Commit)
		add(dropped, (*sql.Tx).Rollback)

		r, trail, err := o.Letter(t.Context(), kept.ID)
		require.NoError(t, err)
		require.Equal(t, eboks.LetterWaiting, r.State)
		require.Equal(t, 1, r.Documents)
		require.Empty(t, trail)
		_, _, err = o.Letter(t.Context(), dropped.ID)
		require.ErrorIs(t, err, eboks.ErrInputInvalid)
		_, err = o.Step(t.Context(), dropped.ID)
		require.ErrorIs(t, err, eboks.ErrInputInvalid)

		got, err := o.Content(t.Context(), kept.ID)
		require.NoError(t, err)
		require.Equal(t, kept.To, got.To)
		require.Equal(t, "Årsopgørelse", got.Title)
	})
}

func TestThePgxTransaction(t *testing.T) {
	dsn := sharedPostgreSQL(t)
	o, _ := opened(t, opener(t, dsn)(), posttest.Config{})
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	l, other := letter(1), letter(2)
	other.ID = l.ID
	for _, fresh := range []bool{true, false} {
		tx, err := conn.Begin(t.Context())
		require.NoError(t, err)
		got, err := o.Enqueue(t.Context(), outbox.Pgx(tx), l)
		require.NoError(t, err)
		require.Equal(t, fresh, got)
		require.NoError(t, tx.Commit(t.Context()))
	}
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = o.Enqueue(t.Context(), outbox.Pgx(tx), other)
	require.ErrorIs(t, err, eboks.ErrConflict)
	// The same document in another letter of this transaction.
	third := letter(1)
	_, err = o.Enqueue(t.Context(), outbox.Pgx(tx), third)
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT no_such_thing")
	require.Error(t, err)
	_, err = o.Enqueue(t.Context(), outbox.Pgx(tx), letter(3))
	require.ErrorIs(t, err, eboks.ErrStoreFailed)
	require.NotContains(t, err.Error(), "25P02", "the database's words stay out of the text")
	require.NoError(t, tx.Rollback(t.Context()))
}

func TestOneIDOneLetter(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		cfg := open()
		o, _ := opened(t, cfg, posttest.Config{})
		l := letter(1)
		fresh, err := o.Enqueue(t.Context(), nil, l)
		require.NoError(t, err)
		require.True(t, fresh)
		for range 3 {
			fresh, err = o.Enqueue(t.Context(), nil, l)
			require.NoError(t, err)
			require.False(t, fresh)
		}
		for name, change := range map[string]func(*eboks.Letter){
			"recipient": func(l *eboks.Letter) { l.To = eboks.Person(cprtest.Number(9019)) },
			"title":     func(l *eboks.Letter) { l.Title = "Årsopgørelsen" },
			"document":  func(l *eboks.Letter) { l.Document = eboks.Bytes([]byte("%PDF-1.7\n% æ\n%%EOF\n")) },
			"attachment": func(l *eboks.Letter) {
				l.Attachments = []eboks.Document{eboks.Bytes([]byte("%PDF-1.7\n% æ\n%%EOF\n")).Named("Bilag.pdf")}
			},
		} {
			other := *l
			change(&other)
			_, err = o.Enqueue(t.Context(), nil, &other)
			e, _ := errors.AsType[*eboks.Error](err)
			require.NotNil(t, e, name)
			if e.Kind != eboks.InputInvalid || name != "attachment" { // this distributor may take none
				require.Equal(t, eboks.Conflict, e.Kind, name)
			}
			require.NotContains(t, err.Error(), "Årsopgørelse")
		}

		// A letter of an older key is the same letter.
		cfg.Keys = [][]byte{bytes.Repeat([]byte("n"), 32), cfg.Keys[0]}
		rotated, _ := opened(t, cfg, posttest.Config{})
		fresh, err = rotated.Enqueue(t.Context(), nil, l)
		require.NoError(t, err)
		require.False(t, fresh)
		_, err = rotated.Content(t.Context(), l.ID)
		require.NoError(t, err)

		cfg.Keys = [][]byte{bytes.Repeat([]byte("x"), 32)}
		cfg.Sender = posttest.New(posttest.Config{Now: time.Now}).Of(nil)
		stranger, err := outbox.New(cfg)
		require.NoError(t, err)
		require.ErrorIs(t, stranger.Migrate(t.Context()), eboks.ErrConfigInvalid)
	})
}

func TestWhatCannotBeSentIsNotQueued(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		cfg := open()
		o, _ := opened(t, cfg, posttest.Config{})
		for name, change := range map[string]func(*eboks.Letter){
			"no ID":        func(l *eboks.Letter) { l.ID = eboks.ID{} },
			"nobody":       func(l *eboks.Letter) { l.To = eboks.Recipient{} },
			"no title":     func(l *eboks.Letter) { l.Title = "" },
			"no PDF":       func(l *eboks.Letter) { l.Document = eboks.Bytes([]byte("æøå")) },
			"missing file": func(l *eboks.Letter) { l.Document = eboks.File("/findes/ikke.pdf") },
		} {
			l := letter(1)
			change(l)
			_, err := o.Enqueue(t.Context(), nil, l)
			require.ErrorIs(t, err, eboks.ErrInputInvalid, name)
		}
		_, err := o.Enqueue(t.Context(), nil, nil)
		require.ErrorIs(t, err, eboks.ErrInputInvalid)
		ids, err := o.Due(t.Context(), 10)
		require.NoError(t, err)
		require.Empty(t, ids)
		require.NoError(t, cfg.DB.Close())
		_, err = o.Enqueue(t.Context(), nil, letter(1))
		require.ErrorIs(t, err, eboks.ErrStoreFailed)
		_, err = o.Due(t.Context(), 10)
		require.ErrorIs(t, err, eboks.ErrStoreFailed)
	})
}
