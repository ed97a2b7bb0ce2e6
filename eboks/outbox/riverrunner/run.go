package riverrunner

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

const (
	// River works at most the number of workers in each of these. Its default of 100 ms
	// would be a ceiling of 320 letters a second for 32 workers.
	fetchCooldown = 5 * time.Millisecond
	// How late a job is whose notification was lost.
	fetchPollInterval = 500 * time.Millisecond
	// The journal is the memory. River's rows of letters that are done are kept so long,
	// for people who look at them.
	keepDone = time.Hour
	// lastWords is the time for the results of letters whose context has ended.
	lastWords = 2 * time.Second
)

// Configure adds to c what the runner needs: its workers, its queue and its periodic jobs.
// It is for those who have a client of River on the same tables; they call it instead of
// Run, before river.NewClient. The error is eboks.ErrConfigInvalid.
//
// All clients of River on these tables that may become their leader need it. The leader
// discards stuck jobs of kinds that it does not know, and it alone inserts periodic jobs.
// Where c says LeaderElectionDisabled, the periodic jobs are left out.
func (r *Runner) Configure(c *river.Config) error {
	if c.Schema != r.cfg.Schema {
		return configInvalid("the schema of River's tables is another one: set Schema in both configurations")
	}
	if err := r.configure(c); err != nil {
		return err
	}
	if !c.LeaderElectionDisabled {
		c.PeriodicJobs = append(slices.Clone(c.PeriodicJobs), r.periodicJobs()...)
	}
	return nil
}

func (r *Runner) configure(c *river.Config) error {
	if c.Workers == nil {
		c.Workers = river.NewWorkers()
	}
	if err := errors.Join(
		river.AddWorkerSafely(c.Workers, &letterWorker{r: r}),
		river.AddWorkerSafely(c.Workers, &sweepWorker{r: r}),
		river.AddWorkerSafely(c.Workers, &receiveWorker{r: r}),
	); err != nil {
		return configInvalid("a runner was added before: another outbox needs a client of River of its own")
	}
	queues := map[string]river.QueueConfig{r.cfg.Queue: {
		MaxWorkers: r.cfg.Workers, FetchCooldown: fetchCooldown, FetchPollInterval: fetchPollInterval,
	}}
	for name, q := range c.Queues {
		if name == r.cfg.Queue {
			return configInvalid("the queue of the letters is there already: set Queue in riverrunner.Config")
		}
		queues[name] = q
	}
	c.Queues = queues
	return nil
}

func (r *Runner) periodicJobs() []*river.PeriodicJob {
	every := func(d time.Duration, id string, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) {
			return args, clockOptions(r.cfg.Queue, d)
		}, &river.PeriodicJobOpts{ID: id, RunOnStart: true})
	}
	return []*river.PeriodicJob{
		every(r.cfg.SweepEvery, sweepKind, sweepArgs{}),
		every(r.cfg.ReceiveEvery, receiveKind, receiveArgs{}),
	}
}

// Run sends what is due until ctx ends. Then it takes nothing more in hand, and letters on
// their way have Grace to end. Any number of processes may run at once. The error is
// eboks.ErrStoreFailed, or nil if ctx has ended and all letters were put down.
func (r *Runner) Run(ctx context.Context) error {
	if ctx.Err() != nil {
		return nil
	}
	c := &river.Config{
		Schema: r.cfg.Schema, Logger: r.cfg.Logger,
		FetchCooldown: fetchCooldown, FetchPollInterval: fetchPollInterval,
		RescueStuckJobsAfter:        r.stepTimeout() + 10*time.Second,
		SoftStopTimeout:             r.cfg.Grace,
		CompletedJobRetentionPeriod: keepDone,
	}
	if err := r.configure(c); err != nil {
		return err
	}
	client, err := river.NewClient(riverpgxv5.New(r.pool), c)
	if err != nil {
		return configInvalid("River does not take it: " + err.Error())
	}
	// Stop ends it, so that letters on their way keep their context.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return storeFailed("run", "River cannot start; Migrate makes its tables", err)
	}
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var clock sync.WaitGroup
	clock.Go(func() { r.tick(ctx, client, r.cfg.SweepEvery, sweepArgs{}) })
	clock.Go(func() { r.tick(ctx, client, r.cfg.ReceiveEvery, receiveArgs{}) })
	if r.tryEvery > 0 {
		clock.Go(func() { r.tryForever(ctx, work) })
	}
	<-ctx.Done()

	late := time.AfterFunc(r.cfg.Grace, cut)
	defer late.Stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Grace+lastWords)
	defer cancel()
	err = client.Stop(last)
	clock.Wait()
	if err != nil {
		return storeFailed("run", "not all letters were put down in time; another process asks for them when their lease ends", err)
	}
	return nil
}

// tick inserts args now and in every period, if no other process does. Run does it in
// place of periodic jobs, because the leader of River may be a client that knows nothing
// of letters.
func (r *Runner) tick(ctx context.Context, client *river.Client[pgx.Tx], every time.Duration, args river.JobArgs) {
	each(ctx, every, func() {
		if _, err := client.Insert(ctx, args, clockOptions(r.cfg.Queue, every)); err != nil && ctx.Err() == nil {
			r.cfg.Logger.WarnContext(ctx, "outbox: River's job cannot be inserted; tried again", slog.String("kind", args.Kind()), slog.Any("error", err))
		}
	})
}

// tryForever makes a step with the oldest letter now and then, without River. A process
// that may try a paused channel, because it has a new certificate, does it here: a job
// could end up in another process, which may not.
func (r *Runner) tryForever(ctx, work context.Context) {
	each(ctx, r.tryEvery, func() {
		due, err := r.engine.Due(ctx, 1)
		for _, id := range due {
			_, err = r.step(work, id)
		}
		if err != nil && ctx.Err() == nil {
			r.cfg.Logger.WarnContext(ctx, "outbox: a letter cannot be tried; tried again", slog.Any("error", err))
		}
	})
}

// each calls f now and in every period, until ctx ends.
func each(ctx context.Context, every time.Duration, f func()) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		f()
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}
