package signingtest

import (
	"slices"
	"time"
)

// signature is what one signatory left on one document.
type signature struct {
	kind      string // the object's type in the schema
	signatory *signatory
	at        time.Time
	sealed    bool // in the file: not by noop
	jwt, jwks string
	claims    claimSet
	name      *string
	image     []byte
	parts     []*signature
}

const (
	kindJWT       = "JWTSignature"
	kindDrawn     = "DrawableSignature"
	kindEmpty     = "EmptySignature"
	kindComposite = "CompositeSignature"
)

// signatureNode returns a signature as the schema has it.
func (s *Service) signatureNode(g *signature) *node {
	seal := s.authority.SealCertificate()
	f := map[string]any{
		"signatory": lazy(func() any { return orNil(s.signatoryNode(g.signatory)) }),
		"signingCertificate": &node{"Certificate", map[string]any{
			"raw": blob(seal.Raw), "issuer": seal.Issuer.String(), "subject": seal.Subject.String(),
		}},
		"timestampToken": nil,
	}
	if g.sealed {
		tsa := s.authority.TSACertificate()
		f["timestampToken"] = &node{"TimestampToken", map[string]any{"timestamp": g.at, "certificate": &node{"Certificate", map[string]any{
			"raw": blob(tsa.Raw), "issuer": tsa.Issuer.String(), "subject": tsa.Subject.String(),
		}}}}
	}
	switch g.kind {
	case kindJWT:
		claims := make([]*node, 0, len(g.claims))
		for _, c := range g.claims {
			claims = append(claims, &node{"JWTClaim", map[string]any{"name": c.name, "value": c.text()}})
		}
		f["jwt"], f["jwks"], f["claims"] = g.jwt, g.jwks, claims
	case kindDrawn:
		f["name"], f["image"] = g.name, blob(g.image)
	case kindComposite:
		f["signatures"] = lazy(func() any {
			parts := make([]*node, 0, len(g.parts))
			for _, p := range slices.Backward(g.parts) {
				parts = append(parts, s.signatureNode(p))
			}
			return parts
		})
	}
	return &node{g.kind, f}
}
