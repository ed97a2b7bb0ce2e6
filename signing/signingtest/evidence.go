package signingtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"slices"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

type signInput struct {
	ID string `json:"id"`
	partInput
	AllOf     *partInput `json:"allOf"`
	Documents []struct {
		ID   string `json:"id"`
		Form *struct {
			Fields []struct {
				Field string `json:"field"`
				Value string `json:"value"`
			} `json:"fields"`
		} `json:"form"`
	} `json:"documents"`
}

// partInput is the evidence that a caller brings.
type partInput struct {
	CriiptoVerify *struct {
		JWT string `json:"jwt"`
	} `json:"criiptoVerify"`
	CriiptoVerifyV2 *struct {
		Code  string `json:"code"`
		State string `json:"state"`
	} `json:"criiptoVerifyV2"`
	Drawable *struct {
		Image []byte  `json:"image"`
		Name  *string `json:"name"`
	} `json:"drawable"`
	Noop bool `json:"noop"`
}

// gather turns what the caller brings into the evidence that a provider demands. It may
// ask the tenant, so the caller does not hold the lock.
func (c *call) gather(ctx context.Context, p *provider, in *signInput, party *party) (*signature, error) {
	if p.kind != kindAllOf {
		return c.gatherPart(ctx, p, &in.partInput, party)
	}
	if in.AllOf == nil {
		return nil, refuse("the evidence must be in allOf")
	}
	all := &signature{kind: kindComposite}
	for _, part := range p.all {
		g, err := c.gatherPart(ctx, part, in.AllOf, party)
		if err != nil {
			return nil, err
		}
		all.parts = append(all.parts, g)
	}
	return all, nil
}

func (c *call) gatherPart(ctx context.Context, p *provider, in *partInput, party *party) (*signature, error) {
	switch p.kind {
	case kindNoop:
		if !in.Noop {
			return nil, refuse("noop must be true")
		}
		return &signature{kind: kindEmpty}, nil
	case kindDrawable:
		return drawn(p, in)
	case kindVerify:
		got, err := c.loggedIn(ctx, p, in, party)
		if err != nil {
			return nil, err
		}
		return &signature{kind: kindJWT, jwt: got.jwt, jwks: got.jwks, claims: got.claims}, nil
	}
	return nil, refuse("this evidence provider cannot sign")
}

func drawn(p *provider, in *partInput) (*signature, error) {
	if in.Drawable == nil {
		return nil, refuse("drawable is missing")
	}
	size, err := png.DecodeConfig(bytes.NewReader(in.Drawable.Image))
	switch {
	case err != nil:
		return nil, refuse("the drawing must be a PNG")
	case p.drawable.RequireName && (in.Drawable.Name == nil || *in.Drawable.Name == ""):
		return nil, refuse("the drawing must come with a name")
	case p.drawable.MinimumWidth != nil && size.Width < *p.drawable.MinimumWidth, p.drawable.MinimumHeight != nil && size.Height < *p.drawable.MinimumHeight:
		return nil, refuse("the drawing is too small")
	}
	return &signature{kind: kindDrawn, name: in.Drawable.Name, image: in.Drawable.Image}, nil
}

// loggedIn returns the proof of a login that the caller began, or brings.
func (c *call) loggedIn(ctx context.Context, p *provider, in *partInput, party *party) (*proof, error) {
	switch {
	case in.CriiptoVerifyV2 != nil:
		began := c.s.resume(in.CriiptoVerifyV2.State)
		if began == nil || began.party != party || began.stage != stageSign || began.provider != p {
			return nil, refuse("the login was not begun here, or is used or too old")
		}
		return c.s.exchange(ctx, began, in.CriiptoVerifyV2.Code)
	case in.CriiptoVerify != nil:
		return c.s.accept(ctx, p, in.CriiptoVerify.JWT)
	}
	return nil, refuse("criiptoVerifyV2 is missing")
}

// token returns the signature's part that is a token, or nil.
func (g *signature) token() *signature {
	if g.kind == kindJWT {
		return g
	}
	for _, p := range g.parts {
		if p.kind == kindJWT {
			return p
		}
	}
	return nil
}

// suits reports whether the evidence has the claims that the application demands of a
// signatory. The application may demand several; all must fit.
func (g *signatory) suits(cs claimSet) bool {
	return !slices.ContainsFunc(g.rules, func(r rule) bool {
		i := slices.IndexFunc(cs, func(c claim) bool { return c.name == r.key })
		return i < 0 || r.hashOf(cs[i].text()) != r.hash
	})
}

// contactInfo is the evidence as it stands in the signature dictionary of the file.
func (s *Service) contactInfo(g *signature, o *order, who *signatory) string {
	meta := mitidtest.Object{
		{"applicationId", s.appID}, {"signatureOrderId", o.guid}, {"signatoryId", who.guid}, {"environment", s.environment()},
	}
	kind, value := s.evidence(g)
	all := mitidtest.Object{{"meta", string(meta.Bytes())}}
	if !s.set.Production {
		all.Add("environment", "TEST")
	}
	all.Add("type", kind)
	if text, ok := value.(mitidtest.Object); ok {
		all.Add("value", string(text.Bytes()))
	} else if text, err := json.Marshal(value); err == nil {
		all.Add("value", string(text))
	}
	return string(all.Bytes())
}

// evidence returns kind and value of a signature's evidence.
func (s *Service) evidence(g *signature) (kind string, value any) {
	prefix := "criipto."
	if s.set.OldEvidence {
		prefix = ""
	}
	switch g.kind {
	case kindJWT:
		return prefix + "signature.jwt.v1", mitidtest.Object{{"jwt", g.jwt}, {"jwks", g.jwks}}
	case kindDrawn:
		o := mitidtest.Object{{"image", base64.StdEncoding.EncodeToString(g.image)}}
		if g.name != nil {
			o.Add("name", *g.name)
		}
		return prefix + "signature.drawable.v1", o
	case kindComposite:
		list := []mitidtest.Object{}
		for _, p := range g.parts {
			kind, value := s.evidence(p)
			list = append(list, mitidtest.Object{{"type", kind}, {"value", value}})
		}
		return prefix + "signature.composite.v1", list
	}
	return prefix + "signature.empty.v1", mitidtest.Object{}
}
