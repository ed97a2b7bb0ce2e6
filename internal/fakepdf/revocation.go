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
	single := sequence(id, der(0x80), generalized(at), tagged(0, generalized(at.Add(freshFor))))
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
func (a *Authority) CRL(at time.Time) ([]byte, error) {
	return x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: at.UTC(), NextUpdate: at.UTC().Add(freshFor),
	}, a.root.cert, a.root.key)
}

func sum1(b []byte) []byte {
	s := sha1.Sum(b)
	return s[:]
}
