package signing

import (
	"context"
	"time"
)

// Place checks the order and its documents, and places it with the service. Store
// Placed.Ticket: [Client.Complete] needs it. Documents are read twice.
//
// ErrInputInvalid and ErrUnsupported name the field, and nothing has left then.
// ErrOutcomeUnknown says that the service may have the order: call [Client.PlaceAgain]
// with the same order, and never Place. After ErrUnavailable and ErrThrottled the service
// has nothing, and Place may be called again.
func (c *Client) Place(ctx context.Context, o *Order) (*Placed, error) {
	digests, err := c.prepare(ctx, o)
	if err != nil {
		return nil, c.refuse("place", "", err, InputInvalid)
	}
	placed, err := c.create(ctx, o, digests)
	if err != nil {
		return nil, c.refuse("place", idOf(placed), err, OutcomeUnknown)
	}
	return placed, nil
}

// PlaceAgain places an order of which it is not known whether an earlier Place placed
// it, such as after ErrOutcomeUnknown or a crash. It looks for Order.Reference at the
// service, and places the order only if nothing is there. An earlier call may still be
// under way at the service: wait for a minute after an answer was lost.
//
// An order that is found is returned in the state in which it is, also if it was
// cancelled or has expired: a reference stands for one order. Complete tells how it
// ended, and a new attempt gets a new reference. PlaceAgain compares references and
// numbers with what the service has, but not the documents' content: if that differs,
// the Verifier refuses the signed copy in Complete.
//
// An order that was cleaned up may not be found any more (Criipto): call PlaceAgain only
// for an order whose end you have not stored, or it is placed anew.
//
// ErrConflict says that the service has several orders under the reference, or another
// one. ErrUnsupported says that the service cannot search (Capabilities.Find).
func (c *Client) PlaceAgain(ctx context.Context, o *Order) (*Placed, error) {
	const op = "place again"
	if c.finder == nil {
		return nil, c.refuse(op, "", unsupported("this service cannot look for a reference; ask its support whether the order is there"), Unsupported)
	}
	digests, err := c.prepare(ctx, o)
	if err != nil {
		return nil, c.refuse(op, "", err, InputInvalid)
	}
	found, ferr := c.finder.Find(ctx, o)
	switch {
	case ferr != nil:
		return nil, c.refuseRead(op, "", ferr)
	case len(found) > 1:
		return nil, c.refuse(op, "", &Error{Kind: Conflict, Why: "the service has several orders under this reference; look at them, and cancel all but one"}, Conflict)
	case len(found) == 1:
		placed, err := c.adopt(ctx, o, digests, found[0])
		if err != nil {
			return nil, c.refuseRead(op, idOf(found[0]), err)
		}
		return placed, nil
	}
	placed, cerr := c.create(ctx, o, digests)
	if cerr != nil {
		return nil, c.refuse(op, idOf(placed), cerr, OutcomeUnknown)
	}
	return placed, nil
}

// prepare checks the order and reads its documents. Nothing has left after an error.
func (c *Client) prepare(ctx context.Context, o *Order) ([]Digest, error) {
	if err := o.check(c.can); err != nil {
		return nil, err
	}
	if !o.Expires.IsZero() && !o.Expires.After(c.now()) {
		return nil, inputInvalid("Order.Expires has passed")
	}
	digests, err := c.digests(ctx, o, c.cfg.Allow.suits)
	if err != nil {
		return nil, err
	}
	return digests, nil
}

// create places the order. With an error, the Placed is what the service answered.
func (c *Client) create(ctx context.Context, o *Order, digests []Digest) (*Placed, error) {
	if ctx.Err() != nil {
		return nil, &Error{Kind: Unavailable, Why: "the context had ended before anything left", Err: ctx.Err()}
	}
	at := c.now()
	answer, err := c.cfg.Service.CreateOrder(ctx, o, digests)
	if err != nil {
		return answer, err
	}
	placed, why := c.fill(o, digests, answer, at)
	if why != "" {
		// The service may well have the order. PlaceAgain finds out.
		return answer, &Error{Kind: OutcomeUnknown, Why: "the answer cannot be used: " + why}
	}
	return placed, nil
}

// adopt makes an order that was found this one.
func (c *Client) adopt(ctx context.Context, o *Order, digests []Digest, found *Placed) (*Placed, error) {
	if found == nil {
		return nil, &Error{Kind: ResponseInvalid, Why: "the adapter found an order, and returned nothing about it"}
	}
	if found.Ticket.Reference != o.Reference {
		return nil, &Error{Kind: Conflict, Why: "the order that was found has another reference"}
	}
	for i, s := range found.Ticket.Signatories {
		if i < len(o.Signatories) && s.Reference != o.Signatories[i].Reference {
			return nil, &Error{Kind: Conflict, Why: "the order under this reference has other signatories"}
		}
	}
	if len(found.Ticket.Documents) != len(o.Documents) || len(found.Ticket.Signatories) != len(o.Signatories) {
		return nil, &Error{Kind: Conflict, Why: "the order under this reference has another number of documents or signatories"}
	}
	placed, why := c.fill(o, digests, found, time.Time{})
	if why != "" {
		return nil, &Error{Kind: ResponseInvalid, Why: why}
	}
	// A signature that is older than the order is refused, so the ticket needs the time
	// at which the earlier Place placed it.
	p, err := c.read(ctx, placed.Ticket)
	if err != nil {
		return nil, err
	}
	if p.Created.IsZero() {
		return nil, &Error{Kind: ResponseInvalid, Why: "the service does not say when the order was made"}
	}
	placed.Ticket.PlacedAt = p.Created.UTC().Round(0)
	if now := c.now(); placed.Ticket.PlacedAt.After(now) {
		placed.Ticket.PlacedAt = now // its clock is ahead of ours
	}
	return placed, nil
}

// fill returns a copy of what the service answered, with what the Client knows. The text
// says what is wrong with it.
func (c *Client) fill(o *Order, digests []Digest, answer *Placed, at time.Time) (*Placed, string) {
	switch {
	case answer == nil:
		return nil, "it is empty"
	case !answer.Ticket.ID.valid():
		return nil, "it does not name the order"
	case len(answer.Ticket.Documents) != len(o.Documents) || len(answer.Ticket.Signatories) != len(o.Signatories):
		return nil, "it has another number of documents or signatories"
	case answer.Ticket.Reference != "" && answer.Ticket.Reference != o.Reference:
		return nil, "it has another reference"
	case c.can.Links && len(answer.Links) != len(o.Signatories):
		return nil, "it has not one link for each signatory"
	case !c.can.Links && len(answer.Links) != 0:
		return nil, "it has links where the service has none"
	}
	placed := &Placed{Expires: answer.Expires, Ticket: Ticket{
		Service: c.can.Name, ID: answer.Ticket.ID, Reference: o.Reference, PlacedAt: at,
		Documents: make([]TicketDocument, len(o.Documents)), Signatories: make([]TicketSignatory, len(o.Signatories)),
	}}
	for i, d := range answer.Ticket.Documents {
		placed.Ticket.Documents[i] = TicketDocument{ID: d.ID, SHA256: digests[i]}
	}
	for i, s := range answer.Ticket.Signatories {
		if s.Reference != "" && s.Reference != o.Signatories[i].Reference {
			return nil, "its signatories are not in our order"
		}
		placed.Ticket.Signatories[i] = TicketSignatory{ID: s.ID, Reference: o.Signatories[i].Reference}
	}
	for _, l := range answer.Links {
		if l.IsZero() {
			return nil, "a link is missing"
		}
		placed.Links = append(placed.Links, l)
	}
	if why := placed.Ticket.faulty(); why != "" {
		return nil, why
	}
	return placed, ""
}

// idOf is the order's ID, if the service gave one that can be shown.
func idOf(p *Placed) ID {
	if p == nil || !p.Ticket.ID.valid() {
		return ""
	}
	return p.Ticket.ID
}
