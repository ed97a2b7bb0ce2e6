package signingtest

import "slices"

// provider is one way to prove who signs.
type provider struct {
	id        string
	kind      string // the object's type in the schema
	byDefault bool
	verify    verifyInput
	drawable  drawableInput
	name      string // of noop and oidc
	all       []*provider
}

const (
	kindVerify   = "CriiptoVerifySignatureEvidenceProvider"
	kindDrawable = "DrawableSignatureEvidenceProvider"
	kindNoop     = "NoopSignatureEvidenceProvider"
	kindOidc     = "OidcJWTSignatureEvidenceProvider"
	kindAllOf    = "AllOfSignatureEvidenceProvider"
)

type verifyInput struct {
	ACRValues         []string `json:"acrValues"`
	Scope             *string  `json:"scope"`
	LoginHint         *string  `json:"loginHint"`
	Message           *string  `json:"message"`
	UniqueEvidenceKey *string  `json:"uniqueEvidenceKey"`
	Audiences         []string `json:"audiences"`
	Version           *string  `json:"version"`
	AlwaysRedirect    bool     `json:"alwaysRedirect"`
}

type drawableInput struct {
	RequireName   bool `json:"requireName"`
	MinimumWidth  *int `json:"minimumWidth"`
	MinimumHeight *int `json:"minimumHeight"`
}

type oidcInput struct {
	Name              string   `json:"name"`
	Domain            string   `json:"domain"`
	ClientID          string   `json:"clientID"`
	Audience          string   `json:"audience"`
	ACRValues         []string `json:"acrValues"`
	UniqueEvidenceKey *string  `json:"uniqueEvidenceKey"`
}

type providerInput struct {
	ID            string         `json:"id"` // of a signatory's override
	CriiptoVerify *verifyInput   `json:"criiptoVerify"`
	Drawable      *drawableInput `json:"drawable"`
	Noop          *struct {
		Name string `json:"name"`
	} `json:"noop"`
	Oidc  *oidcInput `json:"oidc"`
	AllOf *struct {
		Providers []providerInput `json:"providers"`
	} `json:"allOf"`
	EnabledByDefault *bool `json:"enabledByDefault"`
}

// chosen counts the members that say what a provider is.
func (in *providerInput) chosen() int {
	n := 0
	for _, there := range []bool{in.CriiptoVerify != nil, in.Drawable != nil, in.Noop != nil, in.Oidc != nil, in.AllOf != nil} {
		if there {
			n++
		}
	}
	return n
}

// newProvider makes a provider of what the caller asks for.
func newProvider(in *providerInput, set Settings, single bool) (*provider, error) {
	if in.chosen() != 1 {
		return nil, refuse("an evidence provider must have exactly one of criiptoVerify, drawable, noop, oidc and allOf")
	}
	p := &provider{byDefault: in.EnabledByDefault == nil || *in.EnabledByDefault}
	switch {
	case in.CriiptoVerify != nil:
		p.kind, p.verify = kindVerify, *in.CriiptoVerify
		if m := p.verify.Message; m != nil && len([]rune(*m)) > maxMessage {
			return nil, refusef("message must have %d characters at most", maxMessage)
		}
	case in.Drawable != nil:
		p.kind, p.drawable = kindDrawable, *in.Drawable
	case in.Noop != nil:
		if set.Production {
			return nil, refuse("noop is for test environments")
		}
		p.kind, p.name = kindNoop, in.Noop.Name
	case in.Oidc != nil:
		return nil, refuse("oidc is deprecated, and this fake does not have it")
	case single:
		return nil, refuse("allOf must not hold another allOf")
	default:
		p.kind = kindAllOf
		if len(in.AllOf.Providers) == 0 {
			return nil, refuse("allOf must hold a provider")
		}
		for i := range in.AllOf.Providers {
			part, err := newProvider(&in.AllOf.Providers[i], set, true)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(p.all, func(other *provider) bool { return other.kind == part.kind }) {
				return nil, refuse("allOf must not hold two providers of one kind")
			}
			p.all = append(p.all, part)
		}
	}
	p.id = newID(p.kind)
	return p, nil
}

// maxMessage is how many characters the MitID app shows.
const maxMessage = 130

// holdsVerify reports whether p logs the signatory in.
func (p *provider) holdsVerify() bool { return p.find(kindVerify) != nil }

// find returns p, or the part of it, that is of a kind, or nil.
func (p *provider) find(kind string) *provider {
	if p.kind == kind {
		return p
	}
	for _, part := range p.all {
		if part.kind == kind {
			return part
		}
	}
	return nil
}

// verifyPart returns the provider of that id that logs somebody in, also inside of one
// that demands several, or nil.
func verifyPart(all []*provider, id string) *provider {
	for _, p := range all {
		if v := p.find(kindVerify); v != nil && (p.id == id || v.id == id) {
			return v
		}
	}
	return nil
}

func providerByID(all []*provider, id string) *provider {
	for _, p := range all {
		if p.id == id {
			return p
		}
	}
	return nil
}

// node returns p as the schema has it.
func (p *provider) node(s *Service) *node {
	n := &node{kind: p.kind, fields: map[string]any{"id": p.id}}
	f := n.fields
	switch p.kind {
	case kindVerify:
		f["name"], f["domain"], f["clientID"] = "Criipto Verify", domainOf(s.tenant.Issuer()), s.tenant.ClientID()
		f["audience"], f["audiences"] = s.tenant.ClientID(), append([]string{s.tenant.ClientID()}, p.verify.Audiences...)
		f["acrValues"], f["alwaysRedirect"] = s.acrs(p), p.verify.AlwaysRedirect
		f["scope"], f["loginHint"], f["message"] = p.verify.Scope, p.verify.LoginHint, p.verify.Message
		f["environment"] = s.environment()
		f["version"] = "V2"
		if p.verify.Version != nil {
			f["version"] = *p.verify.Version
		}
	case kindDrawable:
		f["requireName"], f["minimumWidth"], f["minimumHeight"] = p.drawable.RequireName, p.drawable.MinimumWidth, p.drawable.MinimumHeight
	case kindNoop:
		f["name"] = p.name
	case kindAllOf:
		f["providers"] = lazy(func() any { return providerNodes(s, p.all) })
	}
	return n
}

// providerNodes returns providers in an order that is not the input's, as the real
// service does not promise one.
func providerNodes(s *Service, all []*provider) []*node {
	nodes := make([]*node, 0, len(all))
	for _, p := range slices.Backward(all) {
		nodes = append(nodes, p.node(s))
	}
	return nodes
}

// acrs returns the ways to log in that a provider allows.
func (s *Service) acrs(p *provider) []string {
	if len(p.verify.ACRValues) > 0 {
		return p.verify.ACRValues
	}
	return []string{"urn:grn:authn:dk:mitid:substantial", "urn:grn:authn:dk:mitid:high", "urn:grn:authn:dk:mitid:low"}
}

// environment is the schema's word for where the fake plays.
func (s *Service) environment() string {
	if s.set.Production {
		return "PRODUCTION"
	}
	return "TEST"
}
