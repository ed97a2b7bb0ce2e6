package signing

import "context"

// Order reads what the service says of an order now. ErrNotFound says that it has none.
func (c *Client) Order(ctx context.Context, t Ticket) (*Progress, error) {
	if err := c.check(&t); err != nil {
		return nil, c.refuse("order", t.shownID(), err, InputInvalid)
	}
	p, err := c.read(ctx, t)
	if err != nil {
		return nil, c.refuseRead("order", t.ID, err)
	}
	return p, nil
}

// Cancel ends an order that is not wanted any more. Cancelling again is no error. If
// everybody has signed, or the order is closed, it is ErrConflict: call Complete. After
// ErrOutcomeUnknown call Cancel again.
func (c *Client) Cancel(ctx context.Context, t Ticket) error {
	const op = "cancel"
	if err := c.check(&t); err != nil {
		return c.refuse(op, t.shownID(), err, InputInvalid)
	}
	if !c.can.Cancel {
		return c.refuse(op, t.ID, unsupported("this service cannot cancel an order"), Unsupported)
	}
	p, err := c.read(ctx, t)
	switch {
	case err != nil:
		return c.refuseRead(op, t.ID, err)
	case p.State == OrderCancelled || p.State == OrderExpired:
		return nil
	case p.State == OrderClosed || p.Ended() == EndSigned:
		return c.refuse(op, t.ID, &Error{Kind: Conflict, Why: "the order is closed, or everybody has signed; call Complete"}, Conflict)
	}
	if err := c.cfg.Service.Cancel(ctx, t.ID); err != nil {
		return c.refuse(op, t.ID, err, OutcomeUnknown)
	}
	return nil
}

// Cleanup deletes everything that the service keeps of an order, for good. Complete does
// it by itself; call Cleanup if Result.Cleanup says that it could not. That the signed
// copies are stored is for you to know. Cleaning up again is no error. An order that is
// open, with somebody who may still sign or with all signatures, is ErrConflict: cancel
// it, or complete it.
func (c *Client) Cleanup(ctx context.Context, t Ticket) error {
	const op = "cleanup"
	if err := c.check(&t); err != nil {
		return c.refuse(op, t.shownID(), err, InputInvalid)
	}
	if !c.can.Cleanup {
		return c.refuse(op, t.ID, unsupported("this service deletes nothing on request"), Unsupported)
	}
	p, err := c.read(ctx, t)
	switch {
	case KindOf(err) == NotFound:
		return nil
	case err != nil:
		return c.refuseRead(op, t.ID, err)
	}
	open := p.State == OrderOpen
	if end := p.Ended(); p.State == OrderUnknown || open && (end == NotEnded || end == EndSigned) {
		return c.refuse(op, t.ID, &Error{Kind: Conflict, Why: "the order is open; cancel it, or complete it"}, Conflict)
	}
	return c.discard(ctx, op, &t, open)
}

// read asks for an order, and holds the answer against the ticket. What this package
// does not know is unknown in the copy that it returns.
func (c *Client) read(ctx context.Context, t Ticket) (*Progress, error) {
	answer, err := c.cfg.Service.Order(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	invalid := func(why string) (*Progress, error) { return nil, &Error{Kind: ResponseInvalid, Why: why} }
	if answer == nil || answer.ID != t.ID {
		return invalid("the answer is about another order")
	}
	p := *answer
	if p.State > OrderExpired {
		p.State = OrderUnknown
	}
	p.Signatories = make([]SignatoryProgress, len(answer.Signatories))
	seen := map[ID]bool{}
	for i, s := range answer.Signatories {
		if !s.ID.valid() || seen[s.ID] {
			return invalid("a signatory has no ID, or that of another")
		}
		if s.Role > Viewer {
			return invalid("a signatory has a role that does not exist")
		}
		if s.State > SignatoryDeleted {
			s.State = SignatoryUnknown
		}
		seen[s.ID] = true
		p.Signatories[i] = s
	}
	for _, s := range t.Signatories {
		told := p.signatory(s.ID)
		if told == nil {
			return invalid("a signatory of the ticket is missing")
		}
		if told.Reference == "" {
			told.Reference = s.Reference
		}
		if told.Reference != s.Reference {
			return invalid("a signatory has another reference than in the ticket")
		}
	}
	return &p, nil
}

// shownID is the ticket's ID, if it can be shown.
func (t *Ticket) shownID() ID {
	if !t.ID.valid() {
		return ""
	}
	return t.ID
}
