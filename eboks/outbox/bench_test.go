package outbox_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// slow is a distributor that takes 5 ms for a letter.
type slow struct{ taken atomic.Int64 }

func (*slow) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{Name: "slow", Dedupes: true}
}

func (s *slow) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	t := time.NewTimer(5 * time.Millisecond)
	<-t.C
	s.taken.Add(1)
	return &eboks.Receipt{ID: l.ID}, nil
}

// stores are the databases of the benchmarks, synced as in earnest.
func stores(b *testing.B, run func(b *testing.B, name string)) {
	b.Run("SQLite", func(b *testing.B) { run(b, filepath.Join(b.TempDir(), "outbox.db")) })
	b.Run("PostgreSQL", func(b *testing.B) { run(b, pgtest.Start(b, pgtest.Options{Fsync: true})) })
}

func benchConfig(b *testing.B, name string, s eboks.Sender) outbox.Config {
	b.Helper()
	cfg := outbox.Config{Sender: s, Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}, InFlight: 64}
	var err error
	cfg.Dialect = outbox.PostgreSQL
	if filepath.IsAbs(name) {
		cfg.Dialect = outbox.SQLite
		cfg.DB, err = opendb.SQLite(b.Context(), name)
	} else {
		cfg.DB, err = opendb.PostgreSQL(b.Context(), name)
	}
	require.NoError(b, err)
	b.Cleanup(func() { _ = cfg.DB.Close() })
	return cfg
}

// BenchmarkEnqueue queues a letter of 10 kB in a transaction of its own. The yardstick
// inserts into the same database, synced as well and in a transaction, one row with as many
// bytes as the letter has sealed; sealed bytes cannot be compressed.
func BenchmarkEnqueue(b *testing.B) {
	stores(b, func(b *testing.B, name string) {
		cfg := benchConfig(b, name, new(slow))
		o := start(b, cfg)
		b.Run("ours", func(b *testing.B) {
			for n := 0; b.Loop(); n++ {
				_, err := o.Enqueue(b.Context(), nil, letterOf(n, 10<<10))
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
		})
		b.Run("yardstick", func(b *testing.B) {
			kind := map[outbox.Dialect]string{outbox.SQLite: "BLOB", outbox.PostgreSQL: "BYTEA"}[cfg.Dialect]
			_, err := cfg.DB.Exec("CREATE TABLE IF NOT EXISTS yardstick (id TEXT PRIMARY KEY, bytes " + kind + " NOT NULL)")
			require.NoError(b, err)
			sealed := make([]byte, 10<<10+sealedMore)
			_, _ = rand.Read(sealed)
			for b.Loop() {
				tx, err := cfg.DB.BeginTx(b.Context(), nil)
				require.NoError(b, err)
				_, err = tx.ExecContext(b.Context(), "INSERT INTO yardstick VALUES ($1, $2)", eboks.NewID(), sealed)
				require.NoError(b, err)
				require.NoError(b, tx.Commit())
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	})
}

// sealedMore is how many bytes are stored of a letter beside its document: what it says,
// sealed, and its digests.
const sealedMore = 400

func letterOf(n, size int) *eboks.Letter {
	l := letter(n)
	l.Document = eboks.Bytes(fmt.Appendf(bytes.Repeat([]byte("%PDF-1.7\n% æøå\n"), size/16), "%% %d\n%%%%EOF\n", n))
	return l
}

// BenchmarkDrain sends letters of 10 kB that are queued, to a distributor that takes 5 ms
// for each. The yardstick is the same distributor without a journal. On PostgreSQL they are
// also sent by four processes. DKEID_DRAIN is how many letters; if unset, 2,000.
func BenchmarkDrain(b *testing.B) {
	letters := 2000
	if n, err := strconv.Atoi(os.Getenv("DKEID_DRAIN")); err == nil {
		letters = n
	}
	stores(b, func(b *testing.B, name string) {
		s := new(slow)
		cfg := benchConfig(b, name, s)
		o := start(b, cfg)
		b.Run("ours", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				fill(b, cfg.DB, o, letters)
				before := s.taken.Load()
				ctx, cancel := context.WithCancel(b.Context())
				ended := make(chan error, 1)
				b.StartTimer()
				go func() { ended <- o.Run(ctx) }()
				waitFor(b, func() bool { return s.taken.Load() == before+int64(letters) })
				cancel()
				require.NoError(b, <-ended)
			}
			b.ReportMetric(float64(letters*b.N)/b.Elapsed().Seconds(), "letters/s")
		})
		if cfg.Dialect == outbox.PostgreSQL {
			b.Run("four processes", func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					fill(b, cfg.DB, o, letters)
					b.StartTimer()
					drainByProcesses(b, cfg.DB, name, 4)
				}
				b.ReportMetric(float64(letters*b.N)/b.Elapsed().Seconds(), "letters/s")
			})
		}
		b.Run("yardstick", func(b *testing.B) {
			c, err := eboks.New(eboks.Config{Sender: s, InFlight: 64})
			require.NoError(b, err)
			for b.Loop() {
				for r := range c.SendBatch(b.Context(), func(yield func(*eboks.Letter) bool) {
					for n := range letters {
						if !yield(letterOf(n, 10<<10)) {
							return
						}
					}
				}, eboks.Batch{}) {
					require.NoError(b, r.Err)
				}
			}
			b.ReportMetric(float64(letters*b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	})
}

const drainEnv = "DKEID_TEST_DRAIN"

// drainByProcesses starts processes that send what is queued in a PostgreSQL, and ends them
// when nothing is. Their start is part of the time.
func drainByProcesses(b *testing.B, db *sql.DB, dsn string, n int) {
	b.Helper()
	for range n {
		cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkDrainProcess$", "-test.benchtime=1x")
		cmd.Env = append(cmd.Environ(), drainEnv+"="+dsn)
		more, err := cmd.StdinPipe()
		require.NoError(b, err)
		require.NoError(b, cmd.Start())
		defer func() {
			_ = more.Close()
			require.NoError(b, cmd.Wait())
		}()
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for left := true; left; <-tick.C {
		require.NoError(b, db.QueryRow(`SELECT EXISTS (SELECT 1 FROM eboks_outbox_letters WHERE next IS NOT NULL)`).Scan(&left))
	}
}

// BenchmarkDrainProcess is one of the processes of drainByProcesses. It ends when its
// input does.
func BenchmarkDrainProcess(b *testing.B) {
	dsn := os.Getenv(drainEnv)
	if dsn == "" {
		return // nobody started it for that
	}
	o, err := outbox.New(benchConfig(b, dsn, new(slow)))
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	require.NoError(b, <-ended)
}

// fill queues letters, some hundred in a transaction.
func fill(b *testing.B, db *sql.DB, o *outbox.Outbox, letters int) {
	b.Helper()
	for n := 0; n < letters; n += 500 {
		tx, err := db.BeginTx(b.Context(), nil)
		require.NoError(b, err)
		for i := n; i < min(n+500, letters); i++ {
			_, err := o.Enqueue(b.Context(), tx, letterOf(i, 10<<10))
			require.NoError(b, err)
		}
		require.NoError(b, tx.Commit())
	}
}

func waitFor(b *testing.B, done func() bool) {
	b.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !done() {
		<-tick.C
	}
}
