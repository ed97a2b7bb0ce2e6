package criipto

import (
	"github.com/dkeid/dkeid/internal/contactinfo"
	"github.com/dkeid/dkeid/signing"
)

// meta says which order and signatory evidence is about.
type meta struct {
	order, signatory string
}

func incomplete(why string) *signing.Error { return refuse(signing.EvidenceIncomplete, why) }

// readEvidence returns what the evidence is about and the only token in it. A drawing, or
// nothing, proves nobody's identity. The evidence may hold pictures and keys; they are
// not looked at.
func (c *verification) readEvidence(contactInfo string) (meta, string, error) {
	if contactInfo == "" {
		return meta{}, "", incomplete("a signature without evidence")
	}
	e, err := contactinfo.Read(contactInfo)
	if err != nil {
		return meta{}, "", &signing.Error{Kind: signing.EvidenceIncomplete, Why: "the evidence of a signature cannot be used", Err: err}
	}
	for _, at := range e.Environments {
		if at != "PRODUCTION" && (at != "TEST" || !c.v.cfg.AllowTest) {
			return meta{}, "", incomplete("evidence of a test environment (VerifierConfig.AllowTest)")
		}
	}
	token := ""
	for _, p := range e.Parts {
		switch {
		case p.Token != "" && token != "":
			return meta{}, "", incomplete("a signature with two tokens")
		case p.Token != "":
			token = p.Token
		}
	}
	if token == "" {
		return meta{}, "", incomplete("a signature that is a drawing, or nothing, which proves nobody's identity")
	}
	return meta{e.Order, e.Signatory}, token, nil
}
