package neb_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// start is the time of every test.
var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// pki is the broker's keys and the authority behind them, made once per test
// binary because RSA keys are slow to make.
type pki struct {
	token, transaction, stranger *signingKey
	ca                           *x509.Certificate
	caKey                        *ecdsa.PrivateKey
	responder                    *x509.Certificate
	responderKey                 *ecdsa.PrivateKey
}

type signingKey struct {
	id   string
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func (k *signingKey) jwk() map[string]any {
	sum := sha1.Sum(k.cert.Raw)
	return map[string]any{
		"kty": "RSA", "use": "sig", "kid": k.id, "x5t": base64.RawURLEncoding.EncodeToString(sum[:]),
		"e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(k.key.N.Bytes()), "x5c": []string{base64.StdEncoding.EncodeToString(k.cert.Raw)},
	}
}

// sign makes a token of payload.
func (k *signingKey) sign(tb testing.TB, typ string, payload any) string {
	tb.Helper()
	head, err := json.Marshal(map[string]any{"alg": "RS256", "kid": k.id, "typ": typ})
	require.NoError(tb, err)
	body, err := json.Marshal(payload)
	require.NoError(tb, err)
	signed := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(nil, k.key, crypto.SHA256, sum[:])
	require.NoError(tb, err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// transactionName is the documented subject in pre-production.
func transactionName() pkix.Name {
	return pkix.Name{
		Country: []string{"DK"}, Organization: []string{"SIGNATURGRUPPEN A/S"}, CommonName: "NEB Transact PP",
		SerialNumber: "UI:DK-O:G:d09df20d-26f0-4ba0-bdd1-2cb4f9524683",
		ExtraNames:   []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: "NTRDK-29915938"}},
	}
}

func newPKI(tb testing.TB) *pki {
	tb.Helper()
	p := &pki{}
	ec := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(tb, err)
		return k
	}
	p.caKey, p.responderKey = ec(), ec()
	p.ca = p.certificate(tb, &x509.Certificate{Subject: pkix.Name{CommonName: "Den Prøvestat OCES udstedende-CA 1"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, &p.caKey.PublicKey)
	p.responder = p.certificate(tb, &x509.Certificate{Subject: pkix.Name{CommonName: "OCSP Prøvestat"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}}, &p.responderKey.PublicKey)
	p.token = p.signer(tb, pkix.Name{Country: []string{"DK"}, CommonName: "Nets eID Broker Token Signing 1 PP Env"}, 2048)
	p.transaction = p.signer(tb, transactionName(), 3072)
	p.stranger = p.signer(tb, transactionName(), 2048)
	return p
}

func (p *pki) signer(tb testing.TB, subject pkix.Name, bits int) *signingKey {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(tb, err)
	cert := p.certificate(tb, &x509.Certificate{Subject: subject}, &key.PublicKey)
	sum := sha1.Sum(cert.Raw)
	return &signingKey{id: strings.ToUpper(hex.EncodeToString(sum[:])), key: key, cert: cert}
}

// certificate issues one; the first is the authority's own.
func (p *pki) certificate(tb testing.TB, template *x509.Certificate, public any) *x509.Certificate {
	tb.Helper()
	var err error
	template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(tb, err)
	template.NotBefore, template.NotAfter = start.Add(-time.Hour), start.Add(48*time.Hour)
	parent := p.ca
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, p.caKey)
	require.NoError(tb, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return c
}

// The types of RFC 6960, for writing.
type (
	ocspID struct {
		Hash     pkix.AlgorithmIdentifier
		NameHash []byte
		KeyHash  []byte
		Serial   *big.Int
	}
	ocspSingle struct {
		ID         ocspID
		Status     asn1.RawValue
		ThisUpdate time.Time `asn1:"generalized"`
		NextUpdate time.Time `asn1:"generalized,explicit,tag:0"`
	}
	ocspData struct {
		Responder  asn1.RawValue
		ProducedAt time.Time `asn1:"generalized"`
		Responses  []ocspSingle
	}
	ocspBasic struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0"`
	}
	ocspBytes struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	}
	ocspResponse struct {
		Status asn1.Enumerated
		Bytes  ocspBytes `asn1:"explicit,tag:0"`
	}
)

func sum1(b []byte) []byte {
	s := sha1.Sum(b)
	return s[:]
}

func keyBits(tb testing.TB, c *x509.Certificate) []byte {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	_, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info)
	require.NoError(tb, err)
	return info.Key.Bytes
}

// status writes an OCSP answer about cert, as the broker hands it out.
func (p *pki) status(tb testing.TB, cert *x509.Certificate, change func(*ocspSingle)) string {
	tb.Helper()
	s := ocspSingle{
		ID: ocspID{Hash: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, Parameters: asn1.NullRawValue},
			NameHash: sum1(cert.RawIssuer), KeyHash: sum1(keyBits(tb, p.ca)), Serial: cert.SerialNumber},
		Status:     asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0},
		ThisUpdate: start.Add(-10 * time.Minute), NextUpdate: start.Add(47 * time.Hour),
	}
	if change != nil {
		change(&s)
	}
	marshal := func(v any) []byte {
		der, err := asn1.Marshal(v)
		require.NoError(tb, err)
		return der
	}
	data := marshal(ocspData{
		Responder:  asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, IsCompound: true, Bytes: marshal(sum1(keyBits(tb, p.responder)))},
		ProducedAt: start.Add(-9 * time.Minute), Responses: []ocspSingle{s},
	})
	sum := sha256.Sum256(data)
	sig, err := ecdsa.SignASN1(rand.Reader, p.responderKey, sum[:])
	require.NoError(tb, err)
	basic := marshal(ocspBasic{
		Data:      asn1.RawValue{FullBytes: data},
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}},
		Signature: asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)},
		Certs:     []asn1.RawValue{{FullBytes: p.responder.Raw}},
	})
	return base64.StdEncoding.EncodeToString(marshal(ocspResponse{Bytes: ocspBytes{asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}, basic}}))
}
