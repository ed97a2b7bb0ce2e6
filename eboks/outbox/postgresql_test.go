package outbox_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// fresh makes an empty database in the cluster and returns how to connect.
func freshDB(t testing.TB, dsn, name string) string {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(context.Background(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return strings.Replace(dsn, "dbname=postgres", "dbname="+name, 1)
}

func pgDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := opendb.PostgreSQL(context.Background(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func pgBox(t testing.TB, dsn string, s eboks.Sender, change func(*outbox.Config)) (*outbox.Outbox, outbox.Config) {
	t.Helper()
	cfg := outbox.Config{DB: pgDB(t, dsn), Dialect: outbox.PostgreSQL, Keys: [][]byte{someKey}, Sender: s}
	if change != nil {
		change(&cfg)
	}
	o, err := outbox.New(cfg)
	require.NoError(t, err)
	require.NoError(t, o.Migrate(context.Background()))
	return o, cfg
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel() // it waits more than it works
	dsn := pgtest.Start(t, pgtest.Options{})
	ctx := context.Background()

	// The database's default is REPEATABLE READ. A letter is erased while another one is
	// queued with the same document.
	t.Run("isolation", func(t *testing.T) {
		dsn := freshDB(t, dsn, "isolation")
		_, err := pgDB(t, dsn).Exec(`ALTER DATABASE isolation SET default_transaction_isolation = 'repeatable read'`)
		require.NoError(t, err)
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		o, cfg := pgBox(t, dsn, s, nil)
		doc := large(1)
		one, two := letterTo(1), letterTo(2)
		one.Document, two.Document = doc, doc
		putIn(t, o, one)
		walk(t, o, 1)
		require.Equal(t, eboks.LetterAccepted, rowOf(t, o, one.ID).State)
		tx, err := cfg.DB.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		require.NoError(t, err)
		_, err = o.Enqueue(ctx, tx, two)
		require.NoError(t, err)
		erased := make(chan error, 1)
		go func() { _, err := o.Erase(ctx, one.ID); erased <- err }()
		require.Eventually(t, func() bool {
			var n int
			require.NoError(t, cfg.DB.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`).Scan(&n))
			return n > 0
		}, time.Minute, 10*time.Millisecond)
		require.NoError(t, tx.Commit())
		<-erased
		walk(t, o, 3)
		require.Equal(t, eboks.LetterAccepted, rowOf(t, o, two.ID).State, "its document is gone")
	})

	for _, level := range []string{"repeatable read", "serializable"} {
		t.Run("two runs "+level, func(t *testing.T) {
			name := strings.ReplaceAll("runs_"+level, " ", "_")
			dsn := freshDB(t, dsn, name)
			_, err := pgDB(t, dsn).Exec(`ALTER DATABASE ` + name + ` SET default_transaction_isolation = '` + level + `'`)
			require.NoError(t, err)
			s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
			a, cfg := pgBox(t, dsn, s, nil)
			b, _ := pgBox(t, dsn, s, nil)
			const letters = 100
			tx, err := cfg.DB.Begin()
			require.NoError(t, err)
			for n := range letters {
				_, err := a.Enqueue(ctx, tx, letterTo(n%20))
				require.NoError(t, err)
			}
			require.NoError(t, tx.Commit())
			running, cancel := context.WithCancel(ctx)
			ended := make(chan error, 2)
			go func() { ended <- a.Run(running) }()
			go func() { ended <- b.Run(running) }()
			require.Eventually(t, func() bool { return s.all() >= letters }, time.Minute, 20*time.Millisecond)
			cancel()
			require.NoError(t, <-ended)
			require.NoError(t, <-ended)
			require.Equal(t, letters, s.all())
		})
	}

	// One answer cannot be stored. The others can.
	t.Run("poison result", func(t *testing.T) {
		dsn := freshDB(t, dsn, "poison")
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
			if l.Title == "Giftigt brev" {
				return &eboks.Receipt{ID: l.ID, Reference: "r\x00f"}, nil
			}
			return &eboks.Receipt{ID: l.ID, Reference: "ref"}, nil
		}
		o, _ := pgBox(t, dsn, s, func(c *outbox.Config) { c.LookEvery = 50 * time.Millisecond })
		bad := letterTo(1)
		bad.Title = "Giftigt brev"
		putIn(t, o, bad)
		for n := range 20 {
			putIn(t, o, letterTo(n))
		}
		running, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- o.Run(running) }()
		require.Eventually(t, func() bool {
			sum, err := o.Summary(ctx)
			return err == nil && sum.States[eboks.LetterAccepted] >= 20
		}, time.Minute, 20*time.Millisecond, "one answer holds up all others")
		cancel()
		<-ended
	})

	for _, mode := range []string{"simple_protocol", "exec", "cache_describe", "describe_exec"} {
		t.Run("mode "+mode, func(t *testing.T) {
			dsn := freshDB(t, dsn, "mode_"+mode) + " default_query_exec_mode=" + mode
			s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
			s.events = func(eboks.Cursor) ([]eboks.Event, error) { return nil, nil }
			o, _ := pgBox(t, dsn, s, nil)
			l := letterTo(1)
			l.Document = large(3)
			putIn(t, o, l)
			walk(t, o, 2)
			require.Equal(t, eboks.LetterAccepted, rowOf(t, o, l.ID).State)
			require.NoError(t, o.Receive(ctx))
			fresh, err := o.Enqueue(ctx, nil, l)
			require.NoError(t, err)
			require.False(t, fresh)
			_, err = o.Erase(ctx, l.ID)
			require.NoError(t, err)
			_, err = o.Summary(ctx)
			require.NoError(t, err)

			conn, err := pgx.Connect(ctx, dsn)
			require.NoError(t, err)
			defer func() { _ = conn.Close(ctx) }()
			tx, err := conn.Begin(ctx)
			require.NoError(t, err)
			two, three := letterTo(5), letterTo(6)
			two.Document, three.Document = large(4), large(4)
			_, err = o.Enqueue(ctx, outbox.Pgx(tx), two)
			require.NoError(t, err)
			_, err = o.Enqueue(ctx, outbox.Pgx(tx), three)
			require.NoError(t, err)
			fresh, err = o.Enqueue(ctx, outbox.Pgx(tx), two)
			require.NoError(t, err)
			require.False(t, fresh)
			require.NoError(t, tx.Commit(ctx))
			walk(t, o, 3)
			require.Equal(t, eboks.LetterAccepted, rowOf(t, o, three.ID).State)
		})
	}

	// The tables belong to another role, and this one may read and write rows alone.
	t.Run("rights", func(t *testing.T) {
		dsn := freshDB(t, dsn, "rights")
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		_, cfg := pgBox(t, dsn, s, nil)
		_, err := cfg.DB.Exec(`CREATE ROLE app LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app`)
		require.NoError(t, err)
		cfg.DB = pgDB(t, strings.Replace(dsn, "user=dkeid", "user=app", 1))
		o, err := outbox.New(cfg)
		require.NoError(t, err)
		require.NoError(t, o.Migrate(ctx), "the tables are up to date")
		id := putIn(t, o, letterTo(1))
		walk(t, o, 1)
		require.Equal(t, eboks.LetterAccepted, rowOf(t, o, id).State)
	})

	// What is committed must be on the disk before a letter leaves.
	t.Run("synchronous_commit", func(t *testing.T) {
		dsn := freshDB(t, dsn, "synchronous")
		_, err := pgDB(t, dsn).Exec(`ALTER DATABASE synchronous SET synchronous_commit = off`)
		require.NoError(t, err)
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		cfg := outbox.Config{DB: pgDB(t, dsn), Dialect: outbox.PostgreSQL, Keys: [][]byte{someKey}, Sender: s}
		o, err := outbox.New(cfg)
		require.NoError(t, err)
		if err := o.Migrate(ctx); err != nil {
			require.ErrorIs(t, err, eboks.ErrConfigInvalid)
			return
		}
		putIn(t, o, letterTo(1))
		// Does the claim wait for the disk?
		var before, flushed string
		s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
			require.NoError(t, cfg.DB.QueryRow(`SELECT pg_current_wal_insert_lsn()::text, pg_current_wal_flush_lsn()::text`).Scan(&before, &flushed))
			return &eboks.Receipt{ID: l.ID}, nil
		}
		walk(t, o, 1)
		require.Equal(t, before, flushed, "the letter leaves, and its claim is in memory alone")
	})

	// Two letters have the same two attachments, the other way round, and are queued at once.
	t.Run("attachments", func(t *testing.T) {
		dsn := freshDB(t, dsn, "attachments")
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Limits: eboks.Limits{Attachments: 5}}}
		o, _ := pgBox(t, dsn, s, nil)
		one, other := large(1).Named("Bilag å"), large(2).Named("Bilag ø")
		errs := make(chan error, 20)
		for n := range 20 {
			l := letterTo(n)
			l.Attachments = []eboks.Document{one, other}
			if n%2 == 0 {
				l.Attachments = []eboks.Document{other, one}
			}
			go func() { _, err := o.Enqueue(ctx, nil, l); errs <- err }()
		}
		for range 20 {
			require.NoError(t, <-errs)
		}
	})

	// A mailing is being queued in a long transaction. What is kept no longer shares a
	// document with it.
	t.Run("clean waits", func(t *testing.T) {
		dsn := freshDB(t, dsn, "cleaning")
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
		s.events = func(eboks.Cursor) ([]eboks.Event, error) { return nil, nil }
		clock := posttest.NewClock()
		o, cfg := pgBox(t, dsn, s, func(c *outbox.Config) { c.KeepContent, c.Now = time.Minute, clock.Now })
		one, two := letterTo(1), letterTo(2)
		one.Document, two.Document = large(1), large(1)
		putIn(t, o, one)
		walk(t, o, 1)
		clock.Move(time.Hour)
		tx, err := cfg.DB.Begin()
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		_, err = o.Enqueue(ctx, tx, two)
		require.NoError(t, err)
		limited, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		_ = o.Receive(limited)
		require.NoError(t, limited.Err(), "Receive waits for somebody's transaction")
	})
}
