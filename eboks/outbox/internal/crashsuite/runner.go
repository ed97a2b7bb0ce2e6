package crashsuite

import (
	"context"
	"errors"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// Runner is what drives an outbox. It returns when done reports true, the process dies, or
// nothing comes of going on; the error is what the engine returned. The clock of the
// outbox is moved by it.
type Runner func(ctx context.Context, a *Application, clock *posttest.Clock, done func() bool) error

// errStuck is a runner that goes on and on.
var errStuck = errors.New("crashsuite: the letters do not come to an end")

// moves is how often a runner moves the clock before it gives up: a day.
const moves = 24 * 60 * 3

// move is how far it moves it.
const move = 20 * time.Second

// ByHand calls Due, Step and Receive, as an engine of the user's does.
func ByHand(ctx context.Context, a *Application, clock *posttest.Clock, done func() bool) error {
	for range moves {
		for {
			ids, err := a.Outbox.Due(ctx, 10)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			for _, id := range ids {
				if _, err := a.Outbox.Step(ctx, id); err != nil {
					return err
				}
			}
		}
		if err := a.Outbox.Receive(ctx); err != nil {
			return err
		}
		if done() {
			return nil
		}
		clock.Move(move)
	}
	return errStuck
}

// Loop runs the outbox's own loop. The clock is moved when the loop has looked at it since
// it was moved last, and is still: no transaction takes any of its time.
func Loop(ctx context.Context, a *Application, clock *posttest.Clock, done func() bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- a.Outbox.Run(ctx) }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	var stuck error
	for moved, seen, before := 0, -1, -1; ; {
		select {
		case err := <-ended:
			return errors.Join(stuck, err)
		case <-tick.C:
		}
		now := a.Process.Count()
		still := now > seen && now == before && a.Process.Idle()
		before = now
		switch {
		case a.Process.Dead(): // whatever it still does reaches nobody
			return nil
		case ctx.Err() != nil: // the end may take time too
		case done():
			cancel()
		case moved == moves:
			cancel()
			stuck = errStuck
		case !still:
			continue
		case inHand(ctx, a, clock): // an attempt takes no time
			a.Outbox.Wake() // but the database may have failed
			continue
		}
		clock.Move(move)
		moved, seen = moved+1, now
		a.Outbox.Wake()
	}
}

// inHand reports whether a process that lives may have a letter in hand.
func inHand(ctx context.Context, a *Application, clock *posttest.Clock) bool {
	var n int
	err := a.Store.DB.QueryRowContext(ctx, `SELECT count(*) FROM eboks_outbox_letters WHERE owner <> '' AND lease > $1`, clock.Now().UnixMicro()).Scan(&n)
	return err != nil || n > 0
}

// settled reports whether nothing more happens to any letter by itself, and receipts of
// those that were taken in have been read.
func settled(journal *outbox.Outbox) bool {
	for r, err := range journal.Letters(context.Background(), outbox.Filter{}) {
		if err != nil || !r.Next.IsZero() || r.State == eboks.LetterAccepted && r.Reached != eboks.DeliveredDigital {
			return false
		}
	}
	return true
}
