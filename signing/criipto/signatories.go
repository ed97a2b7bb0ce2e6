package criipto

import (
	"context"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/signing"
)

type addInput struct {
	Order       signing.ID       `json:"signatureOrderId"`
	Signatories []signatoryInput `json:"signatories"`
}

// AddSignatories adds people to an open order, and returns the order with a ticket and
// links that hold them too, behind those of t. Store the new ticket, and add the people to
// the Order that Complete gets.
//
// Who.CPR is refused with ErrUnsupported: whether MitID is asked for numbers is decided
// when the order is placed. So is Signatory.Documents. After a lost answer
// (ErrOutcomeUnknown) read the order before you add anybody again.
func (s *Service) AddSignatories(ctx context.Context, t signing.Ticket, add []signing.Signatory) (*signing.Placed, error) {
	op := &operation{op: "add signatories", query: addQuery, acts: true}
	if len(add) == 0 {
		return nil, op.fail(signing.InputInvalid, "there is nobody to add")
	}
	if err := s.carriesSignatories(op, add); err != nil {
		return nil, err
	}
	in := addInput{Order: t.ID}
	for i := range add {
		known := func(g signing.TicketSignatory) bool { return g.Reference == add[i].Reference }
		switch {
		case !add[i].Who.CPR.IsZero():
			return nil, op.fail(signing.Unsupported, "Signatories["+strconv.Itoa(i)+"].Who.CPR: place an order that asks for it")
		case slices.ContainsFunc(t.Signatories, known):
			return nil, op.fail(signing.InputInvalid, "Signatories["+strconv.Itoa(i)+"].Reference is that of a signatory of the order")
		}
		in.Signatories = append(in.Signatories, signatory(&add[i]))
	}
	o, err := s.change(ctx, op, t.ID, in, "addSignatories")
	if err != nil {
		return nil, err
	}
	p, why := o.extended(t, add)
	if why != "" {
		return nil, about(t.ID, op.nonsense(why).e)
	}
	return p, nil
}

// extended is the order with the people of the ticket and those who were added.
func (o *order) extended(t signing.Ticket, add []signing.Signatory) (*signing.Placed, string) {
	p := &signing.Placed{Ticket: t, Expires: moment(o.ExpiresAt)}
	p.Ticket.Signatories = slices.Clone(t.Signatories)
	for i := range add {
		at := slices.IndexFunc(o.Signatories, func(g signatoryAnswer) bool { return g.Reference == add[i].Reference })
		if at < 0 {
			return nil, "the answer lacks a signatory, or their reference"
		}
		p.Ticket.Signatories = append(p.Ticket.Signatories, signing.TicketSignatory{ID: signing.ID(o.Signatories[at].ID), Reference: add[i].Reference})
	}
	for _, g := range p.Ticket.Signatories {
		at := slices.IndexFunc(o.Signatories, func(s signatoryAnswer) bool { return s.ID == string(g.ID) })
		if at < 0 || !isLink(o.Signatories[at].Href) {
			return nil, "the answer lacks a signatory, or a link that can be sent to people"
		}
		p.Links = append(p.Links, signing.NewSecret(o.Signatories[at].Href))
	}
	return p, ""
}

type batchInput struct {
	Items []batchItem `json:"items"`
}

type batchItem struct {
	Signatory signing.ID `json:"signatoryId"`
	Order     signing.ID `json:"signatureOrderId"`
}

// Pair is one signatory of one order.
type Pair struct {
	Order     signing.ID
	Signatory signing.ID
}

// Batch returns one link by which a person signs several orders with one login. Each pair
// is that person in one of the orders. The vendor demands that the orders have a way to
// log in in common.
func (s *Service) Batch(ctx context.Context, pairs []Pair) (signing.Secret, error) {
	op := &operation{op: "batch", query: batchQuery, acts: true}
	if len(pairs) == 0 {
		return signing.Secret{}, op.fail(signing.InputInvalid, "there is nothing to sign")
	}
	var in batchInput
	for _, p := range pairs {
		if err := op.checkID(p.Order, p.Signatory); err != nil {
			return signing.Secret{}, err
		}
		in.Items = append(in.Items, batchItem{Signatory: p.Signatory, Order: p.Order})
	}
	var data struct {
		Out struct {
			Batch struct {
				Href string `json:"href"`
			} `json:"batchSignatory"`
		} `json:"createBatchSignatory"`
	}
	if err := s.ask(ctx, op, map[string]any{"input": in}, &data); err != nil {
		return signing.Secret{}, err
	}
	if !isLink(data.Out.Batch.Href) {
		return signing.Secret{}, op.nonsense("the answer lacks a link that can be sent to people").e
	}
	return signing.NewSecret(data.Out.Batch.Href), nil
}
