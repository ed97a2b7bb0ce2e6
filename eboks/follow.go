package eboks

import (
	"context"
	"errors"
	"iter"
)

// unsupported says that the distributor cannot do that.
func (c *Client) unsupported(op string, id ID, what string) error {
	return c.refuse(op, id, &Error{Kind: Unsupported, Why: "this distributor cannot " + what})
}

// Status asks the distributor what became of a letter. A letter that it does not
// know has an empty History: it may still be on its way. Unsupported where the
// wire has no such question; read [Client.Events] then.
//
// It changes nothing. Give the events to [Client.Learn] if the outcome of a Send was
// unknown.
func (c *Client) Status(ctx context.Context, id ID) (*History, error) {
	reader, ok := c.sender.(StatusReader)
	if !ok || !c.can.Status {
		return nil, c.unsupported("status", id, "be asked about a letter")
	}
	if id.IsZero() {
		return nil, c.refuse("status", id, inputInvalid("the ID is zero"))
	}
	events, err := reader.ReadStatus(ctx, id)
	if err != nil {
		return nil, c.question(ctx, "status", id, err)
	}
	h := new(History)
	for _, e := range events {
		e.Received = c.now()
		if e.Unread {
			e.Status = Unknown
			c.unread(ctx, "status", e)
		}
		if err := h.Add(e); e.ID != id || err != nil && !errors.Is(err, ErrDuplicate) {
			return nil, c.question(ctx, "status", id, &Error{Kind: ReceiptInvalid, Why: "the answer is about another letter", Raw: e.Raw, Alarm: true})
		}
	}
	return h, nil
}

// question is the error of a call that changes nothing, of which a person hears if the
// answer was about somebody else.
func (c *Client) question(ctx context.Context, op string, id ID, err error) *Error {
	e := c.refuse(op, id, asQuestion(err))
	if e.Alarm {
		c.alarm(ctx, e)
	}
	return e
}

// unread tells a person of an event that could not be read.
func (c *Client) unread(ctx context.Context, op string, e Event) {
	c.alarm(ctx, c.refuse(op, e.ID, &Error{Kind: ReceiptInvalid, Then: Decide, Raw: e.Raw, Alarm: true,
		Why: "an entry of the distributor cannot be read; it was set aside, look at it"}))
}

// Lookup asks whether the recipient can receive that material now. The answer is
// advice; the letter can still be refused.
func (c *Client) Lookup(ctx context.Context, to Recipient, m Material) (Reachability, error) {
	asked, ok := c.sender.(Lookup)
	if !ok || !c.can.Lookup {
		return ReachabilityUnknown, c.unsupported("lookup", ID{}, "be asked about a recipient")
	}
	if err := to.check(); err != nil {
		return ReachabilityUnknown, c.refuse("lookup", ID{}, err)
	}
	if !m.valid() {
		return ReachabilityUnknown, c.refuse("lookup", ID{}, inputInvalid("Material must be 1 to 64 letters, digits, '-', '_' or '.'"))
	}
	r, err := asked.Lookup(ctx, to, m)
	if err != nil {
		return ReachabilityUnknown, c.question(ctx, "lookup", ID{}, err)
	}
	if r >= lastReachability {
		r = ReachabilityUnknown
	}
	return r, nil
}

// Recall asks for a letter back. Unsupported where the wire cannot. An outcome
// that is unknown can be asked for again: recalling twice does no more than once.
func (c *Client) Recall(ctx context.Context, id ID) (*Recall, error) {
	recaller, ok := c.sender.(Recaller)
	if !ok || !c.can.Recall {
		return nil, c.unsupported("recall", id, "give letters back")
	}
	if id.IsZero() {
		return nil, c.refuse("recall", id, inputInvalid("the ID is zero"))
	}
	r, err := recaller.Recall(ctx, id)
	switch {
	case err == nil && (r == nil || r.ID != id):
		err = &Error{Kind: OutcomeUnknown, Why: "the answer is another letter's", Alarm: true}
		fallthrough
	case err != nil:
		e := c.refuse("recall", id, err)
		if e.Alarm {
			c.alarm(ctx, e)
		}
		return nil, e
	}
	recall := *r
	if recall.Status >= lastRecall {
		recall.Status = RecallUnknown
	}
	if recall.At.IsZero() {
		recall.At = c.now()
	}
	return &recall, nil
}

// Events yields what the distributor tells about letters after the cursor, until
// there is nothing more now; the zero Cursor is the beginning. It asks once for
// each page and does not wait for news: call it again from time to time.
//
// Store Event.Cursor when an event is handled, in the same transaction if you can:
// after a crash the events since then come again, and Event.Key or [History.Add]
// tells them apart. Events may name letters that are not yours; leave those alone.
// An entry that cannot be read is yielded as an Event that is Unread, and Config.Alarm
// hears of it. An error ends the loop, and what was yielded before it stands.
//
// It reads and writes no ledger, so that a page may be handled inside one
// transaction. Give the events to [Client.Learn] afterwards, if letters may be waiting
// whose outcome is unknown.
func (c *Client) Events(ctx context.Context, after Cursor) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		reader, ok := c.sender.(EventReader)
		if !ok || !c.can.Events {
			yield(Event{}, c.unsupported("events", ID{}, "tell events"))
			return
		}
		seen := map[Cursor]bool{after: true}
		for {
			page, err := reader.ReadEvents(ctx, after)
			if err != nil {
				e := c.question(ctx, "events", ID{}, err)
				if e.Kind == ReceiptInvalid && !e.Alarm && c.stuck(after) {
					c.alarm(ctx, e)
				}
				yield(Event{}, e)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if e.Received = c.now(); e.Unread || e.Status >= lastStatus {
					e.Status = Unknown
				}
				if e.Unread {
					c.unread(ctx, "events", e)
				}
				after = e.Cursor
				if !yield(e, nil) {
					return
				}
			}
			if after == "" || seen[after] {
				yield(Event{}, c.refuse("events", ID{}, &Error{Kind: ReceiptInvalid, Why: "the cursor does not move on"}))
				return
			}
			seen[after] = true
		}
	}
}

// stuck notes that the events behind a cursor cannot be read, and reports whether that
// is new.
func (c *Client) stuck(at Cursor) bool {
	c.way.mu.Lock()
	defer c.way.mu.Unlock()
	news := c.stuckAt == nil || *c.stuckAt != at
	c.stuckAt = &at
	return news
}

// Overdue returns ErrReceiptOverdue if a letter was taken in longer ago than
// Config.ReceiptWithin and has no end yet ([Capabilities.Final]), and nil otherwise. h
// is what is known of it, nil for nothing. It asks nobody and tells nobody. The letter
// is not to be sent again: find out what became of it.
func (c *Client) Overdue(r *Receipt, h *History) error {
	if r == nil {
		return c.refuse("overdue", ID{}, inputInvalid("the receipt is nil"))
	}
	status := r.Status
	if h != nil && len(h.events) > 0 {
		if h.events[0].ID != r.ID {
			return c.refuse("overdue", r.ID, inputInvalid("the history is another letter's"))
		}
		if known := h.Status(); known != Unknown {
			status = known
		}
	}
	if c.can.Final(status) || c.now().Sub(r.At) <= c.cfg.ReceiptWithin {
		return nil
	}
	return c.refuse("overdue", r.ID, &Error{Kind: ReceiptOverdue, Then: Decide, Alarm: true,
		Why: "no receipt within the agreed time; ask the distributor, and do not send it again"})
}
