package signingtest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// sealing is one signature while it is put into one signatory's documents. Misbehaviours
// spoil it.
type sealing struct {
	s         *Service
	order     *order
	who       *signatory
	signature *signature
	contact   string // the evidence in the file
	unsealed  bool   // the file stays as it is
}

func sign(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[signInput](args)
	if err != nil {
		return nil, err
	}
	party := c.who.party
	c.lock()
	if err := c.validated(ctx); err != nil {
		return nil, err
	}
	p := providerByID(party.providers(), in.ID)
	if p == nil {
		return nil, refuse("the evidence provider is not one of the signatory")
	}
	for _, g := range party.members {
		if err := g.maySign(c.s.Now()); err != nil {
			return nil, err
		}
	}
	c.unlock()
	evidence, err := c.gather(ctx, p, in, party)
	if err != nil {
		return nil, err
	}
	c.lock()
	if err := c.s.signAll(party, p, evidence, in.forms()); err != nil {
		return nil, err
	}
	return &node{"SignOutput", map[string]any{"viewer": c.viewerNode()}}, nil
}

// forms returns the values of form fields by document.
func (in *signInput) forms() map[string][]formField {
	forms := make(map[string][]formField)
	for _, d := range in.Documents {
		if d.Form == nil {
			continue
		}
		for _, f := range d.Form.Fields {
			forms[d.ID] = append(forms[d.ID], formField{f.Field, f.Value})
		}
	}
	return forms
}

// signActingAs signs for a signatory with the application's credentials.
func signActingAs(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		SignatoryID string    `json:"signatoryId"`
		Evidence    signInput `json:"evidence"`
	}](args)
	if err != nil {
		return nil, err
	}
	g, err := c.openSignatory(in.SignatoryID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(g.parts, func(p *part) bool { return p.status != statusPreapproved }) {
		return nil, refuse("every document of the signatory must be preapproved")
	}
	if err := g.maySign(c.s.Now()); err != nil {
		return nil, err
	}
	p := providerByID(g.providers, in.Evidence.ID)
	if p == nil {
		return nil, refuse("the evidence provider is not one of the signatory")
	}
	c.unlock()
	evidence, err := c.gather(ctx, p, &in.Evidence, g.party)
	if err != nil {
		return nil, err
	}
	c.lock()
	if err := c.s.signAll(g.party, p, evidence, in.Evidence.forms()); err != nil {
		return nil, err
	}
	return &node{"SignActingAsOutput", map[string]any{"signatory": c.s.signatoryNode(g), "signatureOrder": c.s.orderNode(g.order)}}, nil
}

// maySign returns an error unless it is g's time to sign.
func (g *signatory) maySign(now time.Time) error {
	switch {
	case g.order.status != statusOpen:
		return refuse("the signature order is " + g.order.status)
	case g.status != statusOpen:
		return refuse("the signatory is " + g.status)
	case g.kind != roleSigner:
		return refuse("the signatory's role is " + g.kind)
	case g.cooldown != nil && now.Before(*g.cooldown):
		return refuse("the signatory's cooldown is not over")
	case !g.turn():
		return refuse("others sign before this signatory")
	case slices.ContainsFunc(g.parts, func(p *part) bool { return p.status != statusApproved && p.status != statusPreapproved }):
		return refuse("not every document is approved")
	}
	return nil
}

// signAll signs for every member of a party, or for none.
func (s *Service) signAll(party *party, p *provider, evidence *signature, forms map[string][]formField) error {
	now := s.Now()
	for _, g := range party.members {
		if err := g.maySign(now); err != nil {
			return err
		}
		if err := g.check(p, evidence); err != nil {
			s.tell(g.order, g, event{name: "SIGNATORY_SIGN_ERROR", err: err.Error()})
			return err
		}
	}
	spoilt := s.play.take(AtSigning)
	for _, g := range party.members {
		if err := s.seal(g, evidence, forms, spoilt, now); err != nil {
			g.status, g.reason = statusError, text("the document could not be sealed")
			s.tell(g.order, g, event{name: "SIGNATORY_SIGN_ERROR", err: "the document could not be sealed"})
			return refuse("the document could not be sealed")
		}
	}
	return nil
}

// What the API says of evidence that does not fit.
const (
	wrongPerson = "the evidence is not that of the expected signatory"
	usedBefore  = "this evidence was used by another signatory"
)

// check compares the evidence with what the application demands.
func (g *signatory) check(p *provider, evidence *signature) error {
	token := evidence.token()
	if token == nil {
		if len(g.rules) > 0 {
			return refuse("the evidence does not say who the signatory is")
		}
		return nil
	}
	if !g.suits(token.claims) {
		return refuse(wrongPerson)
	}
	key := p.find(kindVerify).verify.UniqueEvidenceKey
	if key == nil {
		return nil
	}
	mine := token.claims.get(*key)
	for _, other := range g.order.signatories {
		if other != g && other.status == statusSigned && other.signedBy != nil && other.signedBy.get(*key) == mine {
			return refuse(usedBefore)
		}
	}
	return nil
}

// seal puts the signature into all documents of a signatory.
func (s *Service) seal(g *signatory, evidence *signature, forms map[string][]formField, spoilt *Misbehaviour, now time.Time) error {
	mine := *evidence
	mine.signatory, mine.at = g, now.UTC().Truncate(time.Second)
	w := &sealing{s: s, order: g.order, who: g, signature: &mine, unsealed: mine.kind == kindEmpty}
	if spoilt != nil && spoilt.signing != nil {
		spoilt.signing(w)
	}
	w.contact = s.contactInfo(w.signature, g.order, g)
	if spoilt != nil && spoilt.contact != nil {
		w.contact = spoilt.contact(w, w.contact)
	}
	mine.sealed = !w.unsealed
	sealed := make([][]byte, len(g.parts))
	for i, p := range g.parts {
		sealed[i] = p.document.current
		if w.unsealed {
			continue
		}
		var err error
		sealed[i], err = s.authority.Sign(p.document.current, fakepdf.Signature{
			At: now, Name: g.displayName(w.signature), Reason: s.sentence(g, w.signature), ContactInfo: w.contact,
		})
		if err != nil {
			return err
		}
	}
	for i, p := range g.parts {
		d := p.document
		s.orders.replace(d, sealed[i])
		if d.form && d.fields == nil && len(d.signatures) == 0 {
			d.fields = append([]formField{}, forms[d.id]...)
		}
		d.signatures = append(d.signatures, &mine)
		p.status = statusSigned
	}
	if t := mine.token(); t != nil {
		g.signedBy = t.claims
	}
	g.status = statusSigned
	s.tell(g.order, g, event{name: "SIGNATORY_SIGNED"})
	s.tellIfAllSigned(g.order)
	return nil
}

// displayName returns whose signature it is, as the file tells it.
func (g *signatory) displayName(sig *signature) string {
	if t := sig.token(); t != nil {
		return t.claims.get("name")
	}
	for _, p := range append([]*signature{sig}, sig.parts...) {
		if p.name != nil {
			return *p.name
		}
	}
	return ""
}

// sentence is the reason that a file gives for a signature.
func (s *Service) sentence(g *signatory, sig *signature) string {
	name, with := g.displayName(sig), "drawing"
	if sig.token() != nil {
		with = "MitID"
	}
	if name == "" {
		name = "Signatory"
	}
	number := g.guid
	keys := g.identifier
	if keys == nil {
		keys = g.order.identifier
	}
	if t := sig.token(); t != nil {
		for _, k := range keys {
			if v := t.claims.get(k); v != "" {
				number = v
				break
			}
		}
	}
	words := []string{name, "signed with", with, "(" + number + ")"}
	if g.signingAs != nil {
		words = append(words, "as", *g.signingAs)
	} else if g.role != nil {
		words = append(words, "as", *g.role)
	}
	return strings.Join(words, " ")
}

// tellIfAllSigned sends ALL_CURRENT_SIGNATORIES_SIGNED when nobody is left.
func (s *Service) tellIfAllSigned(o *order) {
	for _, g := range o.signatories {
		if g.kind == roleSigner && g.status == statusOpen {
			return
		}
	}
	if !o.allSigned {
		o.allSigned = true
		s.tell(o, nil, event{name: "ALL_CURRENT_SIGNATORIES_SIGNED"})
	}
}
