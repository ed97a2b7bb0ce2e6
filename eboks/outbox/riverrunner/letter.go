package riverrunner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"github.com/dkeid/dkeid/eboks"
)

const (
	// A step that is due at once waits at least so long, so that a letter in somebody
	// else's hand does not keep a worker busy.
	shortestSnooze = 100 * time.Millisecond
	longestRetry   = time.Minute
)

// letterWorker makes one step with a letter.
type letterWorker struct {
	river.WorkerDefaults[letterArgs]
	r *Runner
}

func (w *letterWorker) Work(ctx context.Context, job *river.Job[letterArgs]) error {
	next, err := w.r.step(ctx, job.Args.Letter)
	switch {
	case errors.Is(err, eboks.ErrInputInvalid):
		return river.JobCancel(err) // the journal has no such letter
	case err != nil || next.IsZero():
		return err
	}
	wait := next.Sub(w.r.cfg.Now())
	if wait > w.r.cfg.SweepEvery {
		return nil // the journal has the time, and the sweep brings the letter back
	}
	return river.JobSnooze(max(wait, shortestSnooze))
}

var errPanicked = errors.New("outbox: a step panicked; the log has the stack")

// step makes one step. What a panic says can be about a person, and River would write it
// into its tables.
func (r *Runner) step(ctx context.Context, id eboks.ID) (next time.Time, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.cfg.Logger.ErrorContext(ctx, "outbox: a step panicked", slog.Any("letter", id), slog.String("type", fmt.Sprintf("%T", v)), slog.String("stack", string(debug.Stack())))
			err = errPanicked
		}
	}()
	return r.engine.Step(ctx, id)
}

// Timeout is a last resort: the outbox ends a step by itself.
func (w *letterWorker) Timeout(*river.Job[letterArgs]) time.Duration { return w.r.stepTimeout() }

// NextRetry is when the journal is tried again after it could not be read or written.
func (w *letterWorker) NextRetry(job *river.Job[letterArgs]) time.Time {
	wait := longestRetry
	if n := max(job.Attempt, 1) - 1; n < 6 {
		wait = time.Second << n
	}
	return job.AttemptedAt.Add(wait)
}
