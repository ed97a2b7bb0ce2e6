package riverrunner

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/dkeid/dkeid/eboks"
)

// The kinds of jobs. They stand in River's tables: never change them.
const (
	letterKind  = "dkeid_letter"
	sweepKind   = "dkeid_sweep"
	receiveKind = "dkeid_receive"
)

// The priorities in River, 1 first. What the sweep brings has waited longer than what was
// queued just now.
const (
	clockPriority = iota + 1
	sweptPriority
	freshPriority
)

// letterAttempts is how often River tries the job of a letter before it discards it. Only
// a journal that cannot be reached costs an attempt. River keeps the error of every
// attempt in the row. After the last the sweep gives the letter a new job.
const letterAttempts = 100

// letterArgs is what River knows of a letter.
type letterArgs struct {
	Letter eboks.ID `json:"letter"`
	// Round is zero, or sets the job apart from another one of the same letter that is
	// stuck, see sweep.
	Round int64 `json:"round,omitempty"`
}

func (letterArgs) Kind() string { return letterKind }

// living are the states of a job that still runs or will run. What is not among them does
// not keep the sweep from inserting a new job.
func living() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}

func letterOptions(queue string, priority int) *river.InsertOpts {
	return &river.InsertOpts{
		MaxAttempts: letterAttempts, Priority: priority, Queue: queue,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: living()},
	}
}

type sweepArgs struct{}

func (sweepArgs) Kind() string { return sweepKind }

type receiveArgs struct{}

func (receiveArgs) Kind() string { return receiveKind }

// clockOptions are those of a job that comes round by the clock: one in each period and queue,
// however many processes insert it. One that is stuck keeps back none of the next period.
func clockOptions(queue string, every time.Duration) *river.InsertOpts {
	return &river.InsertOpts{
		MaxAttempts: 1, Priority: clockPriority, Queue: queue,
		UniqueOpts: river.UniqueOpts{ByPeriod: every, ByQueue: true},
	}
}
