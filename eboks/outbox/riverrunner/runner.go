package riverrunner

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/internal/private"
)

// engine is what the runner drives: an outbox.Outbox.
type engine interface {
	Enqueue(ctx context.Context, tx outbox.Tx, l *eboks.Letter) (fresh bool, err error)
	Due(ctx context.Context, n int) ([]eboks.ID, error)
	Step(ctx context.Context, id eboks.ID) (next time.Time, err error)
	Receive(ctx context.Context) error
	Lease() time.Duration
}

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Runner sends the letters of one outbox with River.
type Runner struct {
	guarded
	engine engine
	pool   *pgxpool.Pool
	cfg    Config
	insert *river.Client[pgx.Tx] // inserts jobs and works none
	// tryEvery is the time between two letters that Run tries without River; if zero, it
	// tries none.
	tryEvery time.Duration
}

// New returns a runner. It does no I/O. River's tables are in the database of pool; Enqueue
// needs the journal there as well. The error is eboks.ErrConfigInvalid.
func New(o *outbox.Outbox, pool *pgxpool.Pool, cfg Config) (*Runner, error) {
	if o == nil {
		return nil, configInvalid("the outbox is missing")
	}
	cfg.Queue = cmp.Or(cfg.Queue, "letters_"+o.Client().Capabilities().Name)
	return newRunner(o, pool, cfg)
}

func newRunner(e engine, pool *pgxpool.Pool, cfg Config) (*Runner, error) {
	if pool == nil {
		return nil, configInvalid("the pool of connections is missing")
	}
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	r := &Runner{engine: e, pool: pool, cfg: cfg, tryEvery: cfg.SweepEvery}
	// This client shows River the jobs before there is one that works them.
	check := &river.Config{Schema: cfg.Schema, Logger: cfg.Logger}
	if err := r.Configure(check); err != nil {
		return nil, err
	}
	check.FetchCooldown, check.FetchPollInterval = fetchCooldown, fetchPollInterval
	if r.insert, err = river.NewClient(riverpgxv5.New(pool), check); err != nil {
		return nil, configInvalid("River does not take it: " + err.Error())
	}
	return r, nil
}

// Enqueue queues a letter in the caller's transaction, as [outbox.Outbox.Enqueue] does, and
// its job with it. After any error nothing was queued: roll the transaction back.
//
// A letter that was queued by the outbox's own method gets its job from the next sweep.
func (r *Runner) Enqueue(ctx context.Context, tx pgx.Tx, l *eboks.Letter) (fresh bool, err error) {
	fresh, err = r.engine.Enqueue(ctx, outbox.Pgx(tx), l)
	if err != nil || !fresh {
		return fresh, err
	}
	if _, err := r.insert.InsertTx(ctx, tx, letterArgs{Letter: l.ID}, letterOptions(r.cfg.Queue, freshPriority)); err != nil {
		return false, storeFailed("enqueue", "River's job cannot be inserted; roll the transaction back", err)
	}
	return true, nil
}

// stepTimeout is when River cancels a job. No attempt takes longer than the lease, and its
// result takes a moment to be stored.
func (r *Runner) stepTimeout() time.Duration { return max(2*r.engine.Lease(), time.Minute) }
