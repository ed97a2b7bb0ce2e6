package riverrunner

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"github.com/dkeid/dkeid/eboks"
)

const (
	// sweepMost is how many letters a sweep looks at. Divided by SweepEvery it is the
	// rate at which letters come back that waited in the journal alone.
	sweepMost = 10_000
	// The front of the line is small: if all of its letters have jobs, a sweep costs next
	// to nothing.
	front = 100
	page  = 1_000
)

// sweepWorker gives jobs to letters that are due and have none.
type sweepWorker struct {
	river.WorkerDefaults[sweepArgs]
	r *Runner
}

func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[sweepArgs]) error {
	_, err := w.r.sweep(ctx)
	return err
}

func (w *sweepWorker) Timeout(*river.Job[sweepArgs]) time.Duration { return w.r.stepTimeout() }

// sweep inserts jobs, the oldest letter first, and returns how many. If all letters at the
// front of the line have jobs, it looks no further: the others come to the front as those
// before them are sent, so no letter is passed over for good.
func (r *Runner) sweep(ctx context.Context) (inserted int, err error) {
	due, err := r.engine.Due(ctx, sweepMost)
	if err != nil {
		return 0, err
	}
	first, rest := due[:min(front, len(due))], due[min(front, len(due)):]
	if first, err = r.unserved(ctx, first); err != nil || len(first) == 0 {
		return 0, err
	}
	if inserted, err = r.giveJobs(ctx, first); err != nil || inserted == 0 {
		return inserted, err
	}
	if rest, err = r.unserved(ctx, rest); err != nil {
		return inserted, err
	}
	for some := range slices.Chunk(rest, page) {
		// The first letters may have paused the channel already. Then jobs for the rest
		// would wake up in vain.
		if still, err := r.engine.Due(ctx, 1); err != nil || len(still) == 0 {
			return inserted, err
		}
		n, err := r.giveJobs(ctx, some)
		inserted += n
		if err != nil {
			return inserted, err
		}
	}
	return inserted, nil
}

// unserved returns those of letters that no job will look at soon.
func (r *Runner) unserved(ctx context.Context, letters []eboks.ID) ([]eboks.ID, error) {
	if len(letters) == 0 {
		return nil, nil
	}
	wanted := make(map[eboks.ID]bool, len(letters))
	for _, id := range letters {
		wanted[id] = true
	}
	object, err := json.Marshal(wanted)
	if err != nil {
		return nil, err
	}
	list, err := r.insert.JobList(ctx, river.NewJobListParams().First(sweepMost).Where(alive, river.NamedArgs{
		"kind": letterKind, "queue": r.cfg.Queue, "letters": string(object),
		"lease": r.engine.Lease().Seconds(), "soon": (2 * longestRetry).Seconds(),
	}))
	if err != nil {
		return nil, storeFailed("sweep", "River's jobs cannot be read", err)
	}
	for _, row := range list.Jobs {
		var args letterArgs
		if json.Unmarshal(row.EncodedArgs, &args) == nil {
			delete(wanted, args.Letter)
		}
	}
	return slices.DeleteFunc(slices.Clone(letters), func(id eboks.ID) bool { return !wanted[id] }), nil
}

// giveJobs inserts a job for each of letters that are unserved.
func (r *Runner) giveJobs(ctx context.Context, letters []eboks.ID) (inserted int, err error) {
	inserted, stuck, err := r.insertJobs(ctx, letters, 0)
	if err != nil || len(stuck) == 0 {
		return inserted, err
	}
	// River keeps a job that will not run and admits no second one with the same
	// arguments, so the next one has others.
	round := r.cfg.Now().UnixNano() / int64(r.engine.Lease())
	more, _, err := r.insertJobs(ctx, stuck, round)
	return inserted + more, err
}

// alive selects jobs that a worker will take soon or has just taken. The letters are due,
// so nobody holds their leases: a worker that took one long ago has died. River's index on
// args is slow here, because all jobs have the same key in them. Reading all living rows
// takes less time, whatever plan PostgreSQL makes.
const alive = `state IN ('available', 'running', 'retryable', 'scheduled') AND queue = @queue AND kind = @kind
	AND CASE state WHEN 'running' THEN attempted_at > now() - make_interval(secs => @lease)
		ELSE scheduled_at < now() + make_interval(secs => @soon) END
	AND jsonb_exists(@letters::jsonb, args->>'letter')`

// insertJobs inserts a job for each letter, and returns the letters that River has one of
// already.
func (r *Runner) insertJobs(ctx context.Context, letters []eboks.ID, round int64) (inserted int, had []eboks.ID, err error) {
	jobs := make([]river.InsertManyParams, len(letters))
	for i, id := range letters {
		jobs[i] = river.InsertManyParams{
			Args: letterArgs{Letter: id, Round: round}, InsertOpts: letterOptions(r.cfg.Queue, sweptPriority),
		}
	}
	results, err := r.insert.InsertMany(ctx, jobs)
	if err != nil {
		return 0, nil, storeFailed("sweep", "River's jobs cannot be inserted", err)
	}
	for _, result := range results {
		var args letterArgs
		if result.UniqueSkippedAsDuplicate && json.Unmarshal(result.Job.EncodedArgs, &args) == nil {
			had = append(had, args.Letter)
		}
	}
	return len(letters) - len(had), had, nil
}
