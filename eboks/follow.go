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
		return nil, c.refuse("status", id, asQuestion(err))
	}
	h := new(History)
	for _, e := range events {
		e.Received = c.now()
		if err := h.Add(e); e.ID != id || err != nil && !errors.Is(err, ErrDuplicate) {
			return nil, c.refuse("status", id, &Error{Kind: ReceiptInvalid, Why: "the answer is about another letter", Raw: e.Raw})
		}
	}
	c.learn(ctx, id, h.Status(), h)
	return h, nil
}

// learn records that a letter with an unknown outcome has arrived after all.
func (c *Client) learn(ctx context.Context, id ID, s Status, h *History) {
	if s == Unknown || s == Submitted {
		return
	}
	free, ok := c.hold(id)
	if !ok {
		return // who sends it learns it himself
	}
	defer free()
	entry, err := c.ledger.Entry(ctx, id)
	if err != nil || entry.State != LetterSending && entry.State != LetterParked {
		return
	}
	entry.State, entry.Status, entry.TakenAt = LetterAccepted, s, c.now()
	if h != nil {
		entry.TakenAt = when(h.events[0])
	}
	// If this fails the letter stays unknown, which is safe.
	_ = c.end(ctx, entry)
}

// asQuestion makes an error of a call that changes nothing one of its own kinds:
// no outcome is unknown where nothing was sent, and nothing is known of the letter.
func asQuestion(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return &Error{Kind: Unavailable, Why: "the adapter returned an error without a kind"}
	}
	asked := *e
	asked.NotDelivered = false
	switch {
	case e.Kind != OutcomeUnknown:
	case e.Status == 0 || e.Status >= 500:
		asked.Kind = Unavailable
	default:
		asked.Kind = ReceiptInvalid
	}
	return &asked
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
		return ReachabilityUnknown, c.refuse("lookup", ID{}, asQuestion(err))
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
	case err != nil:
		return nil, c.refuse("recall", id, err)
	case r == nil || r.ID != id:
		return nil, c.refuse("recall", id, &Error{Kind: OutcomeUnknown, Why: "the answer is another letter's"})
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
// An error ends the loop, and what was yielded before it stands.
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
				yield(Event{}, c.refuse("events", ID{}, asQuestion(err)))
				return
			}
			if len(page) == 0 {
				return
			}
			for _, e := range page {
				if e.Received = c.now(); e.Status >= lastStatus {
					e.Status = Unknown
				}
				c.learn(ctx, e.ID, e.Status, nil)
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

// Overdue reports, as ErrReceiptOverdue, that a letter taken in longer ago than
// Config.ReceiptWithin has no end yet, and raises the alarm. h is what is known of
// it, nil for nothing. The letter is not sent again: find out what became of it.
func (c *Client) Overdue(ctx context.Context, r *Receipt, h *History) error {
	if r == nil {
		return c.refuse("overdue", ID{}, inputInvalid("the receipt is nil"))
	}
	status := r.Status
	if h != nil && len(h.events) > 0 {
		if h.events[0].ID != r.ID {
			return c.refuse("overdue", r.ID, inputInvalid("the history is another letter's"))
		}
		status = h.Status()
	}
	if status.Final() || c.now().Sub(r.At) <= c.cfg.ReceiptWithin {
		return nil
	}
	e := c.refuse("overdue", r.ID, &Error{Kind: ReceiptOverdue, Why: "no receipt within the agreed time; ask the distributor, and do not send it again"})
	c.alarm(ctx, e)
	return e
}
