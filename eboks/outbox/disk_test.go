package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

var errDisk = errors.New("disk I/O error")

// TestEveryStepFailsOnce is the life of a letter with one error of the database, at each
// step in turn: nothing is lost or doubled, and whoever calls again comes to the end.
func TestEveryStepFailsOnce(t *testing.T) {
	t.Parallel() // it waits more than it works
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		t.Parallel()
		for name, run := range map[string]crashsuite.Runner{"by hand": crashsuite.ByHand, "loop": crashsuite.Loop} {
			t.Run(name, func(t *testing.T) {
				if name == "by hand" && (oneAtATime() || s.Dialect == outbox.PostgreSQL && !long()) {
					return
				}
				crashsuite.Test(t, s, run, crashsuite.Options{Every: stride(s.Dialect, 199), Err: errDisk})
			})
		}
	})
}

// trouble is a database that refuses some of what it is asked for.
var trouble = map[string]func(step string) error{
	"disk full": func(step string) error {
		if step == crashtest.Exec || step == crashtest.Commit {
			return errors.New("database or disk is full")
		}
		return nil
	},
	"full at the commit": func(step string) error {
		if step == crashtest.Commit {
			return errors.New("could not extend file: No space left on device")
		}
		return nil
	},
	"locked": func(step string) error {
		if step == crashtest.Begin || step == crashtest.Exec {
			return errors.New("database is locked")
		}
		return nil
	},
	"away": func(step string) error {
		switch step {
		case posttest.Offer, posttest.Ask, posttest.Page:
			return nil
		}
		return errDisk
	},
}

// TestNothingIsSentThatCannotBeRecorded takes the database away at three times: when a
// letter is queued, when letters wait, and when one is on its way.
func TestNothingIsSentThatCannotBeRecorded(t *testing.T) {
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		t.Parallel()
		for name, fault := range trouble {
			t.Run(name, func(t *testing.T) {
				store, clock, ctx := s.Open(t), posttest.NewClock(), t.Context()
				d := posttest.New(posttest.Config{Now: clock.Now, Status: true, Events: true})
				p := crashtest.New(crashtest.Plan{})
				a, err := store.Start(ctx, p, d.Of(p), clock.Now, func(cfg *outbox.Config) { cfg.LookEvery, cfg.ReceiptEvery = time.Millisecond, 40*time.Millisecond })
				require.NoError(t, err)
				defer a.Close()
				require.NoError(t, a.Decide(ctx, 1))

				p.Sicken(fault)
				require.Error(t, a.Decide(ctx, 2), "in the application's transaction")
				fresh, err := a.Outbox.Enqueue(ctx, nil, crashsuite.Letter(eboks.NewID(), 3))
				require.ErrorIs(t, err, eboks.ErrStoreFailed)
				require.False(t, fresh)
				require.NotContains(t, err.Error(), "disk", "a database's words may hold what was written")
				quit, stop := context.WithCancel(ctx)
				ended := make(chan error, 1)
				go func() { ended <- a.Outbox.Run(quit) }()
				tried := p.Count() + 20
				require.Eventually(t, func() bool { return p.Count() > tried }, time.Minute, time.Millisecond)
				require.Zero(t, d.Calls().Offers, "nothing leaves that is not recorded")
				p.Sicken(nil)
				require.Eventually(t, func() bool { return finished(a.Watcher) == nil }, time.Minute, time.Millisecond)
				require.Equal(t, 1, d.Calls().Offers)
				require.Len(t, store.Cases(t), 1)

				var sick atomic.Bool // from when a letter has been offered
				d.Change(func(c *posttest.Config) {
					c.Fault = func(*eboks.Letter, int) posttest.Fault { sick.Store(true); return posttest.Fault{} }
				})
				p.Sicken(func(step string) error {
					if sick.Load() {
						return fault(step)
					}
					return nil
				})
				require.NoError(t, a.Decide(ctx, 4))
				require.Eventually(t, sick.Load, time.Minute, time.Millisecond)
				tried = p.Count() + 20
				require.Eventually(t, func() bool { return p.Count() > tried }, time.Minute, time.Millisecond)
				require.Equal(t, 2, d.Calls().Offers)
				p.Sicken(nil)
				require.Eventually(t, func() bool { return finished(a.Watcher) == nil }, time.Minute, time.Millisecond, "what the loop knows is stored when that is possible")
				stop()
				require.NoError(t, <-ended)
				f := store.Audit(t, d, a.Watcher, true, nil)
				require.False(t, f.Any(), "%+v", f)
				require.Equal(t, 2, d.Calls().Offers)
			})
		}
	})
}

// full are SQLite databases without room.
func full(t *testing.T) map[string]func(t *testing.T) (small, large *crashsuite.Store) {
	open := func(t *testing.T, file, more string) *crashsuite.Store {
		t.Helper()
		dsn := "file:" + file + "?_txlock=immediate&_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" + more
		c, err := sqlite.NewConnector(dsn)
		require.NoError(t, err)
		s := &crashsuite.Store{Dialect: outbox.SQLite, Database: c, DSN: dsn, File: file, DB: sql.OpenDB(c)}
		t.Cleanup(s.Close)
		return s
	}
	kinds := map[string]func(t *testing.T) (small, large *crashsuite.Store){
		"a limit of pages": func(t *testing.T) (small, large *crashsuite.Store) {
			file := filepath.Join(crashsuite.Dir(t), "breve.db")
			return open(t, file, "&_pragma=max_page_count(60)"), open(t, file, "")
		},
	}
	if folder, grow, ok := smallDisk(t); ok {
		kinds["a small disk"] = func(t *testing.T) (small, large *crashsuite.Store) {
			file := filepath.Join(folder, "breve.db")
			s := open(t, file, "")
			return s, &crashsuite.Store{Dialect: s.Dialect, Database: growing{s.Database, grow}, DSN: s.DSN, File: file, DB: s.DB}
		}
	}
	return kinds
}

// TestAFullDisk fills a real database to its last page: a letter is queued or refused, and
// when there is room again everybody gets what was queued.
func TestAFullDisk(t *testing.T) {
	t.Parallel() // it waits more than it works
	for name, open := range full(t) {
		t.Run(name, func(t *testing.T) {
			small, large := open(t)
			clock, ctx := posttest.NewClock(), t.Context()
			d := posttest.New(posttest.Config{Now: clock.Now, Status: true, Events: true})
			a, err := small.Start(ctx, nil, d.Of(nil), clock.Now, nil)
			require.NoError(t, err)
			defer a.Close()
			queued, refused := 0, 0
			for n := 0; refused < 5; n++ {
				require.Less(t, n, 10_000, "the disk is never full")
				switch err := a.Decide(ctx, n); {
				case err == nil:
					queued++
				default:
					refused++
				}
			}
			require.Greater(t, queued, 10)
			require.Len(t, small.Cases(t), queued, "what was refused is not there, what was not is")
			before := d.Calls().Offers
			for range 3 { // some may pass: the last page has room for a word
				ids, err := a.Outbox.Due(ctx, 30)
				require.NoError(t, err)
				for _, id := range ids {
					if _, err := a.Outbox.Step(ctx, id); err != nil {
						require.ErrorIs(t, err, eboks.ErrStoreFailed)
					}
				}
			}
			t.Logf("%d letters queued, %d of them offered on a full disk", queued, d.Calls().Offers-before)
			inHand := 0
			for r, err := range a.Watcher.Letters(ctx, outbox.Filter{}) {
				require.NoError(t, err)
				if d.Count(r.ID) > 0 && r.State != eboks.LetterAccepted {
					require.NotEmpty(t, r.Owner, "what was offered is recorded as on its way")
					inHand++
				}
			}
			require.Equal(t, len(d.Books()), d.Calls().Offers)

			b, err := large.Start(ctx, nil, d.Of(nil), clock.Now, nil)
			require.NoError(t, err)
			defer b.Close()
			clock.Move(time.Minute)
			require.NoError(t, b.Decide(ctx, 100_000), "there is room")
			require.NoError(t, crashsuite.Cause(crashsuite.ByHand(ctx, b, clock, func() bool { return finished(b.Watcher) == nil })))
			f := large.Audit(t, d, b.Watcher, true, nil)
			assert.False(t, f.Any(), "%+v", f)
			assert.Len(t, d.Books(), queued+1)
		})
	}
}

// TestLockedDatabase has somebody else lock what the outbox needs.
func TestLockedDatabase(t *testing.T) {
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		store, clock, ctx := s.Open(t), posttest.NewClock(), t.Context()
		d := posttest.New(posttest.Config{Now: clock.Now, Status: true})
		a, err := store.Start(ctx, nil, d.Of(nil), clock.Now, nil)
		require.NoError(t, err)
		require.NoError(t, a.Decide(ctx, 1))
		a.Close()
		hasty := hasty(t, store)
		a, err = hasty.Start(ctx, nil, d.Of(nil), clock.Now, nil)
		require.NoError(t, err)
		defer a.Close()
		lock, err := store.DB.BeginTx(ctx, nil)
		require.NoError(t, err)
		defer func() { _ = lock.Rollback() }()
		if s.Dialect == outbox.PostgreSQL {
			_, err = lock.ExecContext(ctx, `LOCK TABLE eboks_outbox_letters IN EXCLUSIVE MODE`)
			require.NoError(t, err)
		}
		require.Error(t, a.Decide(ctx, 2))
		_, err = a.Outbox.Enqueue(ctx, nil, crashsuite.Letter(eboks.NewID(), 3))
		require.ErrorIs(t, err, eboks.ErrStoreFailed)
		ids, err := a.Outbox.Due(ctx, 10)
		require.NoError(t, err)
		require.Len(t, ids, 1)
		_, err = a.Outbox.Step(ctx, ids[0])
		require.ErrorIs(t, err, eboks.ErrStoreFailed)
		require.Zero(t, d.Calls().Offers)
		require.NoError(t, lock.Rollback())
		require.NoError(t, a.Decide(ctx, 2))
		require.NoError(t, crashsuite.Cause(crashsuite.ByHand(ctx, a, clock, func() bool { return finished(a.Watcher) == nil })))
		f := store.Audit(t, d, a.Watcher, true, nil)
		require.False(t, f.Any(), "%+v", f)
		require.Len(t, d.Books(), 2)
	})
}

// hasty is the same database for somebody who waits for a lock no longer than 50 ms.
func hasty(t *testing.T, s *crashsuite.Store) *crashsuite.Store {
	t.Helper()
	if s.Dialect == outbox.PostgreSQL {
		return crashsuite.OpenServer(t, s.DSN+" lock_timeout=50")
	}
	c, err := sqlite.NewConnector(strings.Replace(s.DSN, "busy_timeout(10000)", "busy_timeout(50)", 1))
	require.NoError(t, err)
	return &crashsuite.Store{Dialect: s.Dialect, Database: c, DB: s.DB}
}

// TestCorruptDatabase overwrites the journal behind its first page, and has other files
// and read-only databases in its place. Whoever asks hears of it, and nothing is sent.
func TestCorruptDatabase(t *testing.T) {
	clock, ctx := posttest.NewClock(), t.Context()
	d := posttest.New(posttest.Config{Now: clock.Now, Status: true})
	file := filepath.Join(t.TempDir(), "breve.db")
	store := crashsuite.OpenFile(t, file)
	a, err := store.Start(ctx, nil, d.Of(nil), clock.Now, nil)
	require.NoError(t, err)
	for n := range 50 {
		require.NoError(t, a.Decide(ctx, n))
	}
	_, err = store.DB.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	require.NoError(t, err)
	ids, err := a.Outbox.Due(ctx, 10)
	require.NoError(t, err)
	require.Len(t, ids, 10)
	a.Close()
	store.Close()
	sound, err := os.ReadFile(file)
	require.NoError(t, err)

	for name, change := range map[string]func(b []byte) []byte{
		"corrupt": func(b []byte) []byte {
			for i := 4096; i < len(b); i++ {
				b[i] ^= 0x5a
			}
			return b
		},
		"cut in half":   func(b []byte) []byte { return b[:len(b)/2] },
		"no database":   func([]byte) []byte { return []byte(strings.Repeat("Kære Åse, dette er ingen database.\n", 300)) },
		"first page":    func(b []byte) []byte { return append(make([]byte, 4096), b[4096:]...) },
		"read-only now": func(b []byte) []byte { return b },
	} {
		t.Run(name, func(t *testing.T) {
			bad := filepath.Join(t.TempDir(), "breve.db")
			text := change(append([]byte(nil), sound...))
			require.NoError(t, os.WriteFile(bad, text, 0o600))
			s := crashsuite.OpenFile(t, bad)
			if name == "read-only now" {
				c, err := sqlite.NewConnector(strings.Replace(s.DSN, "?", "?mode=ro&", 1))
				require.NoError(t, err)
				s = &crashsuite.Store{Dialect: s.Dialect, Database: c, DB: s.DB}
			}
			b, err := s.Start(ctx, nil, d.Of(nil), clock.Now, nil)
			defer func() { b.Close() }() // after an error too
			t.Log(err)
			if name == "no database" || name == "first page" {
				require.Error(t, err)
				after, err := os.ReadFile(bad)
				require.NoError(t, err)
				require.Equal(t, text, after, "it is left as it is")
			}
			fresh, err := b.Outbox.Enqueue(ctx, nil, crashsuite.Letter(eboks.NewID(), 99))
			require.ErrorIs(t, err, eboks.ErrStoreFailed)
			require.False(t, fresh)
			for _, id := range ids {
				_, err := b.Outbox.Step(ctx, id)
				require.Error(t, err)
			}
			require.Zero(t, d.Calls().Offers)
		})
	}
}
