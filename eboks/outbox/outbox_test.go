package outbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
)

// databases runs a test on both databases. open opens the same empty one at each call, as
// another process would.
func databases(t *testing.T, test func(t *testing.T, open func() outbox.Config)) {
	t.Run("SQLite", func(t *testing.T) {
		path := filepath.Join(crashsuite.Dir(t), "udbakke æøå.db")
		test(t, opener(t, path))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		test(t, opener(t, sharedPostgreSQL(t)))
	})
}

func opener(t *testing.T, name string) func() outbox.Config {
	return func() outbox.Config {
		db, dialect, err := (*sql.DB)(nil), outbox.PostgreSQL, error(nil)
		if strings.HasPrefix(name, "host=") {
			db, err = opendb.PostgreSQL(t.Context(), name)
		} else {
			db, dialect, err = opendb.Open(t.Context(), name)
		}
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		return outbox.Config{DB: db, Dialect: dialect, Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}}
	}
}

// start makes an outbox that is ready.
func start(t testing.TB, cfg outbox.Config) *outbox.Outbox {
	t.Helper()
	o, err := outbox.New(cfg)
	require.NoError(t, err)
	require.NoError(t, o.Migrate(context.Background()))
	return o
}

func letter(n int) *eboks.Letter {
	return &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000 + n%20)), Title: "Årsopgørelse", Material: "1001",
		Document: eboks.Bytes(fmt.Appendf(nil, "%%PDF-1.7\n%% brev %d til Åse på Ærø\n%%%%EOF\n", n)),
	}
}

func TestLedger(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		d := posttest.New(posttest.Config{Now: time.Now})
		client := func() eboks.Ledger {
			cfg := open()
			cfg.Sender = d.Of(nil)
			return outbox.LedgerOf(start(t, cfg))
		}
		one, other := client(), client()
		ledgersuite.Test(t, func(testing.TB, []eboks.ID) (eboks.Ledger, eboks.Ledger) { return one, other })
	})
}

func TestLettersAreSentOnce(t *testing.T) {
	const letters = 300
	databases(t, func(t *testing.T, open func() outbox.Config) {
		d := posttest.New(posttest.Config{Now: time.Now, Status: true})
		cfg := open()
		cfg.Sender = d.Of(nil)
		o := start(t, cfg)
		tx, err := cfg.DB.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		for n := range letters {
			fresh, err := o.Enqueue(t.Context(), tx, letter(n))
			require.NoError(t, err)
			require.True(t, fresh)
		}
		require.NoError(t, tx.Commit())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- o.Run(ctx) }()
		require.Eventually(t, func() bool {
			s, err := o.Summary(t.Context())
			require.NoError(t, err)
			return s.States[eboks.LetterAccepted] == letters
		}, time.Minute, 20*time.Millisecond)
		cancel()
		require.NoError(t, <-ended)
		require.Equal(t, letters, d.Calls().Offers)
	})
}
