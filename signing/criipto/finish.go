package criipto

import (
	"context"
	"strconv"

	"github.com/dkeid/dkeid/signing"
)

// maxRetention is the most days for which the service keeps documents after closing.
const maxRetention = 7

type closeInput struct {
	Order signing.ID `json:"signatureOrderId"`
	Days  int        `json:"retainDocumentsForDays"`
}

type orderInput struct {
	Order signing.ID `json:"signatureOrderId"`
}

type extendInput struct {
	Order signing.ID `json:"signatureOrderId"`
	Days  int        `json:"additionalExpirationInDays"`
}

// Close ends signing and keeps the documents for 1–7 days. Without days the service
// would delete them at once, so 0 is refused.
func (s *Service) Close(ctx context.Context, id signing.ID, days int) error {
	op := &operation{op: "close", query: closeQuery, acts: true}
	if days < 1 || days > maxRetention {
		return op.fail(signing.InputInvalid, "documents are kept for 1 to "+strconv.Itoa(maxRetention)+" days")
	}
	return s.finish(ctx, op, id, closeInput{id, days}, "closeSignatureOrder", signing.OrderClosed)
}

// Cancel ends an open order without signatures. The service deletes its documents.
func (s *Service) Cancel(ctx context.Context, id signing.ID) error {
	op := &operation{op: "cancel", query: cancelQuery, acts: true}
	return s.finish(ctx, op, id, orderInput{id}, "cancelSignatureOrder", signing.OrderCancelled)
}

// Cleanup deletes everything that the service keeps of the order.
func (s *Service) Cleanup(ctx context.Context, id signing.ID) error {
	op := &operation{op: "cleanup", query: cleanupQuery, acts: true}
	return s.finish(ctx, op, id, orderInput{id}, "cleanupSignatureOrder", signing.OrderUnknown)
}

// Extend postpones the end of an open order by 1–30 days.
func (s *Service) Extend(ctx context.Context, id signing.ID, days int) (*signing.Progress, error) {
	op := &operation{op: "extend", query: extendQuery, acts: true}
	if days < 1 || days > 30 {
		return nil, op.fail(signing.InputInvalid, "an order is extended by 1 to 30 days")
	}
	o, err := s.change(ctx, op, id, extendInput{id, days}, "extendSignatureOrder")
	if err != nil {
		return nil, err
	}
	return o.progress(), nil
}

// finish makes a call that ends an order in state want, in any state if it is
// OrderUnknown.
func (s *Service) finish(ctx context.Context, op *operation, id signing.ID, input any, member string, want signing.OrderState) error {
	o, err := s.change(ctx, op, id, input, member)
	if err != nil {
		return err
	}
	if want != signing.OrderUnknown && orderStates[o.Status] != want {
		return about(id, op.fail(signing.OutcomeUnknown, "the service took the call, and tells another state of the order"))
	}
	return nil
}

// change makes a call that changes the order, and returns the order from its answer.
func (s *Service) change(ctx context.Context, op *operation, id signing.ID, input any, member string) (*order, error) {
	if err := op.checkID(id); err != nil {
		return nil, err
	}
	var data map[string]*struct {
		Order *order `json:"signatureOrder"`
	}
	if err := s.ask(ctx, op, map[string]any{"input": input}, &data); err != nil {
		return nil, about(id, err)
	}
	out := data[member]
	if out == nil || out.Order == nil || out.Order.ID != string(id) {
		return nil, about(id, op.nonsense("the answer is not about this order").e)
	}
	if why := out.Order.check(); why != "" {
		return nil, about(id, op.nonsense(why).e)
	}
	return out.Order, nil
}
