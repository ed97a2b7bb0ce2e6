package signingtest

import (
	"context"
	"slices"
)

// openOrder returns an order that can still be changed.
func (c *call) openOrder(id string) (*order, error) {
	c.lock()
	o := c.s.orders.byID[id]
	switch {
	case o == nil:
		return nil, refuse("the signature order was not found")
	case o.status != statusOpen:
		return nil, refuse("the signature order is " + o.status)
	}
	return o, nil
}

// admit makes the signatories and adds all of them, or none.
func (c *call) admit(id string, ins []signatoryInput) (*order, []*signatory, error) {
	set := c.s.settings()
	o, err := c.openOrder(id)
	if err != nil {
		return nil, nil, err
	}
	if o.present()+len(ins) > o.most {
		return nil, nil, refuse("there would be more signatories than maxSignatories")
	}
	added := []*signatory{}
	for i := range ins {
		g, err := newSignatory(o, &ins[i], set)
		if err != nil {
			return nil, nil, err
		}
		added = append(added, g)
	}
	for _, g := range added {
		o.signatories = append(o.signatories, g)
		c.s.orders.addSignatory(g)
		c.s.happened(o, g, "added to the order")
	}
	return o, added, nil
}

// present counts the signatories that were not deleted.
func (o *order) present() int {
	n := 0
	for _, g := range o.signatories {
		if g.status != statusDeleted {
			n++
		}
	}
	return n
}

func addSignatory(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		SignatureOrderID string `json:"signatureOrderId"`
		signatoryInput
	}](args)
	if err != nil {
		return nil, err
	}
	o, added, err := c.admit(in.SignatureOrderID, []signatoryInput{in.signatoryInput})
	if err != nil {
		return nil, err
	}
	return &node{"AddSignatoryOutput", map[string]any{"signatory": c.s.signatoryNode(added[0]), "signatureOrder": c.s.orderNode(o)}}, nil
}

func addSignatories(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		SignatureOrderID string           `json:"signatureOrderId"`
		Signatories      []signatoryInput `json:"signatories"`
	}](args)
	if err != nil {
		return nil, err
	}
	o, added, err := c.admit(in.SignatureOrderID, in.Signatories)
	if err != nil {
		return nil, err
	}
	return &node{"AddSignatoriesOutput", map[string]any{"signatories": c.s.signatoryNodes(added), "signatureOrder": c.s.orderNode(o)}}, nil
}

// openSignatory returns a signatory that can still be changed.
func (c *call) openSignatory(id string) (*signatory, error) {
	c.lock()
	g := c.s.orders.signatories[id]
	switch {
	case g == nil:
		return nil, refuse("the signatory was not found")
	case g.order.status != statusOpen:
		return nil, refuse("the signature order is " + g.order.status)
	case g.status != statusOpen:
		return nil, refuse("the signatory is " + g.status)
	}
	return g, nil
}

func changeSignatory(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		SignatoryID string `json:"signatoryId"`
		signatoryInput
	}](args)
	if err != nil {
		return nil, err
	}
	set := c.s.settings()
	g, err := c.openSignatory(in.SignatoryID)
	if err != nil {
		return nil, err
	}
	changed := *g
	if err := changed.change(&in.signatoryInput, set); err != nil {
		return nil, err
	}
	*g = changed
	c.s.happened(g.order, g, "changed by the application")
	return &node{"ChangeSignatoryOutput", map[string]any{"signatory": c.s.signatoryNode(g), "signatureOrder": c.s.orderNode(g.order)}}, nil
}

func deleteSignatory(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		SignatureOrderID string `json:"signatureOrderId"`
		SignatoryID      string `json:"signatoryId"`
	}](args)
	if err != nil {
		return nil, err
	}
	g, err := c.openSignatory(in.SignatoryID)
	if err != nil {
		return nil, err
	}
	if g.order.id != in.SignatureOrderID {
		return nil, refuse("the signatory is not one of the signature order")
	}
	g.status = statusDeleted
	c.s.happened(g.order, g, "deleted from the order")
	delete(c.s.orders.parties, g.party.token)
	return &node{"DeleteSignatoryOutput", map[string]any{"signatureOrder": c.s.orderNode(g.order)}}, nil
}

func createBatchSignatory(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		Items []struct {
			SignatoryID      string `json:"signatoryId"`
			SignatureOrderID string `json:"signatureOrderId"`
		} `json:"items"`
		UI *lookInput `json:"ui"`
	}](args)
	if err != nil {
		return nil, err
	}
	c.lock()
	b := &batch{id: newID("BatchSignatory"), trace: newToken()[:32], look: look{language: defaultLanguage}}
	if err := in.UI.apply(&b.look); err != nil {
		return nil, err
	}
	if len(in.Items) == 0 || len(in.Items) > maxSignatories {
		return nil, refusef("items must hold from 1 to %d", maxSignatories)
	}
	b.party = &party{token: newToken(), batch: b}
	for _, item := range in.Items {
		g, err := c.openSignatory(item.SignatoryID)
		switch {
		case err != nil:
			return nil, err
		case g.order.id != item.SignatureOrderID:
			return nil, refuse("a signatory is not one of the signature order beside it")
		case slices.Contains(b.party.members, g):
			return nil, refuse("a signatory is named twice")
		}
		b.party.members = append(b.party.members, g)
	}
	if len(b.party.providers()) == 0 {
		return nil, refuse("the signatories share no evidence provider")
	}
	c.s.orders.batches[b.id] = b
	c.s.orders.parties[b.party.token] = b.party
	return &node{"CreateBatchSignatoryOutput", map[string]any{"batchSignatory": c.s.batchNode(b)}}, nil
}
