package neb

import (
	"crypto"
	"crypto/x509"
	"time"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/signing"
)

// skew is how far the clock of a timestamp authority may be ahead of ours.
const skew = 5 * time.Minute

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
// certificate with Config.SealRoots, if there are any.
func (s *Service) checkSeal(pdf []byte) *reason {
	bad := func(why string, err error) *reason { return &reason{signing.SignatureInvalid, why, err} }
	f, err := pdfscan.Open(pdf)
	if err != nil {
		return bad("the sealed PDF cannot be read", err)
	}
	all, err := f.Signatures()
	if err != nil {
		return bad("the seal of the PDF cannot be trusted", err)
	}
	if len(all) != 1 || all[0].Timestamp || all[0].SubFilter != "ETSI.CAdES.detached" || all[0].End != len(pdf) {
		return bad("the PDF does not have one seal that covers the whole file", nil)
	}
	seal, err := cades.Verify(all[0].Contents, all[0].Digest)
	if err != nil {
		return bad("the seal of the PDF does not verify", err)
	}
	if !seal.Named {
		return &reason{signing.SignatureInvalid, "the seal of the PDF does not name its certificate", nil}
	}
	if seal.Timestamp == nil {
		return &reason{signing.EvidenceIncomplete, "the seal of the PDF has no timestamp", nil}
	}
	stamp, err := cades.VerifyTimestamp(seal.Timestamp, func(h crypto.Hash) []byte {
		d := h.New()
		_, _ = d.Write(seal.Value) // never fails (hash.Hash)
		return d.Sum(nil)
	})
	if err != nil {
		return &reason{signing.EvidenceIncomplete, "the timestamp of the seal does not verify", err}
	}
	if stamp.Time.After(s.cfg.now().Add(skew)) {
		return &reason{signing.EvidenceIncomplete, "the timestamp of the seal is from the future", nil}
	}
	roots := s.cfg.sealRoots
	switch {
	case roots == nil:
	case !cades.Chain(stamp.Certificate, stamp.Others, roots, stamp.Time, x509.ExtKeyUsageTimeStamping):
		return &reason{signing.EvidenceIncomplete, "the timestamp of the seal is not of an authority in Config.SealRoots", nil}
	case !cades.Chain(seal.Certificate, seal.Others, roots, stamp.Time):
		return bad("the seal of the PDF is not of an authority in Config.SealRoots", nil)
	}
	return nil
}
