package eboks

import (
	"context"
	"log/slog"
)

// sending is a Send on its way, for others that bring the same letter meanwhile.
type sending struct {
	digest  Digest
	held    bool // no Send, but somebody who looks at the letter's entry
	done    chan struct{}
	receipt *Receipt
	err     *Error
	again   bool // the call says nothing to others: they try for themselves
}

// once sends the letter, or waits for whoever is sending it already.
func (c *Client) once(ctx context.Context, l *Letter, digest Digest) (*Receipt, *Error) {
	mine := &sending{digest: digest, done: make(chan struct{})}
	for {
		other := c.enlist(l.ID, mine)
		if other == nil {
			return c.first(ctx, l, mine)
		}
		if !other.held && other.digest != digest {
			return nil, c.refuse("send", l.ID, conflict())
		}
		select {
		case <-ctx.Done():
		case <-other.done:
		}
		switch {
		case other.isDone() && other.receipt != nil:
			return again(other.receipt, Duplicate), nil
		case ctx.Err() != nil:
			return nil, c.refuse("send", l.ID, &Error{Kind: OutcomeUnknown, Err: ctx.Err(), Why: "another call is sending this letter"})
		case !other.held && !other.again:
			return nil, other.err
		}
	}
}

func (s *sending) isDone() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// hold keeps everybody else's hands off a letter until free is called; not when
// it is being sent.
func (c *Client) hold(id ID) (free func(), ok bool) {
	mine := &sending{held: true, done: make(chan struct{})}
	if c.enlist(id, mine) != nil {
		return nil, false
	}
	return func() { c.letGo(id, mine) }, true
}

// enlist makes mine the one who has the letter in hand, and returns nil; or it
// returns who has it already.
func (c *Client) enlist(id ID, mine *sending) (other *sending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other = c.inFlight[id]; other == nil {
		c.inFlight[id] = mine
	}
	return other
}

// letGo ends what enlist began.
func (c *Client) letGo(id ID, mine *sending) {
	c.mu.Lock()
	delete(c.inFlight, id)
	c.mu.Unlock()
	close(mine.done)
}

// first sends the letter and tells everybody who waits for it.
func (c *Client) first(ctx context.Context, l *Letter, mine *sending) (*Receipt, *Error) {
	ended := false
	defer func() {
		if !ended {
			c.finish(ctx, l.ID, mine, nil, &Error{Kind: OutcomeUnknown, Why: "sending ended in a panic"})
		}
	}()
	receipt, err := c.deliver(ctx, l, mine.digest)
	ended = true
	return c.finish(ctx, l.ID, mine, receipt, err)
}

// finish ends what once began.
func (c *Client) finish(ctx context.Context, id ID, mine *sending, r *Receipt, err error) (*Receipt, *Error) {
	if err != nil {
		mine.err = c.refuse("send", id, err)
		mine.again = ctx.Err() != nil // its caller had enough; others have not
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "eboks: letter not sent", slog.Any("error", mine.err))
	} else {
		mine.receipt = r
		if c.cfg.Logger.Enabled(ctx, slog.LevelInfo) {
			c.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "eboks: letter sent", slog.Any("receipt", *r))
		}
	}
	c.letGo(id, mine)
	return mine.receipt, mine.err
}
