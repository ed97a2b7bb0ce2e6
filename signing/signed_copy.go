package signing

import (
	"bytes"
	"context"
	"errors"
)

// collect closes an order that everybody has signed, fetches the signed copies, has
// them verified and stored, and only then lets the service delete them.
func (c *Client) collect(ctx context.Context, t *Ticket, o *Order, p *Progress, store func(context.Context, *Result) error) (*Result, error) {
	if p.State != OrderClosed {
		closed, err := c.shut(ctx, t, o)
		if err != nil {
			return nil, err
		}
		p = closed
	}
	r := &Result{Ticket: *t, End: EndSigned, Signatories: p.Signatories, At: c.now()}
	for i := range o.Documents {
		d, err := c.collectDocument(ctx, t, o, p, i)
		if err != nil {
			return nil, c.notStored(ctx, t, p, err)
		}
		r.Documents = append(r.Documents, *d)
	}
	if err := c.keep(ctx, r, store); err != nil {
		return nil, err
	}
	return r.with(c.discard(ctx, "complete", t, false)), nil
}

// shut closes the order, and returns it as it is then. If the answer to closing was
// lost, the order tells whether it is closed. It is not closed again before a later
// Complete has read it.
func (c *Client) shut(ctx context.Context, t *Ticket, o *Order) (*Progress, error) {
	if ctx.Err() != nil {
		return nil, c.refuse("complete", t.ID, &Error{Kind: Unavailable, Why: "the context ended before the order was closed", Err: ctx.Err()}, Unavailable)
	}
	failure := c.cfg.Service.Close(ctx, t.ID, c.cfg.Retain)
	switch KindOf(failure) {
	case Throttled, AuthFailed, Unsupported, ConfigInvalid, InputInvalid:
		return nil, c.refuse("complete", t.ID, failure, OutcomeUnknown)
	}
	if e, ok := errors.AsType[*Error](failure); ok && e.RetryAfter > 0 { // not even to be read
		return nil, c.refuse("complete", t.ID, failure, OutcomeUnknown)
	}
	p, err := c.read(ctx, *t)
	switch {
	case err != nil && failure != nil:
		return nil, c.refuse("complete", t.ID, failure, OutcomeUnknown)
	case err != nil:
		return nil, c.notStored(ctx, t, &Progress{State: OrderClosed, Closed: c.now()}, c.refuseRead("complete", t.ID, err))
	case p.State != OrderClosed && failure != nil:
		return nil, c.refuse("complete", t.ID, failure, OutcomeUnknown)
	case p.State != OrderClosed:
		return nil, c.refuse("complete", t.ID, &Error{Kind: DocumentPending, Why: "the service has closed the order, and does not say so yet"}, DocumentPending)
	}
	end, refused := judge(t, o, p)
	if refused == nil && end != EndSigned {
		refused = &Error{Kind: Conflict, Why: "a signatory was changed while the order was being closed; call Complete again"}
	}
	if refused != nil {
		return nil, c.notStored(ctx, t, p, refused)
	}
	return p, nil
}

// collectDocument fetches one signed copy and has it judged.
func (c *Client) collectDocument(ctx context.Context, t *Ticket, o *Order, p *Progress, i int) (*SignedDocument, error) {
	signed, err := c.fetch(ctx, t, p, i)
	if err != nil {
		return nil, err
	}
	original, refused := o.Documents[i].read(ctx, c.cfg.MaxDocument)
	if refused == nil {
		refused = t.sent(i, original)
	}
	if refused != nil {
		return nil, refused
	}
	v, err := c.cfg.Verifier.Verify(ctx, &Exhibit{
		Ticket: *t, Order: o, Document: i, Original: original, Signed: signed, Signatories: p.Signatories, Now: c.now(),
	})
	if err != nil {
		return nil, c.refuse("complete", t.ID, err, verifierKind(ctx))
	}
	v, refused = v.covers(t, o, p, i)
	if refused != nil {
		return nil, refused
	}
	return &SignedDocument{Title: o.Documents[i].Title, Original: t.Documents[i].SHA256, SHA256: digestOf(signed), Content: signed, Verdict: *v}, nil
}

// verifierKind is the kind of a Verifier's error that has none.
func verifierKind(ctx context.Context) Kind {
	if ctx.Err() != nil {
		return Unavailable
	}
	return EvidenceIncomplete
}

// fetch returns one signed copy as the service has it.
func (c *Client) fetch(ctx context.Context, t *Ticket, p *Progress, i int) ([]byte, error) {
	w := &bounded{limit: 2*c.cfg.MaxDocument + 16<<20}
	err := c.cfg.Service.Fetch(ctx, t.ID, t.Documents[i].ID, w)
	switch {
	case w.full:
		return nil, &Error{Kind: ResponseInvalid, Why: "the signed copy is larger than a signed copy can be (Config.MaxDocument)"}
	case err == nil && w.content.Len() > 0:
		return w.content.Bytes(), nil
	case err == nil:
		err = &Error{Kind: DocumentPending, Why: "the signed copy is empty"}
	}
	e := c.refuse("complete", t.ID, err, DocumentPending)
	if e.Kind == OutcomeUnknown || e.Kind == Unavailable || ctx.Err() != nil {
		e.Kind = DocumentPending
	}
	if e.Kind == DocumentPending && c.gone(t, p, i) {
		e.Kind = NotFound
	}
	if e.Kind == NotFound {
		e.Why = "the service no longer has the signed copy: an earlier Complete has stored it, or the retention has passed"
	}
	return nil, e
}

// gone reports whether it is certain that the service has deleted a document: it says
// so, it no longer lists the document, or the time has passed.
func (c *Client) gone(t *Ticket, p *Progress, i int) bool {
	if c.can.Retention == 0 {
		return false
	}
	for _, d := range p.Documents {
		if d.ID == t.Documents[i].ID {
			return !d.Available || c.past(p)
		}
	}
	return true
}

// bounded keeps what is written to it, up to its limit.
type bounded struct {
	content bytes.Buffer
	limit   int64
	full    bool
}

var errFull = errors.New("signing: the signed copy is over the limit")

func (w *bounded) Write(b []byte) (int, error) {
	if w.full || int64(w.content.Len())+int64(len(b)) > w.limit {
		w.full = true
		return 0, errFull
	}
	return w.content.Write(b)
}
