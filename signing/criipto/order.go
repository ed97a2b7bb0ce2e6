package criipto

import (
	"context"
	"regexp"

	"github.com/dkeid/dkeid/signing"
)

// The answers of the interface, as far as they are read. Enums are texts, because the
// service adds to them.

type order struct {
	ID          string            `json:"id"`
	Status      string            `json:"status"`
	CreatedAt   string            `json:"createdAt"`
	ExpiresAt   string            `json:"expiresAt"`
	ClosedAt    string            `json:"closedAt"`
	Trace       string            `json:"traceId"`
	Documents   []document        `json:"documents"`
	Signatories []signatoryAnswer `json:"signatories"`
}

type document struct {
	Type      string `json:"__typename"`
	ID        string `json:"id"`
	Reference string `json:"reference"`
}

type signatoryAnswer struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
	Status    string `json:"status"`
	Reason    string `json:"statusReason"`
	Role      string `json:"signatoryRole"`
	Href      string `json:"href"`
}

// idForm is what an id may look like: ids are logged and shown, and never parsed.
var idForm = regexp.MustCompile(`^[!-~]{1,256}$`)

// check says what makes an order useless, or nothing.
func (o *order) check() string {
	if !idForm.MatchString(o.ID) {
		return "the order has no id that can be one"
	}
	seen := map[string]bool{}
	for i := range o.Documents {
		id := o.Documents[i].ID
		if !idForm.MatchString(id) || seen[id] {
			return "a document has no id of its own"
		}
		seen[id] = true
	}
	clear(seen)
	for i := range o.Signatories {
		id := o.Signatories[i].ID
		if !idForm.MatchString(id) || seen[id] {
			return "a signatory has no id of their own"
		}
		seen[id] = true
	}
	return ""
}

var orderStates = map[string]signing.OrderState{
	"OPEN": signing.OrderOpen, "CLOSED": signing.OrderClosed, "CANCELLED": signing.OrderCancelled, "EXPIRED": signing.OrderExpired,
}

var signatoryStates = map[string]signing.SignatoryState{
	"OPEN": signing.SignatoryOpen, "SIGNED": signing.SignatorySigned, "APPROVED": signing.SignatoryApproved,
	"REJECTED": signing.SignatoryRejected, "ERROR": signing.SignatoryFailed, "DELETED": signing.SignatoryDeleted,
}

var roles = map[string]signing.Role{"SIGNER": signing.Signer, "APPROVER": signing.Approver, "VIEWER": signing.Viewer}

// progress says how far the order has come. A role that we do not know is that of
// somebody who must sign, so that nobody is passed over.
func (o *order) progress() *signing.Progress {
	p := &signing.Progress{
		ID: signing.ID(o.ID), State: orderStates[o.Status],
		Created: moment(o.CreatedAt), Expires: moment(o.ExpiresAt), Closed: moment(o.ClosedAt),
	}
	if traceForm.MatchString(o.Trace) {
		p.Trace = o.Trace
	}
	for _, d := range o.Documents {
		p.Documents = append(p.Documents, signing.DocumentProgress{
			ID: signing.ID(d.ID), Reference: d.Reference,
			Available: p.State != signing.OrderCancelled && p.State != signing.OrderExpired, // those delete; see Service.Order
		})
	}
	for _, g := range o.Signatories {
		reason := g.Reason[:min(len(g.Reason), maxSaid)]
		p.Signatories = append(p.Signatories, signing.SignatoryProgress{
			ID: signing.ID(g.ID), Reference: g.Reference, Role: roles[g.Role], State: signatoryStates[g.Status], Reason: signing.NewRaw([]byte(reason)),
		})
	}
	return p
}

// idInput is the variable of queries about one thing.
type idInput struct {
	ID signing.ID `json:"id"`
}

// Order returns the state of an order now. The service says only with the content of a
// document whether it still has it, so DocumentProgress.Available is true for each
// document that it lists while the order is open or closed; Fetch finds out.
func (s *Service) Order(ctx context.Context, id signing.ID) (*signing.Progress, error) {
	o, err := s.order(ctx, &operation{op: "order", query: orderQuery}, id)
	if err != nil {
		return nil, err
	}
	return o.progress(), nil
}

func (s *Service) order(ctx context.Context, op *operation, id signing.ID) (*order, error) {
	if err := op.checkID(id); err != nil {
		return nil, err
	}
	var data map[string]*order // a map, so that null differs from nothing
	if err := s.ask(ctx, op, idInput{id}, &data); err != nil {
		return nil, about(id, err)
	}
	o, err := askedFor(op, id, data, func(o *order) string { return o.ID })
	if err != nil {
		return nil, err
	}
	if why := o.check(); why != "" {
		return nil, about(id, op.nonsense(why).e)
	}
	return o, nil
}

// askedFor returns the order in an answer. It refuses an answer without one, and one
// about another order than id.
func askedFor[O any](op *operation, id signing.ID, data map[string]*O, idOf func(*O) string) (*O, error) {
	o, given := data["signatureOrder"]
	switch {
	case !given:
		return nil, about(id, op.nonsense("the answer has no order").e)
	case o == nil:
		return nil, about(id, op.fail(signing.NotFound, "the service has no such order"))
	case idOf(o) != string(id):
		return nil, about(id, op.nonsense("the answer is about another order").e)
	}
	return o, nil
}
