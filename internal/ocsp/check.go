package ocsp

import (
	"bytes"
	"crypto/sha1" // RFC 6960 names certificates and responders by it; nothing signed rests on it
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"time"
)

// Check holds the answer against cert. issuer is the certificate of the authority
// that issued cert; nil if not known (see the package documentation). skew is how
// far the clocks may differ.
func (r *Response) Check(cert, issuer *x509.Certificate, now time.Time, skew time.Duration) error {
	switch {
	case cert == nil:
		return invalid("there is no certificate to compare with")
	case !r.IsAbout(cert, issuer):
		return invalid("about another certificate")
	case r.Status == Revoked:
		return invalid("the certificate is revoked")
	case r.Status != Good:
		return invalid("the responder does not know the certificate")
	}
	if err := r.CheckTime(now, skew); err != nil {
		return err
	}
	return r.checkSignature(cert, issuer)
}

// CheckTime refuses an answer that is not of now. An answer without an end is of
// no use to somebody who did not ask for it.
func (r *Response) CheckTime(now time.Time, skew time.Duration) error {
	late, early := now.Add(skew), now.Add(-skew)
	switch {
	case r.NextUpdate.IsZero():
		return invalid("it never ends")
	case r.ProducedAt.After(late), r.ThisUpdate.After(late):
		return invalid("from the future")
	case !r.NextUpdate.After(early):
		return invalid("outdated")
	case r.NextUpdate.Before(r.ThisUpdate):
		return invalid("it ends before it begins")
	}
	if c := r.Responder; c != nil && (late.Before(c.NotBefore) || early.After(c.NotAfter)) {
		return invalid("its signer's certificate is not valid now")
	}
	return nil
}

// IsAbout reports whether the answer names cert. issuer is as for Check.
func (r *Response) IsAbout(cert, issuer *x509.Certificate) bool {
	return r.Serial != nil && r.Serial.Cmp(cert.SerialNumber) == 0 && r.names(cert, issuer)
}

// names reports whether the answer's CertID is of cert's issuer.
func (r *Response) names(cert, issuer *x509.Certificate) bool {
	var hash func([]byte) []byte
	switch {
	case r.issuerHash.Equal(oidSHA1):
		hash = sum1
	case r.issuerHash.Equal(oidSHA256):
		hash = sum256
	default:
		return false
	}
	if !bytes.Equal(r.issuerName, hash(cert.RawIssuer)) {
		return false
	}
	if issuer == nil {
		return true
	}
	key, ok := keyBits(issuer)
	return ok && bytes.Equal(r.issuerKey, hash(key))
}

// checkSignature checks who signed, and that they may speak of cert.
func (r *Response) checkSignature(cert, issuer *x509.Certificate) error {
	signer := r.Responder
	if signer == nil {
		signer = issuer
	}
	switch {
	case signer == nil:
		return invalid("it does not say who signed it")
	case !r.isBy(signer):
		return invalid("signed by another than it says")
	case issuer != nil && cert.CheckSignatureFrom(issuer) != nil:
		return invalid("the certificate is not of the configured issuer")
	case issuer != nil && signer.Equal(issuer):
	case !bytes.Equal(signer.RawIssuer, cert.RawIssuer), !sameKeyID(signer.AuthorityKeyId, cert.AuthorityKeyId):
		return invalid("its signer is of another authority")
	case !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return invalid("its signer may not sign such answers")
	case issuer != nil && signer.CheckSignatureFrom(issuer) != nil:
		return invalid("its signer is not of the configured issuer")
	}
	if signer.CheckSignature(r.algorithm, r.signed, r.signature) != nil {
		return invalid("wrong signature")
	}
	return nil
}

// isBy reports whether signer is the one whom the answer names.
func (r *Response) isBy(signer *x509.Certificate) bool {
	if r.responder == nil {
		return bytes.Equal(r.responderName, signer.RawSubject)
	}
	key, ok := keyBits(signer)
	return ok && bytes.Equal(r.responder, sum1(key))
}

func sameKeyID(a, b []byte) bool { return len(a) == 0 || len(b) == 0 || bytes.Equal(a, b) }

// keyBits returns the public key without its algorithm, which is what the digests
// of RFC 6960 are of.
func keyBits(c *x509.Certificate) ([]byte, bool) {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	ok := read(c.RawSubjectPublicKeyInfo, &info)
	return info.Key.RightAlign(), ok
}

func sum1(b []byte) []byte {
	s := sha1.Sum(b)
	return s[:]
}

func sum256(b []byte) []byte {
	s := sha256.Sum256(b)
	return s[:]
}
