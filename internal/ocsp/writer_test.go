package ocsp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is an authority, a certificate of it and a responder that speaks for it.
type world struct {
	testing.TB
	ca, cert, responder          *x509.Certificate
	caKey, certKey, responderKey *ecdsa.PrivateKey
}

func newWorld(tb testing.TB) *world {
	w := &world{TB: tb}
	w.ca, w.caKey = w.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Prøvestat CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	w.cert, w.certKey = w.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Æblegården"}})
	w.responder, w.responderKey = w.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "OCSP"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}})
	return w
}

func (w *world) issue(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(w, err)
	c.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(w, err)
	if c.NotBefore.IsZero() {
		c.NotBefore, c.NotAfter = now.Add(-time.Hour), now.Add(time.Hour)
	}
	parent, signer := w.ca, w.caKey
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	require.NoError(w, err)
	out, err := x509.ParseCertificate(der)
	require.NoError(w, err)
	return out, key
}

// The types of RFC 6960 once more, for writing: reading and writing must not share
// their mistakes.
type (
	outSingle struct {
		ID struct {
			Hash              pkix.AlgorithmIdentifier
			NameHash, KeyHash []byte
			Serial            *big.Int
		}
		Status     asn1.RawValue
		ThisUpdate time.Time        `asn1:"generalized"`
		NextUpdate time.Time        `asn1:"generalized,explicit,tag:0,optional"`
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	outData struct {
		Version    int `asn1:"explicit,tag:0,optional"`
		Responder  asn1.RawValue
		ProducedAt time.Time `asn1:"generalized"`
		Responses  []outSingle
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	outBasic struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	outResponse struct {
		Status asn1.Enumerated
		Bytes  struct {
			Type     asn1.ObjectIdentifier
			Response []byte
		} `asn1:"explicit,tag:0"`
	}
	// draft is an answer before it is written.
	draft struct {
		single    outSingle
		data      outData
		basic     outBasic
		response  outResponse
		signer    *ecdsa.PrivateKey
		responder *x509.Certificate // whom the answer names; if nil, as it stands
	}
)

func (w *world) der(v any) []byte {
	out, err := asn1.Marshal(v)
	require.NoError(w, err)
	return out
}

func context(tag int, compound bool, b []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: compound, Bytes: b}
}

func (w *world) keyBits(c *x509.Certificate) []byte {
	bits, ok := keyBits(c)
	require.True(w, ok)
	return bits
}

// answer writes an answer about w.cert; change spoils it.
func (w *world) answer(change func(*draft)) []byte {
	d := &draft{signer: w.responderKey, responder: w.responder}
	id := &d.single.ID
	id.Hash.Algorithm = oidSHA1
	id.NameHash, id.KeyHash, id.Serial = sum1(w.cert.RawIssuer), sum1(w.keyBits(w.ca)), w.cert.SerialNumber
	d.single.Status = context(0, false, nil)
	d.single.ThisUpdate, d.single.NextUpdate = now.Add(-10*time.Minute), now.Add(time.Hour)
	d.data.ProducedAt = now.Add(-9 * time.Minute)
	d.data.Responses = make([]outSingle, 1)
	d.basic.Algorithm.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	d.basic.Certs = []asn1.RawValue{{FullBytes: w.responder.Raw}}
	d.response.Bytes.Type = oidBasic
	if change != nil {
		change(d)
	}
	if d.responder != nil {
		d.data.Responder = context(2, true, w.der(sum1(w.keyBits(d.responder))))
	}
	for i := range d.data.Responses {
		d.data.Responses[i] = d.single
	}
	data := w.der(d.data)
	sum := sha256.Sum256(data)
	sig, err := ecdsa.SignASN1(rand.Reader, d.signer, sum[:])
	require.NoError(w, err)
	d.basic.Data.FullBytes = data
	if d.basic.Signature.Bytes == nil {
		d.basic.Signature = asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}
	}
	if d.response.Bytes.Response == nil {
		d.response.Bytes.Response = w.der(d.basic)
	}
	return w.der(d.response)
}
