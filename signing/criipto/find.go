package criipto

import (
	"context"

	"github.com/dkeid/dkeid/signing"
)

// maxPages bounds a search: ten million orders at 100 a page. A cursor that comes twice
// ends it before.
const maxPages = 100_000

type pageInput struct {
	First  int     `json:"first"`
	After  *string `json:"after,omitempty"`
	Status string  `json:"status,omitempty"`
}

type page struct {
	Viewer *struct {
		Type   string      `json:"__typename"`
		Orders *connection `json:"signatureOrders"`
	} `json:"viewer"`
}

type connection struct {
	Edges []struct {
		Node *order `json:"node"`
	} `json:"edges"`
	Info *struct {
		More bool   `json:"hasNextPage"`
		End  string `json:"endCursor"`
	} `json:"pageInfo"`
}

// Find returns every order whose documents have the reference of o. It reads all pages
// of orders of any state, then each order that it found. An order that was cleaned up
// has no documents and is not found.
func (s *Service) Find(ctx context.Context, o *signing.Order) ([]*signing.Placed, error) {
	op := &operation{op: "find", query: findQuery}
	if o.Reference == "" {
		return nil, op.fail(signing.InputInvalid, "Reference is missing")
	}
	var ids []signing.ID
	after, seen := "", map[string]bool{}
	for range maxPages {
		orders, next, err := s.page(ctx, op, after, signing.OrderUnknown)
		if err != nil {
			return nil, err
		}
		for _, got := range orders {
			if got.has(o.Reference) && !has(ids, got.ID) { // pages move when orders are placed meanwhile
				ids = append(ids, signing.ID(got.ID))
			}
		}
		if next == "" {
			return s.found(ctx, o, ids)
		}
		if seen[next] {
			return nil, op.nonsense("the pages of orders repeat").e
		}
		seen[next], after = true, next
	}
	return nil, op.nonsense("there are more pages of orders than can be read").e
}

func has(ids []signing.ID, id string) bool {
	for _, i := range ids {
		if string(i) == id {
			return true
		}
	}
	return false
}

// has reports whether the order was placed with the reference. The first document has
// the bare one.
func (o *order) has(reference string) bool {
	for i := range o.Documents {
		if o.Documents[i].Reference == reference {
			return true
		}
	}
	return false
}

// found reads the orders whole. One that differs from o in its documents or signatories
// comes back with what it has: the Client compares.
func (s *Service) found(ctx context.Context, o *signing.Order, ids []signing.ID) ([]*signing.Placed, error) {
	op := &operation{op: "find", query: linksQuery}
	all := make([]*signing.Placed, 0, len(ids))
	for _, id := range ids {
		got, err := s.order(ctx, op, id)
		if signing.KindOf(err) == signing.NotFound {
			// To pass it over could mean to place it a second time.
			return nil, about(id, op.fail(signing.ResponseInvalid, "the service lists an order that it does not have"))
		}
		if err != nil {
			return nil, err
		}
		p, why := s.placed(got, o)
		if why != "" {
			p = got.asIs(o.Reference)
		}
		all = append(all, p)
	}
	return all, nil
}

// asIs is an order that was placed with the reference and is not like the one that is
// looked for.
func (o *order) asIs(reference string) *signing.Placed {
	p := &signing.Placed{Ticket: signing.Ticket{ID: signing.ID(o.ID), Reference: reference}, Expires: moment(o.ExpiresAt)}
	for _, d := range o.Documents {
		p.Ticket.Documents = append(p.Ticket.Documents, signing.TicketDocument{ID: signing.ID(d.ID)})
	}
	for _, g := range o.Signatories {
		p.Ticket.Signatories = append(p.Ticket.Signatories, signing.TicketSignatory{ID: signing.ID(g.ID), Reference: g.Reference})
	}
	return p
}

// Orders returns one page of the application's orders, and the cursor of the next page,
// which is empty after the last. after is empty for the first page. state restricts them
// to that state; OrderUnknown is every state.
func (s *Service) Orders(ctx context.Context, state signing.OrderState, after string) (orders []*signing.Progress, next string, err error) {
	got, next, err := s.page(ctx, &operation{op: "orders", query: pageQuery}, after, state)
	if err != nil {
		return nil, "", err
	}
	for _, o := range got {
		orders = append(orders, o.progress())
	}
	return orders, next, nil
}

// page reads one page. Anything that could hide an order is an error.
func (s *Service) page(ctx context.Context, op *operation, after string, state signing.OrderState) ([]*order, string, error) {
	in := pageInput{First: s.cfg.PageSize}
	if after != "" {
		in.After = &after
	}
	for word, st := range orderStates {
		if st == state {
			in.Status = word
		}
	}
	var got page
	if err := s.ask(ctx, op, in, &got); err != nil {
		return nil, "", err
	}
	switch {
	case got.Viewer == nil || got.Viewer.Orders == nil:
		return nil, "", op.nonsense("the answer lists no orders; the credentials must be those of an application").e
	case got.Viewer.Orders.Edges == nil || got.Viewer.Orders.Info == nil:
		return nil, "", op.nonsense("the answer lists no orders, or does not say whether there are more").e
	}
	info := got.Viewer.Orders.Info
	if info.More && (info.End == "" || info.End == after) {
		return nil, "", op.nonsense("there are more pages of orders, and the answer has no cursor for them").e
	}
	orders := make([]*order, 0, len(got.Viewer.Orders.Edges))
	for _, e := range got.Viewer.Orders.Edges {
		if e.Node == nil || e.Node.check() != "" {
			return nil, "", op.nonsense("the answer has an order that cannot be read").e
		}
		orders = append(orders, e.Node)
	}
	if !info.More {
		return orders, "", nil
	}
	return orders, info.End, nil
}
