package evidence

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"time"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/ocsp"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// The limits of certificates: what a check of one may cost has an end.
const (
	maxCertificates = 64
	maxCertificate  = 16 << 10 // bytes
	maxModulus      = 8192     // bits of an RSA key
	maxOCSP         = 32       // answers
	maxChain        = 8        // certificates of a key
)

// signer is the certificate of a key that signed tokens.
type signer struct {
	token  *token
	cert   *x509.Certificate
	issuer *x509.Certificate // nil if not known
	ocsp   bool              // an OCSP answer about it was checked
}

// checkCertificates checks the certificates of transaction and workflow tokens, which are
// an organisation's, and every OCSP answer.
// Certificates of other tokens are notes of the issuer about its keys, which are trusted
// for their place in its key document (some are self-signed, with serial numbers that are
// not valid).
func (c *checker) checkCertificates() error {
	others, err := c.certificates()
	if err != nil {
		return err
	}
	var signers []*signer
	for _, t := range c.tokens {
		if t.entry.Kind != PartTransactionToken && t.entry.Kind != PartWorkflowToken {
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
	answers := 0
	err = c.each(PartOCSP, func(e *ManifestEntry, content []byte) error {
		if answers++; answers > maxOCSP {
			return failed(signing.InputInvalid, e.Name, "there are too many OCSP answers")
		}
		return c.checkOCSP(e, content, signers, others)
	})
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

// certificates returns the certificates in the bundle, each once: the parts, and the
// chains in the keys that verified the tokens. Those that cannot be read are left out.
func (c *checker) certificates() (*certificates, error) {
	all := new(certificates)
	err := c.each(PartCertificate, func(e *ManifestEntry, content []byte) error {
		return all.add(e.Name, parseCertificate(content))
	})
	if err != nil {
		return nil, err
	}
	for _, t := range c.tokens {
		for _, cert := range chainOf(t.stored.Key) {
			if err := all.add(t.entry.Name, cert); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// certificates are the certificates of a bundle, and who issued each.
type certificates struct {
	all     []*x509.Certificate
	issuers map[*x509.Certificate]*x509.Certificate
}

func (s *certificates) add(part string, cert *x509.Certificate) error {
	if cert == nil || slices.ContainsFunc(s.all, cert.Equal) {
		return nil
	}
	if len(s.all) == maxCertificates {
		return failed(signing.InputInvalid, part, "there are too many certificates")
	}
	s.all = append(s.all, cert)
	return nil
}

// issuerOf returns the certificate that signed cert; nil if there is none.
func (s *certificates) issuerOf(cert *x509.Certificate) *x509.Certificate {
	if issuer, known := s.issuers[cert]; known {
		return issuer
	}
	var found *x509.Certificate
	for _, o := range s.all {
		if bytes.Equal(o.RawSubject, cert.RawIssuer) && !o.Equal(cert) && cert.CheckSignatureFrom(o) == nil {
			found = o
			break
		}
	}
	if s.issuers == nil {
		s.issuers = make(map[*x509.Certificate]*x509.Certificate)
	}
	s.issuers[cert] = found
	return found
}

// chainTo returns how cert leads to one of roots at a time; nil if it does not.
func (s *certificates) chainTo(cert *x509.Certificate, roots *x509.CertPool, at time.Time) []*x509.Certificate {
	between := x509.NewCertPool()
	for _, o := range s.all {
		between.AddCert(o)
	}
	all, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil || len(all) == 0 {
		return nil
	}
	return all[0]
}

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
		if der, ok := decode(encoded); ok {
			if cert := parseDER(der); cert != nil {
				all = append(all, cert)
			}
		}
	}
	return all
}

// parseCertificate reads a certificate as DER or PEM; nil if it cannot be read.
func parseCertificate(content []byte) *x509.Certificate {
	if block, rest := pem.Decode(content); block != nil && block.Type == "CERTIFICATE" && len(bytes.TrimSpace(rest)) == 0 {
		content = block.Bytes
	}
	return parseDER(content)
}

// parseDER reads a certificate; nil if it cannot be read, or is too long.
func parseDER(der []byte) *x509.Certificate {
	if len(der) > maxCertificate {
		return nil
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	if k, ok := cert.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() > maxModulus {
		return nil
	}
	return cert
}

// checkSigner checks the certificate of a transaction token at the time at which the
// token is judged.
func (c *checker) checkSigner(s *signer, others *certificates) error {
	at, name := s.token.judged, s.token.entry.Name
	if at.Add(skew).Before(s.cert.NotBefore) || at.Add(-skew).After(s.cert.NotAfter) {
		return failed(signing.TokenInvalid, name, "its certificate was not valid at that time")
	}
	s.issuer = others.issuerOf(s.cert)
	if c.policy.SignerRoots == nil {
		c.report.checked(name + ": its certificate was valid at that time")
		c.report.not(name + ": who issued its certificate: set Policy.SignerRoots")
		return nil
	}
	chain := others.chainTo(s.cert, c.policy.SignerRoots, at)
	if len(chain) == 0 {
		return failed(signing.TokenInvalid, name, "its certificate is not of an authority in Policy.SignerRoots")
	}
	if len(chain) > 1 {
		s.issuer = chain[1]
	}
	c.report.checked(name + ": its certificate was valid at that time and is of an authority that you trust")
	return nil
}

// checkOCSP checks one OCSP answer. It must be about the certificate of a transaction
// token, or about another certificate in the bundle.
func (c *checker) checkOCSP(e *ManifestEntry, content []byte, signers []*signer, others *certificates) error {
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
	for _, cert := range others.all {
		if issuer := others.issuerOf(cert); answer.IsAbout(cert, issuer) && len(c.tokens) > 0 {
			return c.checkStatus(e, answer, cert, issuer, c.judgedAt(cert))
		}
	}
	return failed(signing.EvidenceIncomplete, e.Name, "it is about another certificate than those in the bundle")
}

// judgedAt returns the time at which the token of a certificate is judged; that of the
// first token if there is none.
func (c *checker) judgedAt(cert *x509.Certificate) time.Time {
	for _, t := range c.tokens {
		if t.stored.Certificate != nil && t.stored.Certificate.Equal(cert) {
			return t.judged
		}
	}
	return c.tokens[0].judged
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
	if issuer == nil {
		c.report.checked(e.Name + ": it says that the certificate was good at that time")
	} else {
		c.report.checked(e.Name + ": it says that the certificate was good at that time, signed for the authority that issued it")
	}
	return nil
}
