package signing

import (
	"context"
	"log/slog"
	"strconv"
	"time"
)

// Complete ends an order: it closes, fetches, verifies, stores and deletes. It may be
// called at any time, again and again, and after a crash: it begins with what the service
// says of the order.
//
// While somebody who must act has not, it is ErrPending. When everybody has signed, it
// closes the order with retention, fetches each signed copy, has the Verifier judge it,
// and calls store. Only after store has returned nil does it delete what the service
// keeps. When the order ended in another way, store gets that end without documents; then
// an order that is still open is cancelled, and what the service keeps is deleted, half
// signed documents included. Return an error from store to keep them.
//
// store must write durably and take the same result more than once: after a crash, or
// after an answer was lost, it comes again with the same bytes. Its error is
// ErrStoreFailed, and nothing is deleted.
//
// Ticket and order must be those of Place, with the same documents, else it is
// ErrConflict, before any call. A signatory whom the service was asked for later must
// stand in both, and one who was deleted at the service in neither, or the order ends as
// EndError: a copy without a signature that was asked for is not signed.
//
// If the Verifier refuses a signed copy the error says why and until when the service
// keeps it (Error.KeptUntil); nothing is stored or deleted, and the Logger gets it at
// level Error. ErrDocumentPending says that a copy could not be fetched whole: call
// Complete again before that time. ErrNotFound says that the service has nothing any
// more: an earlier Complete has stored it, or the retention has passed. Your own store
// knows which. A service that does not list which documents it has deleted, such as
// Criipto, gives ErrDocumentPending in place of ErrNotFound until the retention has
// passed. So do not call Complete for an order that your store has.
//
// A result and an error are never returned both. If only the deleting failed, the error
// is in Result.Cleanup.
func (c *Client) Complete(ctx context.Context, t Ticket, o *Order, store func(context.Context, *Result) error) (*Result, error) {
	if err := c.matches(ctx, &t, o, store); err != nil {
		return nil, c.refuse("complete", t.shownID(), err, InputInvalid)
	}
	p, err := c.read(ctx, t)
	if err != nil {
		return nil, c.refuseRead("complete", t.ID, err)
	}
	end, refused := judge(&t, o, p)
	switch {
	case refused != nil && p.State == OrderClosed:
		return nil, c.notStored(ctx, &t, p, refused)
	case refused != nil:
		return nil, c.refuse("complete", t.ID, refused, Conflict)
	}
	switch end {
	case NotEnded:
		return nil, c.refuse("complete", t.ID, &Error{Kind: Pending, Why: "somebody has not decided yet"}, Pending)
	case EndSigned:
		return c.collect(ctx, &t, o, p, store)
	}
	r := &Result{Ticket: t, End: end, Signatories: p.Signatories, At: c.now()}
	if err := c.keep(ctx, r, store); err != nil {
		return nil, err
	}
	return r.with(c.discard(ctx, "complete", &t, p.State == OrderOpen)), nil
}

// matches refuses what does not belong together. It makes no call.
func (c *Client) matches(ctx context.Context, t *Ticket, o *Order, store func(context.Context, *Result) error) *Error {
	if store == nil {
		return inputInvalid("store is nil")
	}
	if err := c.check(t); err != nil {
		return err
	}
	if err := o.check(c.can); err != nil {
		return err
	}
	if err := t.belongs(o); err != nil {
		return err
	}
	_, err := c.digests(ctx, o, t.sent)
	return err
}

// judge returns how the order ended for the people of the ticket.
func judge(t *Ticket, o *Order, p *Progress) (End, *Error) {
	end := p.Ended()
	if end == NotEnded && p.State == OrderClosed {
		return end, &Error{Kind: ResponseInvalid, Why: "the order is closed, and a signatory has a state that this version does not know"}
	}
	if end != NotEnded && end != EndSigned {
		return end, nil
	}
	ours := map[ID]bool{}
	for i, s := range t.Signatories {
		ours[s.ID] = true
		told := p.signatory(s.ID)
		if told.Role != o.Signatories[i].Role {
			return end, &Error{Kind: ResponseInvalid, Why: "a signatory has another role than in the order"}
		}
		if told.Role != Viewer && end == EndSigned && !told.done() {
			end = EndError // deleted: the copy would lack a signature
		}
	}
	for _, s := range p.Signatories {
		if !ours[s.ID] && s.Role != Viewer && s.State != SignatoryDeleted {
			return end, &Error{Kind: Conflict, Why: "the service has a signatory who is in neither ticket nor order; add the person to both"}
		}
	}
	return end, nil
}

// keep calls store. A panic in it goes on, and nothing is deleted.
func (c *Client) keep(ctx context.Context, r *Result, store func(context.Context, *Result) error) error {
	if ctx.Err() != nil {
		return c.refuse("complete", r.Ticket.ID, &Error{Kind: Unavailable, Why: "the context ended before the store was called", Err: ctx.Err()}, Unavailable)
	}
	if err := store(ctx, r); err != nil {
		return c.refuse("complete", r.Ticket.ID, &Error{Kind: StoreFailed, Why: "nothing was deleted at the service; call Complete again", Err: &storeError{err}}, StoreFailed)
	}
	return nil
}

// with returns a copy of r that says what became of the deleting. The store may keep r.
func (r *Result) with(cleanup error) *Result {
	copied := *r
	copied.Cleanup = cleanup
	return &copied
}

// discard deletes what the service keeps, and cancels first if the order is open. The
// store has what there is to keep.
func (c *Client) discard(ctx context.Context, op string, t *Ticket, open bool) error {
	ended := func() error {
		if ctx.Err() == nil {
			return nil
		}
		return c.refuse(op, t.ID, &Error{Kind: Unavailable, Why: "the context ended before the service deleted anything; call Cleanup", Err: ctx.Err()}, Unavailable)
	}
	if err := ended(); err != nil {
		return err
	}
	if open && c.can.Cancel {
		if err := c.cfg.Service.Cancel(ctx, t.ID); err != nil && KindOf(err) != NotFound {
			return c.refuse(op, t.ID, err, OutcomeUnknown)
		}
		if err := ended(); err != nil {
			return err
		}
	}
	if !c.can.Cleanup {
		return c.refuse(op, t.ID, unsupported("this service deletes nothing on request"), Unsupported)
	}
	if err := c.cfg.Service.Cleanup(ctx, t.ID); err != nil && KindOf(err) != NotFound {
		return c.refuse(op, t.ID, err, OutcomeUnknown)
	}
	return nil
}

// notStored makes err the error of an order whose signed copies are at the service and
// not here. Somebody must know while there is time.
func (c *Client) notStored(ctx context.Context, t *Ticket, p *Progress, err error) *Error {
	e := c.refuse("complete", t.ID, err, EvidenceIncomplete)
	if until := c.keptUntil(p); !until.IsZero() {
		e.KeptUntil = until
		if e.Why != "" {
			e.Why += "; "
		}
		e.Why += "the service keeps the documents until " + until.Format("2006-01-02 15:04 MST")
	}
	c.cfg.Logger.LogAttrs(context.WithoutCancel(ctx), slog.LevelError, "signing: a signed copy is not stored", slog.Any("error", e))
	return e
}

// keptUntil is when the service deletes the documents, as far as can be told: others may
// have closed the order for fewer days.
func (c *Client) keptUntil(p *Progress) time.Time {
	if p.State != OrderClosed || p.Closed.IsZero() || c.can.Retention == 0 {
		return time.Time{}
	}
	return p.Closed.UTC().AddDate(0, 0, c.cfg.Retain)
}

// past reports whether the service has certainly deleted the documents.
func (c *Client) past(p *Progress) bool {
	return p.State == OrderClosed && !p.Closed.IsZero() && c.can.Retention > 0 && c.now().After(p.Closed.AddDate(0, 0, c.can.Retention))
}

// sent refuses a document that is not the one of the ticket.
func (t *Ticket) sent(i int, content []byte) *Error {
	if digestOf(content) != t.Documents[i].SHA256 {
		return &Error{Kind: Conflict, Why: "Documents[" + strconv.Itoa(i) + "] is not the document that was sent"}
	}
	return nil
}
