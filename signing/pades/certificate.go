package pades

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/cades"
	"github.com/dkeid/dkeid/internal/revocation"
)

// certificate judges the certificate that made a signature, at the proven time or else at the
// time of the judgement. A timestamp proves that the signature was made before it, so what was amiss
// at that time fails a signature only if the signer claims a time no better (ETSI EN 319 102-1, 5.3.4).
func (v *verification) certificate(out *Signature, signed *cades.Signed, claimed time.Time) {
	c, at := signed.Certificate, v.policy.At
	if out.Proven {
		at = out.Time
	}
	if !signs(c) {
		add(&out.Reasons, CertificateUse)
	}
	switch {
	case at.Before(c.NotBefore):
		add(&out.Reasons, CertificateNotYet)
		return
	case at.After(c.NotAfter) && out.Proven && claimed.After(c.NotAfter):
		add(&out.Reasons, CertificateExpired)
		return
	case at.After(c.NotAfter):
		add(&out.Reasons, ExpiredWithoutProof)
		return
	}
	if v.policy.pinned(c) {
		add(&out.Notes, Pinned)
		return
	}
	chain := v.chain(c, signed.Others, v.policy.Roots, at, x509.ExtKeyUsageAny)
	switch {
	case v.policy.Signers != nil && !slices.Contains(v.policy.Signers, out.Signer):
		add(&out.Reasons, CertificateUntrusted)
		return
	case chain == nil && v.policy.AnySeal:
		add(&out.Notes, AnySeal)
		return
	case chain == nil:
		add(&out.Reasons, CertificateUntrusted)
		return
	}
	for i := range chain[:len(chain)-1] {
		said := v.proofs.answers.Judge(chain[i], chain[i+1], at, v.policy.Skew)
		switch {
		case said.Status == revocation.Revoked && out.Proven && !claimed.Before(said.RevokedAt):
			add(&out.Reasons, CertificateRevoked)
		case said.Status == revocation.Revoked:
			add(&out.Reasons, RevokedWithoutProof)
		case said.Status == revocation.Unknown && !v.policy.NoRevocation:
			add(&out.Reasons, RevocationUnknown)
		}
	}
}

// signs reports whether a certificate is for signatures (RFC 5280, 4.2.1.3). One that does not say what
// it is for is.
func signs(c *x509.Certificate) bool {
	return c.KeyUsage == 0 || c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) != 0
}

// chain returns the shortest chain from c to one of roots at a time, also by way of certificates in
// the file; nil if there is none.
func (v *verification) chain(c *x509.Certificate, others []*x509.Certificate, roots *x509.CertPool, at time.Time, usage x509.ExtKeyUsage) []*x509.Certificate {
	return cades.Chain(c, slices.Concat(others, v.proofs.certificates), roots, at, usage)
}
