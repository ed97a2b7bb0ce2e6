package signingtest

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// providers returns those that all members of a party may use.
func (p *party) providers() []*provider {
	var shared []*provider
	for _, candidate := range p.first().providers {
		everywhere := !slices.ContainsFunc(p.members, func(g *signatory) bool {
			return !slices.ContainsFunc(g.providers, func(own *provider) bool {
				return own.id == candidate.id || p.batch != nil && own.kind == candidate.kind
			})
		})
		if everywhere {
			shared = append(shared, candidate)
		}
	}
	return shared
}

// parts returns the documents of all members.
func (p *party) parts() []*part {
	var all []*part
	for _, g := range p.members {
		all = append(all, g.parts...)
	}
	return all
}

// validatesView reports whether the party must log in before it sees a document.
func (p *party) validatesView() bool {
	return slices.ContainsFunc(p.members, func(g *signatory) bool { return g.order.validatesView })
}

// seesDocuments returns an error unless a token, which may be empty, lets the party see its
// documents. A token was issued to whoever holds it, so it is compared with what the
// application demands of each member.
func (c *call) seesDocuments(ctx context.Context) error {
	p := c.who.party
	if !p.validatesView() {
		return nil
	}
	v := verifyPart(p.providers(), c.who.validProvider)
	if v == nil || c.who.validToken == "" {
		return refuse("the signatory must log in first")
	}
	c.unlock()
	got, err := c.s.accept(ctx, v, c.who.validToken)
	c.lock()
	if err != nil {
		return err
	}
	for _, g := range p.members {
		if !g.suits(got.claims) {
			return refuse(wrongPerson)
		}
	}
	return nil
}

// validated is seesDocuments for what changes something.
func (c *call) validated(ctx context.Context) error {
	c.lock()
	return c.seesDocuments(ctx)
}

func viewer(ctx context.Context, c *call, _ map[string]any) (any, error) {
	c.lock()
	switch c.who.side {
	case ApplicationSide:
		return c.s.applicationNode(), nil
	case NoSide:
		return &node{"AnonymousViewer", map[string]any{"id": "Viewer:anonymous", "authenticated": false}}, nil
	}
	err := c.seesDocuments(ctx)
	switch {
	case err == nil:
		return c.viewerNode(), nil
	case c.who.party.batch == nil:
		return c.unvalidatedNode(), nil
	}
	return nil, err
}

// download is what a signatory gets once the order is closed.
func (c *call) download() resolve {
	return func(map[string]any) (any, error) {
		p := c.who.party
		o := p.first().order
		if o.status != statusClosed {
			return nil, nil
		}
		var verifier *node
		for _, candidate := range p.providers() {
			if v := candidate.find(kindVerify); v != nil {
				verifier = v.node(c.s)
			}
		}
		f := map[string]any{
			"expired": o.deleted, "verificationRequired": true, "verificationEvidenceProvider": orNil(verifier), "documents": nil,
		}
		return &node{"SignatoryViewerDownload", f}, nil
	}
}

func (c *call) unvalidatedNode() *node {
	p := c.who.party
	return &node{"UnvalidatedSignatoryViewer", map[string]any{
		"id": "Viewer:" + p.first().id, "authenticated": false, "signatoryId": p.first().id,
		"evidenceProviders": providerNodes(c.s, p.providers()), "download": c.download(), "ui": lookNode(p.looks()),
	}}
}

// viewerNode returns the signatory's own view.
func (c *call) viewerNode() *node {
	p := c.who.party
	g := p.first()
	f := map[string]any{
		"id": "Viewer:" + g.id, "authenticated": true, "status": g.status, "signer": g.kind == roleSigner,
		"documents":         lazy(func() any { return c.s.partNodes(p.parts(), p) }),
		"evidenceProviders": lazy(func() any { return providerNodes(c.s, p.providers()) }),
		"ui":                lookNode(p.looks()), "traceId": g.order.trace,
	}
	if p.batch != nil {
		f["id"], f["batchSignatoryId"] = "Viewer:"+p.batch.id, p.batch.id
		return &node{"BatchSignatoryViewer", f}
	}
	f["signatoryId"], f["role"], f["signatureOrderStatus"] = g.id, g.kind, g.order.status
	f["download"], f["cooldownExpiresAt"] = c.download(), g.cooldown
	return &node{"SignatoryViewer", f}
}

func updateDocumentStatus(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		DocumentID string `json:"documentId"`
		Status     string `json:"status"`
	}](args)
	if err != nil {
		return nil, err
	}
	if err := c.validated(ctx); err != nil {
		return nil, err
	}
	p, err := c.s.setStatus(c.who.party, in.DocumentID, in.Status, c.s.Now())
	if err != nil {
		return nil, err
	}
	return &node{"UpdateSignatoryDocumentStatusOutput", map[string]any{
		"documentEdge": c.s.edgeNode(p, c.who.party), "viewer": c.viewerNode(),
	}}, nil
}

// setStatus notes that a party has opened, approved or rejected a document.
func (s *Service) setStatus(who *party, documentID, status string, now time.Time) (*part, error) {
	var p *part
	var g *signatory
	for _, member := range who.members {
		if p = member.part(documentID); p != nil {
			g = member
			break
		}
	}
	switch {
	case p == nil:
		return nil, refuse("the document is not one of the signatory")
	case g.order.status != statusOpen || g.status != statusOpen:
		return nil, refuse("the signatory cannot change documents any more")
	case g.cooldown != nil && now.Before(*g.cooldown):
		return nil, refuse("the signatory's cooldown is not over")
	case p.status == statusPreapproved || p.status == statusSigned:
		return nil, refuse("the document is " + p.status)
	case status == statusApproved && p.status == "":
		return nil, refuse("the document was not opened")
	case status != statusOpened && status != statusApproved && status != statusRejected:
		return nil, refuse("a signatory cannot set the status " + status)
	case status == p.status, status == statusOpened && p.status == statusApproved:
		return p, nil // again
	case g.kind == roleViewer && status != statusOpened:
		return nil, refuse("the signatory's role is " + g.kind)
	}
	p.status = status
	s.tell(g.order, g, event{name: "SIGNATORY_DOCUMENT_STATUS_CHANGED", document: documentID, status: status})
	if g.kind == roleApprover && !slices.ContainsFunc(g.parts, func(p *part) bool { return p.status != statusApproved && p.status != statusPreapproved }) {
		g.status = statusApproved
		s.tell(g.order, g, event{name: "SIGNATORY_APPROVED"})
	}
	return p, nil
}

func rejectSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		Reason *string `json:"reason"`
	}](args)
	if err != nil {
		return nil, err
	}
	if err := c.validated(ctx); err != nil {
		return nil, err
	}
	if err := c.s.reject(c.who.party, in.Reason); err != nil {
		return nil, err
	}
	return &node{"RejectSignatureOrderOutput", map[string]any{"viewer": c.viewerNode()}}, nil
}

// reject ends the order for a party. It stays open for the others.
func (s *Service) reject(who *party, reason *string) error {
	for _, g := range who.members {
		if g.order.status != statusOpen || g.status != statusOpen || g.kind == roleViewer {
			return refuse("the signatory cannot reject any more")
		}
		if who.looks().noRejection {
			return refuse("rejection is disabled")
		}
	}
	for _, g := range who.members {
		g.status, g.reason = statusRejected, reason
		s.tell(g.order, g, event{name: "SIGNATORY_REJECTED", reason: reason})
	}
	return nil
}

func startVerify(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		ID          string `json:"id"`
		ACRValue    string `json:"acrValue"`
		RedirectURI string `json:"redirectUri"`
		Stage       string `json:"stage"`
	}](args)
	if err != nil {
		return nil, err
	}
	c.lock()
	p := verifyPart(c.who.party.providers(), in.ID)
	if p == nil {
		return nil, refuse("the evidence provider is not one of the signatory")
	}
	if !slices.Contains(c.s.acrs(p), in.ACRValue) {
		return nil, refuse("acrValue is not one of the evidence provider")
	}
	if !c.s.mayReturn(in.RedirectURI) {
		return nil, refuse("redirectUri must be " + tenantReply + " at the evidence provider's domain")
	}
	c.unlock()
	address, state := c.s.begin(&pending{party: c.who.party, provider: p, stage: in.Stage, redirect: in.RedirectURI}, in.ACRValue, "")
	return &node{"CriiptoVerifyEvidenceProviderRedirect", map[string]any{"redirectUri": address, "state": state}}, nil
}

// mayReturn reports whether a custom front end may have the browser sent to an address: to
// the tenant's own, or to this machine.
func (s *Service) mayReturn(address string) bool {
	if address == s.tenant.Issuer()+tenantReply {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && fakehttp.IsLoopback(u.Hostname())
}

func completeVerify(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		Code  string `json:"code"`
		State string `json:"state"`
	}](args)
	if err != nil {
		return nil, err
	}
	began := c.s.resume(in.State)
	if began == nil || began.party != c.who.party {
		return nil, refuse("the login was not begun here, or is used or too old")
	}
	got, err := c.s.exchange(ctx, began, in.Code)
	if err != nil {
		return nil, err
	}
	return &node{"CompleteCriiptoVerifyEvidenceProviderOutput", map[string]any{"jwt": got.jwt}}, nil
}

func track(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		Event string `json:"event"`
	}](args)
	if err != nil {
		return nil, err
	}
	c.lock()
	for _, g := range c.who.party.members {
		c.s.tell(g.order, g, event{name: "SIGNATORY_" + in.Event})
	}
	v, err := viewer(ctx, c, nil)
	return &node{"TrackSignatoryOutput", map[string]any{"viewer": v}}, err
}

func beacon(ctx context.Context, c *call, _ map[string]any) (any, error) {
	v, err := viewer(ctx, c, nil)
	return &node{"SignatoryBeaconOutput", map[string]any{"viewer": v}}, err
}
