package criipto

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/pades"
)

// policy is what a signed copy must be like, but for its evidence: that is held against the
// order here, and its keys are asked for.
func (c *verification) policy() pades.Policy {
	cfg := &c.v.cfg
	p := pades.Policy{
		Roots: cfg.SealRoots, TimestampRoots: cfg.TimestampRoots, At: c.now, Skew: cfg.Skew,
		AnySeal: cfg.SealRoots == nil, AnyTimestamp: cfg.TimestampRoots == nil, NoRevocation: true, Evidence: pades.IgnoredEvidence,
	}
	if !cfg.Rewritten {
		p.Original = c.x.Original
	}
	return p
}

// open judges the signed copy as a file.
func (c *verification) open(ctx context.Context) (*pades.Report, error) {
	if !c.v.cfg.Rewritten && !bytes.HasPrefix(c.x.Signed, c.x.Original) {
		return nil, refuse(signing.DocumentMismatch, "it does not begin with the original, byte for byte (VerifierConfig.Rewritten)")
	}
	r, err := pades.Verify(ctx, c.x.Signed, c.policy())
	switch {
	case errors.Is(err, pades.ErrUnreadable):
		return nil, c.unreadable(err)
	case err != nil:
		return nil, &signing.Error{Kind: signing.Unavailable, Why: "the signed copy was not judged", Err: err}
	}
	r.Signatures = slices.DeleteFunc(r.Signatures, func(s pades.Signature) bool { return s.InOriginal })
	if len(r.Signatures) == 0 {
		return nil, refuse(signing.SignatureInvalid, "nobody has signed it")
	}
	whole := false
	for _, s := range r.Signatures {
		whole = whole || s.Whole
		for _, reason := range s.Reasons {
			if reason == pades.CertificateUnnamed {
				c.unnamed++
				continue
			}
			return nil, refuse(kindOf(reason, signing.EvidenceIncomplete), "a signature is refused: "+reason.Text(pades.English))
		}
		if !s.Stamped && !c.v.cfg.TimestampOptional {
			return nil, refuse(signing.EvidenceIncomplete, "a signature without a timestamp (VerifierConfig.TimestampOptional)")
		}
	}
	for _, t := range r.Timestamps {
		whole = whole || t.Whole
		for _, reason := range t.Reasons {
			return nil, refuse(kindOf(reason, signing.SignatureInvalid), "a document timestamp is refused: "+reason.Text(pades.English))
		}
	}
	for _, reason := range []pades.Reason{pades.OriginalDiffers, pades.Malformed} {
		if slices.Contains(r.Reasons, reason) {
			return nil, refuse(kindOf(reason, 0), "the signed copy is refused: "+reason.Text(pades.English))
		}
	}
	if !whole {
		return nil, refuse(signing.DocumentModified, "the last signature does not reach the end of the file; if the order is still open, close it first")
	}
	c.grown = r.Grown
	return r, nil
}

// kindOf is the kind of error for a reason. stamp is that for what is wrong with a timestamp.
func kindOf(r pades.Reason, stamp signing.Kind) signing.Kind {
	switch r {
	case pades.Modified, pades.FormFilled, pades.Replaced, pades.OriginalDiffers: // it begins with the original
		return signing.DocumentModified
	case pades.TimestampMissing, pades.TimestampUntrusted, pades.TimestampWrong, pades.TimestampFuture:
		return stamp
	}
	return signing.SignatureInvalid
}

// unreadable returns the error for a file that cannot be read.
func (c *verification) unreadable(err error) *signing.Error {
	e := &signing.Error{Kind: signing.SignatureInvalid, Why: "the signed copy cannot be trusted", Err: err}
	if p, ok := errors.AsType[*pdfscan.Error](err); ok && p.Reason == pdfscan.Modified {
		e.Kind, e.Why = signing.DocumentModified, "the signed copy was changed"
	}
	return e
}

// signature checks the evidence of one signature.
func (c *verification) signature(ctx context.Context, s *pades.Signature) error {
	if !c.sealed(s) {
		return refuse(signing.SignatureInvalid, "sealed with a certificate that is not configured (VerifierConfig.Seals)")
	}
	m, token, err := c.readEvidence(s.ContactInfo())
	if err != nil {
		return err
	}
	f := found{meta: m}
	if s.Stamped {
		f.at = s.Time
	} else {
		c.untimed++
	}
	if f.proof, err = c.checkToken(ctx, token, f.at); err != nil {
		return err
	}
	c.found = append(c.found, f)
	return nil
}

// sealed compares the certificate that sealed the document with the configured ones.
func (c *verification) sealed(s *pades.Signature) bool {
	sum := signing.Digest(sha256.Sum256(s.Certificate.Raw))
	for _, one := range c.v.cfg.Seals {
		if one == sum {
			return true
		}
	}
	return c.v.cfg.Seals == nil
}
