package riverrunner

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Config says how a Runner uses River. The zero Config is a good one.
type Config struct {
	// Schema has River's tables. If empty, the connection's search_path finds them.
	Schema string
	// Queue is the queue of the letters in River; if empty, "letters_" and the name of the
	// sender. Nothing else belongs in it: two outboxes need two queues.
	Queue string
	// Workers is how many letters one process has in hand at once; if zero, 32.
	Workers int
	// SweepEvery is the time between two sweeps; if zero, 5 s. A letter that waits longer
	// than that is late by as much at most.
	SweepEvery time.Duration
	// ReceiveEvery is the time between two calls of Outbox.Receive; if zero, 15 s. How
	// often the distributor is asked is ReceiptEvery of outbox.Config, whatever this says.
	ReceiveEvery time.Duration
	// Grace is how long letters on their way may take to end when Run is told to stop; if
	// zero, 8 s.
	Grace time.Duration
	// Now is the clock of the outbox; if nil, time.Now.
	Now func() time.Time
	// Logger gets what River has to say. If nil, nothing is logged.
	Logger *slog.Logger
}

const (
	defaultWorkers      = 32
	defaultSweepEvery   = 5 * time.Second
	defaultReceiveEvery = 15 * time.Second
	defaultGrace        = 8 * time.Second

	// River rounds the periods of unique jobs down to seconds.
	shortestPeriod = time.Second
)

func (c Config) complete() (Config, error) {
	c.Workers = cmp.Or(c.Workers, defaultWorkers)
	c.SweepEvery = cmp.Or(c.SweepEvery, defaultSweepEvery)
	c.ReceiveEvery = cmp.Or(c.ReceiveEvery, defaultReceiveEvery)
	c.Grace = cmp.Or(c.Grace, defaultGrace)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case c.Workers < 0:
		return c, configInvalid("Workers cannot be negative")
	case c.Grace < 0:
		return c, configInvalid("Grace cannot be negative")
	case c.SweepEvery < shortestPeriod, c.ReceiveEvery < shortestPeriod:
		return c, configInvalid("SweepEvery and ReceiveEvery are a second or more")
	}
	return c, nil
}

func configInvalid(why string) error {
	return &eboks.Error{Kind: eboks.ConfigInvalid, Op: "river", Why: why}
}

// storeFailed wraps an error of River or of its database.
func storeFailed(op, why string, err error) error {
	return &eboks.Error{Kind: eboks.StoreFailed, Op: op, Why: why, Err: err}
}
