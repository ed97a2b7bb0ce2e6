package fakepdf

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"
)

// freshFor is how long an answer about revocation holds.
const freshFor = 7 * 24 * time.Hour

// OCSP returns an answer of the Online Certificate Status Protocol (RFC 6960, DER)
// that says "good" about a certificate of this authority at a time. A responder
// signs it whose certificate is in the answer.
func (a *Authority) OCSP(cert *x509.Certificate, at time.Time) ([]byte, error) {
	return a.answer(cert, at, time.Time{})
}

// answer says that a certificate was revoked, or "good" if revoked is zero.
func (a *Authority) answer(cert *x509.Certificate, at, revoked time.Time) ([]byte, error) {
	keyBits := func(c *x509.Certificate) ([]byte, error) {
		var spki struct {
			Algorithm asn1.RawValue
			Key       asn1.BitString
		}
		_, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &spki)
		return spki.Key.Bytes, err
	}
	issuerKey, err := keyBits(a.root.cert)
	if err != nil {
		return nil, err
	}
	responderKey, err := keyBits(a.responder.cert)
	if err != nil {
		return nil, err
	}
	id := sequence(algorithm(oidSHA1), octetString(sum1(cert.RawIssuer)), octetString(sum1(issuerKey)), bigInteger(cert.SerialNumber))
	status := der(0x80)
	if !revoked.IsZero() {
		status = tagged(1, generalized(revoked))
	}
	single := sequence(id, status, generalized(at), tagged(0, generalized(at.Add(freshFor))))
	data := sequence(tagged(2, octetString(sum1(responderKey))), generalized(at), sequence(single))
	_, signID, err := a.responder.algorithms(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	h := crypto.SHA256.New()
	h.Write(data)
	value, err := a.responder.key.Sign(rand.Reader, h.Sum(nil), crypto.SHA256)
	if err != nil {
		return nil, err
	}
	basic := sequence(data, signID, bitString(value), tagged(0, sequence(a.responder.cert.Raw)))
	return sequence(der(0x0a, []byte{0}), tagged(0, sequence(oid(oidBasicOCSP), octetString(basic)))), nil
}

// CRL returns the list of revoked certificates at a time, which is empty (RFC 5280,
// DER).
func (a *Authority) CRL(at time.Time) ([]byte, error) { return a.list(at, nil, time.Time{}) }

// list has one certificate that was revoked, or none if revoked is zero.
func (a *Authority) list(at time.Time, cert *x509.Certificate, revoked time.Time) ([]byte, error) {
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: at.UTC(), NextUpdate: at.UTC().Add(freshFor)}
	if !revoked.IsZero() {
		l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: cert.SerialNumber, RevocationTime: revoked.UTC()}}
	}
	return x509.CreateRevocationList(rand.Reader, l, a.root.cert, a.root.key)
}

// answers are the OCSP answers and the list that go with a signature.
func (a *Authority) answers(at time.Time, wrong spoil) (ocsps [][]byte, crl []byte, err error) {
	by, seal := a, a.seal.cert
	if wrong.answers != nil {
		by = wrong.answers
	}
	if wrong.seal != nil {
		seal = wrong.seal.cert
	}
	at = at.Add(wrong.answered)
	for _, c := range []*x509.Certificate{seal, a.tsa.cert} {
		revoked := time.Time{}
		if c == seal && !wrong.listed {
			revoked = wrong.revoked
		}
		if wrong.revocation != nil {
			c = wrong.revocation
		}
		answer, err := by.answer(c, at, revoked)
		if err != nil {
			return nil, nil, err
		}
		ocsps = append(ocsps, answer)
	}
	listed := time.Time{}
	if wrong.listed {
		listed = wrong.revoked
	}
	crl, err = by.list(at, seal, listed)
	return ocsps, crl, err
}

func sum1(b []byte) []byte {
	s := sha1.Sum(b)
	return s[:]
}
