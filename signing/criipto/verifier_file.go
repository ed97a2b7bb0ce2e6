package criipto

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/signing"
)

// open reads the signed copy, compares it with the original, and returns the signatures
// behind the original.
func (c *verification) open() ([]pdfscan.Signature, error) {
	whole := !c.v.cfg.Rewritten
	if whole && !bytes.HasPrefix(c.x.Signed, c.x.Original) {
		return nil, refuse(signing.DocumentMismatch, "it does not begin with the original, byte for byte (VerifierConfig.Rewritten)")
	}
	f, err := pdfscan.Open(c.x.Signed)
	if err != nil {
		return nil, c.unreadable(err)
	}
	c.file = f
	all, err := f.Signatures()
	if err != nil {
		return nil, c.unreadable(err)
	}
	if whole {
		base, ok := f.Base(len(c.x.Original))
		if !ok {
			return nil, refuse(signing.DocumentModified, "the original is not its first state")
		}
		c.base = base
		all = slices.DeleteFunc(all, func(s pdfscan.Signature) bool { return s.Revision() <= base })
	}
	if len(all) == 0 {
		return nil, refuse(signing.SignatureInvalid, "nobody has signed it")
	}
	if !whole {
		c.base = all[0].Revision()
	}
	if c.grown, err = f.Unchanged(c.base, whole); err != nil {
		return nil, c.unreadable(err)
	}
	return all, nil
}

// unreadable returns the error for what pdfscan refuses.
func (c *verification) unreadable(err error) *signing.Error {
	e := &signing.Error{Kind: signing.SignatureInvalid, Why: "the signed copy cannot be trusted", Err: err}
	if p, ok := errors.AsType[*pdfscan.Error](err); ok && p.Reason == pdfscan.Modified {
		e.Kind, e.Why = signing.DocumentModified, "the signed copy was changed"
	}
	return e
}

// documentTimestamp checks a timestamp over the whole file up to there.
func (c *verification) documentTimestamp(s *pdfscan.Signature) error {
	t, err := cades.VerifyTimestamp(s.Contents, s.Digest)
	if err != nil {
		return &signing.Error{Kind: signing.SignatureInvalid, Why: "a document timestamp does not verify", Err: err}
	}
	return c.checkTimestamp(t, signing.SignatureInvalid)
}

// checkTimestamp checks who made a timestamp. Errors are of kind k.
func (c *verification) checkTimestamp(t *cades.Timestamp, k signing.Kind) error {
	roots := c.v.cfg.TimestampRoots
	if roots != nil && !cades.Chain(t.Certificate, t.Others, roots, t.Time, x509.ExtKeyUsageTimeStamping) {
		return refuse(k, "a timestamp of an authority that is not configured (VerifierConfig.TimestampRoots)")
	}
	if t.Time.After(c.now.Add(c.v.cfg.Skew)) {
		return refuse(k, "a timestamp from the future")
	}
	return nil
}

// signature checks one signature, its timestamp and its evidence.
func (c *verification) signature(ctx context.Context, s *pdfscan.Signature) error {
	if s.SubFilter != "ETSI.CAdES.detached" && s.SubFilter != "adbe.pkcs7.detached" {
		return refuse(signing.SignatureInvalid, "a signature of another form than a detached CMS message")
	}
	signed, err := cades.Verify(s.Contents, s.Digest)
	if err != nil {
		return &signing.Error{Kind: signing.SignatureInvalid, Why: "a signature does not verify", Err: err}
	}
	if !signed.Named {
		c.unnamed++
	}
	at, err := c.signatureTime(signed)
	if err != nil {
		return err
	}
	if err := c.checkSeal(signed, at); err != nil {
		return err
	}
	m, token, err := c.readEvidence(s.ContactInfo)
	if err != nil {
		return err
	}
	p, err := c.checkToken(ctx, token, at)
	if err != nil {
		return err
	}
	c.found = append(c.found, found{at: at, meta: m, proof: p})
	return nil
}

// signatureTime returns the time of a signature's timestamp; zero if it may lack one.
func (c *verification) signatureTime(s *cades.Signed) (time.Time, error) {
	if s.Timestamp == nil {
		if c.v.cfg.TimestampOptional {
			c.untimed++
			return time.Time{}, nil
		}
		return time.Time{}, refuse(signing.EvidenceIncomplete, "a signature without a timestamp (VerifierConfig.TimestampOptional)")
	}
	t, err := cades.VerifyTimestamp(s.Timestamp, func(h crypto.Hash) []byte {
		d := h.New()
		d.Write(s.Value)
		return d.Sum(nil)
	})
	if err != nil {
		return time.Time{}, &signing.Error{Kind: signing.EvidenceIncomplete, Why: "the timestamp of a signature does not verify", Err: err}
	}
	return t.Time, c.checkTimestamp(t, signing.EvidenceIncomplete)
}

// checkSeal compares the certificate that sealed the document with the configured ones.
func (c *verification) checkSeal(s *cades.Signed, at time.Time) error {
	cfg := &c.v.cfg
	if cfg.Seals != nil && !slices.Contains(cfg.Seals, signing.Digest(sha256.Sum256(s.Certificate.Raw))) {
		return refuse(signing.SignatureInvalid, "sealed with a certificate that is not configured (VerifierConfig.Seals)")
	}
	if at.IsZero() {
		at = c.now
	}
	if cfg.SealRoots != nil && !cades.Chain(s.Certificate, s.Others, cfg.SealRoots, at) {
		return refuse(signing.SignatureInvalid, "sealed with a certificate of an authority that is not configured (VerifierConfig.SealRoots)")
	}
	return nil
}
