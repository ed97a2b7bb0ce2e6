package signingtest

import (
	"bytes"
	"context"
	"slices"
)

type orderInput struct {
	SignatureOrderID           string     `json:"signatureOrderId"`
	MaxSignatories             *int       `json:"maxSignatories"`
	Webhook                    *hookInput `json:"webhook"`
	AdditionalExpirationInDays int        `json:"additionalExpirationInDays"`
	RetainDocumentsForDays     *int       `json:"retainDocumentsForDays"`
}

func changeSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[orderInput](args)
	if err != nil {
		return nil, err
	}
	var hook *hook
	if in.Webhook != nil {
		if hook, err = newHook(in.Webhook); err != nil {
			return nil, err
		}
		if in.Webhook.ValidateConnectivity && !c.s.validates(ctx, hook, c.s.settings()) {
			return nil, refuse("the webhook did not answer WEBHOOK_VALIDATION with 200 within 5 seconds")
		}
	}
	o, err := c.openOrder(in.SignatureOrderID)
	if err != nil {
		return nil, err
	}
	if in.MaxSignatories != nil {
		switch n := *in.MaxSignatories; {
		case o.hasSignature():
			return nil, refuse("maxSignatories must not change after the first signature")
		case n < 1 || n > maxSignatories || n < o.present():
			return nil, refuse("maxSignatories is out of range")
		}
		o.most = *in.MaxSignatories
	}
	if hook != nil {
		o.hook = hook
	}
	return &node{"ChangeSignatureOrderOutput", map[string]any{"signatureOrder": c.s.orderNode(o)}}, nil
}

func (o *order) hasSignature() bool {
	for _, g := range o.signatories {
		if g.status == statusSigned {
			return true
		}
	}
	return false
}

func extendSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[orderInput](args)
	if err != nil {
		return nil, err
	}
	o, err := c.openOrder(in.SignatureOrderID)
	if err != nil {
		return nil, err
	}
	if n := in.AdditionalExpirationInDays; n < 1 || n > maxExtension {
		return nil, refusef("additionalExpirationInDays must be from 1 to %d", maxExtension)
	}
	o.expires = o.expires.AddDate(0, 0, in.AdditionalExpirationInDays)
	return &node{"ExtendSignatureOrderOutput", map[string]any{"signatureOrder": c.s.orderNode(o)}}, nil
}

// closeSignatureOrder finishes the documents and answers with them. Then it deletes them,
// unless the caller has asked for retention. Nobody needs to have signed.
func closeSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[orderInput](args)
	if err != nil {
		return nil, err
	}
	days := in.RetainDocumentsForDays
	if days != nil && (*days < 1 || *days > maxRetention) {
		return nil, refusef("retainDocumentsForDays must be from 1 to %d", maxRetention)
	}
	o, err := c.openOrder(in.SignatureOrderID)
	if err != nil {
		return nil, err
	}
	now := c.s.Now()
	finished := make([][]byte, len(o.documents))
	for i, d := range o.documents {
		if finished[i] = d.current; !d.sealed() {
			continue
		}
		if finished[i], err = c.s.authority.Close(d.current, now); err != nil {
			return nil, refuse("the document timestamp could not be made")
		}
	}
	for i, d := range o.documents {
		c.s.orders.replace(d, finished[i])
	}
	c.s.spoilFiles(o)
	o.status, o.closed = statusClosed, &now
	c.s.happened(o, nil, "the order was closed")
	if days != nil {
		o.deleteAt = now.AddDate(0, 0, *days)
	} else {
		c.after = append(c.after, func() { c.s.orders.discard(o) })
	}
	return &node{"CloseSignatureOrderOutput", map[string]any{"signatureOrder": c.s.orderNode(o)}}, nil
}

// sealed reports whether the file has a signature of this order.
func (d *document) sealed() bool {
	return slices.ContainsFunc(d.signatures, func(g *signature) bool { return g.sealed })
}

func cancelSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[orderInput](args)
	if err != nil {
		return nil, err
	}
	o, err := c.openOrder(in.SignatureOrderID)
	if err != nil {
		return nil, err
	}
	o.status = statusCancelled
	c.s.happened(o, nil, "the order was cancelled")
	c.s.orders.discard(o)
	return &node{"CancelSignatureOrderOutput", map[string]any{"signatureOrder": c.s.orderNode(o)}}, nil
}

// cleanupSignatureOrder deletes the documents of an order that has ended. It may be called
// again.
func cleanupSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[orderInput](args)
	if err != nil {
		return nil, err
	}
	c.lock()
	o := c.s.orders.byID[in.SignatureOrderID]
	switch {
	case o == nil:
		return nil, refuse("the signature order was not found")
	case o.status == statusOpen:
		return nil, refuse("the signature order is OPEN")
	}
	c.s.orders.discard(o)
	return &node{"CleanupSignatureOrderOutput", map[string]any{"signatureOrder": c.s.orderNode(o)}}, nil
}

// spoilFiles carries out what misbehaves in finished files.
func (s *Service) spoilFiles(o *order) {
	m := s.play.take(AtClosing)
	if m == nil {
		return
	}
	for _, d := range o.documents {
		if pdf := m.file(s, o, d); !bytes.Equal(pdf, d.current) {
			s.orders.replace(d, pdf)
		}
	}
}
