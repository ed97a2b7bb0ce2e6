package riverrunner

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// receiveWorker does what comes round by the clock of the outbox.
type receiveWorker struct {
	river.WorkerDefaults[receiveArgs]
	r *Runner
}

func (w *receiveWorker) Work(ctx context.Context, _ *river.Job[receiveArgs]) error {
	return w.r.engine.Receive(ctx)
}

func (w *receiveWorker) Timeout(*river.Job[receiveArgs]) time.Duration { return w.r.stepTimeout() }
