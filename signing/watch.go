package signing

import (
	"context"
	"iter"
	"time"
)

const (
	maxRetryAfter = time.Hour       // Watch asks at least as often, whatever the service says
	maxPause      = 5 * time.Minute // between two questions while the service fails, unless Poll is longer
)

// Watch asks for the order again and again, and yields what changed since the cursor,
// until the order has ended or the context ends. It is the way without webhooks, and the
// second way beside them. Store Event.Cursor when an event is handled; after a crash the
// events since then come again.
//
// Watch yields an error and goes on if it is one to Retry (ErrUnavailable, ErrThrottled):
// it asks later, after ever longer pauses, and not before the time that the service names.
// Leave the loop if you would rather not wait. Any other error ends the loop, such as
// ErrInputInvalid for a damaged cursor or one of another order. The end of the context
// ends it without an error.
func (c *Client) Watch(ctx context.Context, t Ticket, after Cursor) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		const op = "watch"
		if err := c.check(&t); err != nil {
			yield(Event{}, c.refuse(op, t.shownID(), err, InputInvalid))
			return
		}
		seen, err := parseCursor(after, t.ID)
		if err != nil {
			yield(Event{}, c.refuse(op, t.ID, err, InputInvalid))
			return
		}
		for failures := 0; ; {
			p, err := c.read(ctx, t)
			if ctx.Err() != nil {
				return
			}
			pause := c.cfg.Poll
			if err != nil {
				e := c.refuseRead(op, t.ID, err)
				if !yield(Event{Order: t.ID, Cursor: seen.cursor()}, e) || e.Then() != Retry {
					return
				}
				failures++
				pause = c.pause(failures, e.RetryAfter)
			} else {
				failures = 0
				for _, event := range seen.learn(p) {
					if !yield(event, nil) {
						return
					}
				}
				if p.Ended() != NotEnded {
					return
				}
			}
			if !wait(ctx, pause) {
				return
			}
		}
	}
}

// pause is how long to wait after so many failures in a row.
func (c *Client) pause(failures int, after time.Duration) time.Duration {
	pause := c.cfg.Poll
	for ; failures > 1 && pause < maxPause; failures-- {
		pause = min(2*pause, maxPause)
	}
	return max(pause, min(after, maxRetryAfter))
}

// wait reports false if the context ended first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
