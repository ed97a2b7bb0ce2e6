package cades_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"sync"
	"time"
)

// der writes a DER value.
func der(tag byte, parts ...[]byte) []byte {
	content := slices.Concat(parts...)
	n := len(content)
	switch {
	case n < 128:
		return append([]byte{tag, byte(n)}, content...)
	case n < 256:
		return append([]byte{tag, 0x81, byte(n)}, content...)
	case n < 1<<16:
		return append([]byte{tag, 0x82, byte(n >> 8), byte(n)}, content...)
	}
	return append([]byte{tag, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}, content...)
}

func value(v any) []byte {
	b, err := asn1.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func oid(dots ...int) []byte { return value(asn1.ObjectIdentifier(dots)) }

func algorithm(id []byte, parameters ...[]byte) []byte {
	return der(0x30, append([][]byte{id}, parameters...)...)
}

func attribute(id []byte, values ...[]byte) []byte { return der(0x30, id, der(0x31, values...)) }

func octets(b []byte) []byte { return der(0x04, b) }

var null = []byte{5, 0}

func idData() []byte      { return oid(1, 2, 840, 113549, 1, 7, 1) }
func idSHA256() []byte    { return oid(2, 16, 840, 1, 101, 3, 4, 2, 1) }
func idSHA1() []byte      { return oid(1, 3, 14, 3, 2, 26) }
func idTST() []byte       { return oid(1, 2, 840, 113549, 1, 9, 16, 1, 4) }
func idType() []byte      { return oid(1, 2, 840, 113549, 1, 9, 3) }
func idDigest() []byte    { return oid(1, 2, 840, 113549, 1, 9, 4) }
func idProtects() []byte  { return oid(1, 2, 840, 113549, 1, 9, 52) }
func idCertV2() []byte    { return oid(1, 2, 840, 113549, 1, 9, 16, 2, 47) }
func idTimestamp() []byte { return oid(1, 2, 840, 113549, 1, 9, 16, 2, 14) }

// A signer is a key with its certificate.
type signer struct {
	key  crypto.Signer
	cert *x509.Certificate
	alg  []byte // of the signature; if nil, RSA or ECDSA with SHA-256
}

func newSigner(key crypto.Signer, change func(c *x509.Certificate)) *signer {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Fictitious æ"}, NotBefore: then.Add(-time.Hour), NotAfter: then.Add(time.Hour),
		SubjectKeyId: []byte{1, 2, 3}, BasicConstraintsValid: true,
	}
	if change != nil {
		change(c)
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		panic(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		panic(err)
	}
	return &signer{key: key, cert: parsed}
}

var (
	rsaKey   = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	shortKey = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(1024) })
	ecKey    = sync.OnceValue(func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	})
)

func newRSA(bits int) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return k
}

// then is when everything here happens.
var then = time.Date(2031, 3, 14, 12, 0, 0, 0, time.UTC)

// A message is a CMS message to write. What is nil or zero is as it should be.
type message struct {
	*signer
	contentType []byte
	content     []byte // in the message; nil for a detached one
	digest      []byte // of the content
	digestAlg   []byte
	attributes  func(all [][]byte) [][]byte
	shuffled    bool // the attributes are written in another order than they were signed in
	unsigned    [][]byte
	options     crypto.SignerOpts
	identifier  []byte // of the signer
	certs       [][]byte
	signers     func(one []byte) []byte
	value       func(b []byte) []byte
}

// bytes writes the message.
func (m message) bytes() []byte {
	or := func(p *[]byte, v []byte) {
		if *p == nil {
			*p = v
		}
	}
	or(&m.contentType, idData())
	or(&m.digestAlg, algorithm(idSHA256()))
	if m.options == nil {
		m.options = crypto.SHA256
	}
	alg := m.alg
	if _, isRSA := m.key.(*rsa.PrivateKey); isRSA {
		or(&alg, algorithm(oid(1, 2, 840, 113549, 1, 1, 11), null))
	} else {
		or(&alg, algorithm(oid(1, 2, 840, 10045, 4, 3, 2)))
	}
	all := [][]byte{
		attribute(idType(), m.contentType), attribute(idDigest(), octets(m.digest)),
		attribute(idCertV2(), certificateID(m.cert)),
		attribute(idProtects(), der(0x30, m.digestAlg, append([]byte{0xa1}, alg[1:]...))),
	}
	if m.attributes != nil {
		all = m.attributes(all)
	}
	h := m.options.HashFunc().New()
	h.Write(der(0x31, all...))
	sig, err := m.key.Sign(rand.Reader, h.Sum(nil), m.options)
	if err != nil {
		panic(err)
	}
	if m.value != nil {
		sig = m.value(sig)
	}
	or(&m.identifier, der(0x30, m.cert.RawIssuer, value(m.cert.SerialNumber)))
	info := [][]byte{value(1), m.identifier, m.digestAlg}
	if m.shuffled {
		slices.Reverse(all)
	}
	if len(all) > 0 {
		info = append(info, der(0xa0, all...))
	}
	info = append(info, alg, octets(sig))
	if m.unsigned != nil {
		info = append(info, der(0xa1, m.unsigned...))
	}
	one := der(0x30, info...)
	if m.signers != nil {
		one = m.signers(one)
	}
	encapsulated := der(0x30, m.contentType)
	if m.content != nil {
		encapsulated = der(0x30, m.contentType, der(0xa0, octets(m.content)))
	}
	if m.certs == nil {
		m.certs = [][]byte{m.cert.Raw}
	}
	return der(0x30, oid(1, 2, 840, 113549, 1, 7, 2), der(0xa0,
		der(0x30, value(1), der(0x31, m.digestAlg), encapsulated, der(0xa0, m.certs...), der(0x31, one))))
}

// certificateID is the value of signingCertificateV2 with SHA-256.
func certificateID(c *x509.Certificate) []byte {
	h := crypto.SHA256.New()
	h.Write(c.Raw)
	return der(0x30, der(0x30, der(0x30, octets(h.Sum(nil)))))
}
