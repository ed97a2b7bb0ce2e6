package signingtest

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
)

// orderNode returns an order as the schema has it.
func (s *Service) orderNode(o *order) *node {
	if o == nil {
		return nil
	}
	return &node{"SignatureOrder", map[string]any{
		"id": o.id, "title": o.title, "status": o.status,
		"createdAt": o.created, "expiresAt": o.expires, "closedAt": o.closed,
		"timezone": o.timezone, "maxSignatories": o.most, "traceId": o.trace,
		"documents": lazy(func() any {
			nodes := make([]*node, 0, len(o.documents))
			for _, d := range o.documents {
				nodes = append(nodes, s.documentNode(d, nil))
			}
			return nodes
		}),
		"signatories":       lazy(func() any { return s.signatoryNodes(o.signatories) }),
		"evidenceProviders": lazy(func() any { return providerNodes(s, o.providers) }),
		"ui":                lazy(func() any { return lookNode(o.look) }),
		"webhook": lazy(func() any {
			if o.hook == nil {
				return nil
			}
			return &node{"SignatureOrderWebhook", map[string]any{
				"url":  o.hook.url,
				"logs": resolve(func(args map[string]any) (any, error) { return logNodes(o.logs, args) }),
			}}
		}),
		"application": lazy(func() any { return s.applicationNode() }),
	}}
}

func (s *Service) signatoryNodes(all []*signatory) []*node {
	nodes := make([]*node, 0, len(all))
	for _, g := range all {
		nodes = append(nodes, s.signatoryNode(g))
	}
	return nodes
}

// signatoryNode returns a signatory as the schema has it.
func (s *Service) signatoryNode(g *signatory) *node {
	if g == nil {
		return nil
	}
	var download *string
	if o := g.order; o.status == statusClosed && !o.deleted {
		download = text(s.link(g.party))
	}
	return &node{"Signatory", map[string]any{
		"id": g.id, "status": g.status, "statusReason": g.reason,
		"href": s.link(g.party), "downloadHref": download, "token": g.party.token,
		"reference": g.reference, "role": g.role, "signingAs": g.signingAs, "signatoryRole": g.kind,
		"signingSequence":   &node{"SignatorySigningSequence", map[string]any{"initialNumber": g.sequence}},
		"documents":         lazy(func() any { return s.partNodes(g.parts, nil) }),
		"evidenceProviders": lazy(func() any { return providerNodes(s, g.providers) }),
		"ui":                lazy(func() any { return lookNode(g.looks()) }),
		"traceId":           g.order.trace, "spanId": g.span, "cooldownExpiresAt": g.cooldown,
		"signatureOrder": lazy(func() any { return s.orderNode(g.order) }),
	}}
}

// partNodes returns documents as a signatory has them. With a viewer they tell the viewer's
// own status too.
func (s *Service) partNodes(parts []*part, viewer *party) *node {
	edges := make([]*node, 0, len(parts))
	for _, p := range parts {
		edges = append(edges, s.edgeNode(p, viewer))
	}
	return &node{"SignatoryDocumentConnection", map[string]any{"edges": edges}}
}

func (s *Service) edgeNode(p *part, viewer *party) *node {
	return &node{"SignatoryDocumentEdge", map[string]any{
		"status": partStatus(p),
		"node":   lazy(func() any { return s.documentNode(p.document, viewer) }),
	}}
}

func partStatus(p *part) *string {
	if p == nil || p.status == "" {
		return nil
	}
	return text(p.status)
}

// documentNode returns a document as the schema has it.
func (s *Service) documentNode(d *document, viewer *party) *node {
	if d == nil {
		return nil
	}
	return &node{"PdfDocument", map[string]any{
		"id": d.id, "title": d.title, "reference": d.reference, "documentID": d.guid,
		"blob":         lazy(func() any { return blob(d.current) }),
		"originalBlob": lazy(func() any { return blob(d.original) }),
		"signatures": lazy(func() any {
			if d.current == nil {
				return nil
			}
			nodes := make([]*node, 0, len(d.signatures))
			for _, g := range d.signatures {
				nodes = append(nodes, s.signatureNode(g))
			}
			return nodes
		}),
		"signatoryViewerStatus": lazy(func() any {
			if viewer == nil {
				return nil
			}
			for _, g := range viewer.members {
				if p := g.part(d.id); p != nil {
					return partStatus(p)
				}
			}
			return nil
		}),
		"form": lazy(func() any {
			if !d.form {
				return nil
			}
			var fields []*node
			for _, f := range d.fields {
				fields = append(fields, &node{"PdfDocumentFormField", map[string]any{"field": f.field, "value": f.value}})
			}
			return &node{"PdfDocumentForm", map[string]any{"enabled": true, "fields": fields}}
		}),
	}}
}

func lookNode(l look) *node {
	var logo *node
	if l.logoSrc != nil {
		logo = &node{"SignatureOrderUILogo", map[string]any{"src": *l.logoSrc, "href": l.logoHref}}
	}
	return &node{"SignatureOrderUI", map[string]any{
		"signatoryRedirectUri": l.redirect, "language": l.language, "logo": orNil(logo), "stylesheet": l.stylesheet,
		"disableRejection": l.noRejection, "enableCancel": l.cancel, "renderPdfAnnotationLayer": l.annotations,
	}}
}

func (s *Service) batchNode(b *batch) *node {
	if b == nil {
		return nil
	}
	items := make([]*node, 0, len(b.party.members))
	for _, g := range b.party.members {
		items = append(items, &node{"BatchSignatoryItem", map[string]any{
			"signatory": s.signatoryNode(g), "signatureOrder": s.orderNode(g.order),
		}})
	}
	return &node{"BatchSignatory", map[string]any{
		"id": b.id, "href": s.link(b.party), "token": b.party.token, "items": items, "traceId": b.trace, "ui": lookNode(b.look),
	}}
}

// applicationNode returns the application, which is the viewer of API credentials.
func (s *Service) applicationNode() *node {
	return &node{"Application", map[string]any{
		"id": "Application:" + s.appID[:8], "name": "Fictitious application",
		"verifyApplication": &node{"VerifyApplication", map[string]any{
			"domain": domainOf(s.tenant.Issuer()), "realm": s.tenant.ClientID(), "environment": s.environment(),
		}},
		"signatureOrders": resolve(s.orderPage),
		"webhookLogs": resolve(func(args map[string]any) (any, error) {
			var logs []*invocation
			for _, o := range s.orders.all {
				logs = append(logs, o.logs...)
			}
			slices.SortStableFunc(logs, func(a, b *invocation) int { return a.at.Compare(b.at) })
			return logNodes(logs, args)
		}),
	}}
}

// maxPage is how many orders a page has at most.
const maxPage = 100

// orderPage returns a page of orders, newest first. A cursor names an order by its number,
// so that orders which come and go between two pages change nothing.
func (s *Service) orderPage(args map[string]any) (any, error) {
	status, _ := args["status"].(string)
	first, before := maxPage, len(s.orders.all)+1
	if n, ok := number(args["first"]); ok {
		first = n
	}
	if first < 1 {
		return nil, refuse("first must be 1 or more")
	}
	if after, _ := args["after"].(string); after != "" {
		text, err := base64.StdEncoding.DecodeString(after)
		n, err2 := strconv.Atoi(string(text))
		if err = cmp.Or(err, err2); err != nil || n < 1 {
			return nil, refuse("after is no cursor of this list")
		}
		before = min(n, before)
	}
	first = min(first, maxPage)
	edges, more := []*node{}, false
	for i := before - 2; i >= 0; i-- {
		o := s.orders.all[i]
		if status != "" && o.status != status {
			continue
		}
		if len(edges) == first {
			more = true
			break
		}
		edges = append(edges, &node{"SignatureOrderEdge", map[string]any{
			"cursor": base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(o.number))), "node": s.orderNode(o),
		}})
	}
	info := map[string]any{"hasNextPage": more, "hasPreviousPage": before <= len(s.orders.all), "startCursor": nil, "endCursor": nil}
	if len(edges) > 0 {
		info["startCursor"], info["endCursor"] = edges[0].fields["cursor"], edges[len(edges)-1].fields["cursor"]
	}
	return &node{"SignatureOrderConnection", map[string]any{
		"edges": edges, "pageInfo": &node{"PageInfo", info}, "totalCount": nil,
	}}, nil
}
