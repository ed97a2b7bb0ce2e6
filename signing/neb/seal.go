package neb

import (
	"context"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/pades"
)

// a reason is why a sealed PDF or a workflow token is refused.
type reason struct {
	kind signing.Kind
	text string
	err  error // the cause, whose text holds no input; may be nil
}

// as returns the reason as the error of c.
func (r *reason) as(c *call) error {
	e := c.fail(r.kind, r.text)
	e.Err = r.err
	return e
}

// checkSeal checks the seal of a PDF: one signature over the whole file, of the form CAdES,
// which verifies with the certificate in it, and a timestamp about it. It compares the
// certificates with Config.SealRoots, if there are any.
func (s *Service) checkSeal(ctx context.Context, pdf []byte) *reason {
	roots := s.cfg.sealRoots
	r, err := pades.Verify(ctx, pdf, pades.Policy{
		Roots: roots, At: s.cfg.now(), AnySeal: roots == nil, AnyTimestamp: roots == nil, Timestamps: true, NoRevocation: true,
		Evidence: pades.IgnoredEvidence, // the token is held against the order, and its keys are asked for
	})
	if err != nil {
		return &reason{signing.SignatureInvalid, "the sealed PDF cannot be read", err}
	}
	if len(r.Signatures) != 1 || len(r.Timestamps) != 0 || !r.Signatures[0].Whole && len(r.Signatures[0].Reasons) == 0 {
		return &reason{signing.SignatureInvalid, "the PDF does not have one seal that covers the whole file", nil}
	}
	if len(r.Reasons) == 0 {
		return nil
	}
	why, kind := r.Reasons[0], signing.SignatureInvalid
	switch why {
	case pades.TimestampMissing, pades.TimestampUntrusted, pades.TimestampWrong, pades.TimestampFuture:
		kind = signing.EvidenceIncomplete
	}
	return &reason{kind, "the seal of the PDF is refused: " + why.Text(pades.English), nil}
}
