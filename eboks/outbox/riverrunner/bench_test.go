package riverrunner

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/internal/pgtest"
)

const (
	benchWorkers = 64
	benchAnswer  = 5 * time.Millisecond
)

// BenchmarkDrain sends letters to a distributor that answers in 5 ms, with 64 workers. Its
// yardstick is River alone with jobs that take 5 ms.
func BenchmarkDrain(b *testing.B) {
	const n = 2000
	b.Run("yardstick", func(b *testing.B) {
		server := pgtest.Start(b, pgtest.Options{Fsync: true})
		for b.Loop() {
			b.StopTimer()
			drainYardstick(b, benchPool(b, server), n)
			b.StartTimer()
		}
		rate(b, n)
	})
	for _, way := range []string{byRiver, byLoop} {
		b.Run(way, func(b *testing.B) {
			server := pgtest.Start(b, pgtest.Options{Fsync: true})
			for b.Loop() {
				b.StopTimer()
				drainLetters(b, benchPool(b, server), way, n)
				b.StartTimer()
			}
			rate(b, n)
		})
	}
}

func rate(b *testing.B, n int) {
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "letters/s")
	b.ReportMetric(0, "ns/op")
}

func benchPool(b *testing.B, server string) *pgxpool.Pool {
	b.Helper()
	pool := database(b, server, "b"+eboks.NewID().String())
	cfg := pool.Config()
	cfg.MaxConns = 20
	wide, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(b, err)
	b.Cleanup(wide.Close)
	return wide
}

func drainLetters(b *testing.B, pool *pgxpool.Pool, way string, n int) {
	d := posttest.New(posttest.Config{Now: time.Now, Status: true, Fault: func(*eboks.Letter, int) posttest.Fault {
		answer := make(chan struct{})
		time.AfterFunc(benchAnswer, func() { close(answer) })
		return posttest.Fault{Hold: answer}
	}})
	cfg := officeConfig(d.Of(nil))
	cfg.InFlight = benchWorkers
	cfg.Lease, cfg.LogLag, cfg.ReceiptEvery = 30*time.Second, time.Minute, time.Minute
	o, err := openOffice(context.Background(), pool, way, cfg, Config{Workers: benchWorkers})
	require.NoError(b, err)
	o.queue(b, letters(n)...)
	b.StartTimer()
	stop := o.start(b)
	require.Eventually(b, func() bool { return d.Calls().Offers == n }, time.Minute, time.Millisecond)
	o.allAccepted(b, n)
	b.StopTimer()
	require.NoError(b, stop())
}

type idleArgs struct{ N int }

func (idleArgs) Kind() string { return "idle" }

type idleWorker struct {
	river.WorkerDefaults[idleArgs]
}

func (idleWorker) Work(context.Context, *river.Job[idleArgs]) error {
	<-time.After(benchAnswer)
	return nil
}

func drainYardstick(b *testing.B, pool *pgxpool.Pool, n int) {
	ctx := context.Background()
	r := migrated(b, newScripted(), pool, quick())
	workers := river.NewWorkers()
	river.AddWorker(workers, &idleWorker{})
	client, err := river.NewClient(riverDriver(pool), &river.Config{
		Logger: r.cfg.Logger, Workers: workers, FetchCooldown: fetchCooldown, FetchPollInterval: fetchPollInterval,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: benchWorkers}},
	})
	require.NoError(b, err)
	jobs := make([]river.InsertManyParams, n)
	for i := range jobs {
		jobs[i].Args = idleArgs{i}
	}
	_, err = client.InsertMany(ctx, jobs)
	require.NoError(b, err)
	b.StartTimer()
	require.NoError(b, client.Start(ctx))
	require.Eventually(b, func() bool { return count(b, pool, "state = 'completed'") == n }, time.Minute, 5*time.Millisecond)
	b.StopTimer()
	require.NoError(b, client.Stop(ctx))
}
