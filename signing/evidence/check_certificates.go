package evidence

import (
	"crypto/x509"
	"encoding/base64"
	"time"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/ocsp"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// signer is the certificate of a key that signed tokens.
type signer struct {
	token  *token
	cert   *x509.Certificate
	issuer *x509.Certificate // nil if not known
	ocsp   bool              // an OCSP answer about it was checked
}

// checkCertificates checks the certificates of transaction tokens, and every OCSP answer.
// Certificates of other tokens are notes of the issuer about its keys, which are trusted
// for their place in its key document (some are self-signed, with serial numbers that are
// not valid).
func (c *checker) checkCertificates() error {
	others := c.certificates()
	var signers []*signer
	for _, t := range c.tokens {
		if t.entry.Kind != PartTransactionToken {
			continue
		}
		s := &signer{token: t, cert: t.stored.Certificate}
		if s.cert == nil {
			c.report.not(t.entry.Name + ": the certificate of its key, which is missing or cannot be read")
		} else if err := c.checkSigner(s, others); err != nil {
			return err
		}
		signers = append(signers, s)
	}
	err := c.each(PartOCSP, func(e *ManifestEntry, content []byte) error { return c.checkOCSP(e, content, signers, others) })
	if err != nil {
		return err
	}
	for _, s := range signers {
		switch {
		case s.ocsp:
		case !c.policy.OCSPOptional:
			return failed(signing.EvidenceIncomplete, s.token.entry.Name, "there is no OCSP answer about its certificate")
		default:
			c.report.not(s.token.entry.Name + ": whether its certificate had been revoked")
		}
	}
	return nil
}

// certificates returns the certificates in the bundle: the parts, and the chains in the
// keys that verified the tokens. Those that cannot be read are left out.
func (c *checker) certificates() []*x509.Certificate {
	var all []*x509.Certificate
	_ = c.each(PartCertificate, func(_ *ManifestEntry, content []byte) error {
		if cert := parseCertificate(content); cert != nil {
			all = append(all, cert)
		}
		return nil
	})
	for _, t := range c.tokens {
		all = append(all, chainOf(t.stored.Key)...)
	}
	return all
}

const maxChain = 8 // certificates

// chainOf returns the certificates of a JWK (RFC 7517 section 4.7) that can be read.
func chainOf(jwk []byte) []*x509.Certificate {
	var k struct {
		Chain []string `json:"x5c"`
	}
	if jwk == nil || strictjson.Unmarshal(jwk, &k) != nil {
		return nil
	}
	var all []*x509.Certificate
	for _, encoded := range k.Chain[:min(len(k.Chain), maxChain)] {
		if der, err := base64.StdEncoding.Strict().DecodeString(encoded); err == nil {
			if cert, err := x509.ParseCertificate(der); err == nil {
				all = append(all, cert)
			}
		}
	}
	return all
}

// checkSigner checks the certificate of a transaction token at the time at which the
// token is judged.
func (c *checker) checkSigner(s *signer, others []*x509.Certificate) error {
	at, name := s.token.judged, s.token.entry.Name
	if at.Add(skew).Before(s.cert.NotBefore) || at.Add(-skew).After(s.cert.NotAfter) {
		return failed(signing.TokenInvalid, name, "its certificate was not valid at that time")
	}
	s.issuer = issuerOf(s.cert, others)
	if c.policy.SignerRoots == nil {
		c.report.checked(name + ": its certificate was valid at that time")
		c.report.not(name + ": who issued its certificate: set Policy.SignerRoots")
		return nil
	}
	chain := chainTo(s.cert, others, c.policy.SignerRoots, at)
	if len(chain) == 0 {
		return failed(signing.TokenInvalid, name, "its certificate is not of an authority in Policy.SignerRoots")
	}
	if len(chain) > 1 {
		s.issuer = chain[1]
	}
	c.report.checked(name + ": its certificate was valid at that time and is of an authority that you trust")
	return nil
}

// chainTo returns how cert leads to one of roots at a time; nil if it does not.
func chainTo(cert *x509.Certificate, others []*x509.Certificate, roots *x509.CertPool, at time.Time) []*x509.Certificate {
	between := x509.NewCertPool()
	for _, o := range others {
		between.AddCert(o)
	}
	all, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil || len(all) == 0 {
		return nil
	}
	return all[0]
}

// issuerOf returns the certificate among others that signed cert; nil if there is none.
func issuerOf(cert *x509.Certificate, others []*x509.Certificate) *x509.Certificate {
	for _, o := range others {
		if !o.Equal(cert) && cert.CheckSignatureFrom(o) == nil {
			return o
		}
	}
	return nil
}

// checkOCSP checks one OCSP answer. It must be about the certificate of a transaction
// token, or about another certificate in the bundle.
func (c *checker) checkOCSP(e *ManifestEntry, content []byte, signers []*signer, others []*x509.Certificate) error {
	der := content
	if b, ok := decode(string(content)); ok {
		der = b
	}
	answer, err := ocsp.Parse(der)
	if err != nil {
		return fromFault(signing.TokenInvalid, e.Name, err)
	}
	for _, s := range signers {
		if s.cert != nil && answer.IsAbout(s.cert, s.issuer) {
			s.ocsp = true
			return c.checkStatus(e, answer, s.cert, s.issuer, s.token.judged)
		}
	}
	for _, cert := range others {
		if issuer := issuerOf(cert, others); answer.IsAbout(cert, issuer) && len(c.tokens) > 0 {
			return c.checkStatus(e, answer, cert, issuer, c.tokens[0].judged)
		}
	}
	return failed(signing.EvidenceIncomplete, e.Name, "it is about another certificate than those in the bundle")
}

// checkStatus checks an answer about cert at a time. Brokers fetch the answer minutes
// before they sign, or just after, so an answer that was made later counts from then on.
func (c *checker) checkStatus(e *ManifestEntry, answer *ocsp.Response, cert, issuer *x509.Certificate, at time.Time) error {
	if answer.ProducedAt.After(at) && !answer.ThisUpdate.After(at.Add(skew)) && (c.stamp.IsZero() || !answer.ProducedAt.After(c.stamp.Add(skew))) {
		at = answer.ProducedAt
	}
	if issuer == nil {
		c.report.not(e.Name + ": whether its signer is of the authority that issued the certificate, which is not in the bundle")
	}
	if err := answer.Check(cert, issuer, at, skew); err != nil {
		return fromFault(signing.TokenInvalid, e.Name, err)
	}
	c.report.checked(e.Name + ": the certificate was good at that time, and who says so may say so")
	return nil
}
