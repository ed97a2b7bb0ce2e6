package nebtest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha1" // of names and keys, as RFC 6960 has it
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// How long an OCSP answer is handed out before a new one is made, and how long it
// says that it holds.
const (
	ocspCached = 10 * time.Minute
	ocspHolds  = 60 * time.Hour
)

// cachedOCSP is the answer that is handed out.
type cachedOCSP struct {
	der  []byte
	made time.Time
}

// ocspAnswer is an OCSP answer (RFC 6960) before it is signed, so that a
// tampering can spoil it.
type ocspAnswer struct {
	status         int // of the whole answer; if 0, successful
	cert, root     *x509.Certificate
	verdict        asn1.RawValue
	produced, at   time.Time
	until          time.Time
	responder      *ocspResponder
	certs          []*x509.Certificate
	breakSignature bool
	missing        bool
	trailing       []byte
	withoutUntil   bool
}

var (
	ocspGood    = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0}
	ocspUnknown = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2}
	oidSHA1     = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidBasic    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidCutoff   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}
	oidECDSA    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2} // with SHA-256
	asn1Null    = asn1.RawValue{Tag: asn1.TagNull}
)

// ocspRevoked is the verdict that a certificate was revoked then.
func ocspRevoked(at time.Time) asn1.RawValue {
	der, _ := asn1.MarshalWithParams(at.UTC(), "generalized") // fails beyond year 9999 only
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: der}
}

type (
	ocspResponse struct {
		Status asn1.Enumerated
		Bytes  ocspBytes `asn1:"explicit,tag:0,optional"`
	}
	ocspBytes struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	}
	ocspBasic struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	ocspData struct {
		Responder asn1.RawValue
		Produced  time.Time `asn1:"generalized"`
		Responses []ocspSingle
	}
	ocspSingle struct {
		ID         ocspCertID
		Verdict    asn1.RawValue
		This       time.Time        `asn1:"generalized"`
		Next       time.Time        `asn1:"generalized,explicit,tag:0,optional"`
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	ocspCertID struct {
		Hash   pkix.AlgorithmIdentifier
		Name   []byte
		Key    []byte
		Serial *big.Int
	}
)

// ocspFor returns the OCSP answer about the transaction certificate: a cached
// one, unless a tampering waits for it.
func (n *dialect) ocspFor(now time.Time) ([]byte, error) {
	spoil := mitidtest.TakeSpoiler[ocspAnswer](n.b, StageOCSP)
	k := n.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.ocsp.made); spoil == nil && k.ocsp.der != nil && age >= 0 && age < ocspCached {
		return k.ocsp.der, nil
	}
	a, err := k.answer(now)
	if err != nil {
		return nil, err
	}
	if spoil != nil {
		spoil(n.b, a)
		if a.missing {
			return nil, nil
		}
		return a.bytes()
	}
	der, err := a.bytes()
	if err == nil {
		k.ocsp = cachedOCSP{der, now}
	}
	return der, err
}

// answer returns the good answer of this moment. The responder's certificate ends
// one second after the answer does.
func (k *keySet) answer(now time.Time) (*ocspAnswer, error) {
	now = now.UTC().Truncate(time.Second)
	until := now.Add(ocspHolds)
	responder, err := k.responder(now.Add(-time.Hour), until.Add(time.Second))
	if err != nil {
		return nil, err
	}
	return &ocspAnswer{
		cert: k.transaction.Certificate, root: k.root.Certificate, verdict: ocspGood, produced: now, at: now, until: until,
		responder: responder, certs: []*x509.Certificate{responder.cert},
	}, nil
}

func (a *ocspAnswer) bytes() ([]byte, error) {
	if a.status != 0 {
		return asn1.Marshal(struct{ Status asn1.Enumerated }{asn1.Enumerated(a.status)})
	}
	data, err := a.data()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	signature, err := ecdsa.SignASN1(rand.Reader, a.responder.key, sum[:])
	if err != nil {
		return nil, err
	}
	if a.breakSignature {
		signature[len(signature)-1] ^= 1
	}
	basic := ocspBasic{
		Data:      asn1.RawValue{FullBytes: data},
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSA},
		Signature: asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
	}
	for _, c := range a.certs {
		basic.Certs = append(basic.Certs, asn1.RawValue{FullBytes: c.Raw})
	}
	inner, err := asn1.Marshal(basic)
	if err != nil {
		return nil, err
	}
	der, err := asn1.Marshal(ocspResponse{Bytes: ocspBytes{oidBasic, inner}})
	return append(der, a.trailing...), err
}

// data returns what is signed.
func (a *ocspAnswer) data() ([]byte, error) {
	print, err := asn1.Marshal(keyDigest(a.responder.cert))
	if err != nil {
		return nil, err
	}
	cutoff, err := asn1.MarshalWithParams(a.at.UTC().AddDate(-1, 0, 0), "generalized")
	if err != nil {
		return nil, err
	}
	name := sha1.Sum(a.root.RawSubject)
	single := ocspSingle{
		ID: ocspCertID{
			Hash: pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1Null},
			Name: name[:], Key: keyDigest(a.root), Serial: a.cert.SerialNumber,
		},
		Verdict:    a.verdict,
		This:       a.at.UTC(),
		Extensions: []pkix.Extension{{Id: oidCutoff, Value: cutoff}},
	}
	if !a.withoutUntil {
		single.Next = a.until.UTC()
	}
	return asn1.Marshal(ocspData{
		Responder: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, IsCompound: true, Bytes: print},
		Produced:  a.produced.UTC(),
		Responses: []ocspSingle{single},
	})
}

// keyDigest is the SHA-1 digest of a certificate's public key, without its
// algorithm.
func keyDigest(c *x509.Certificate) []byte {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	_, _ = asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info) // it was parsed before
	sum := sha1.Sum(info.Key.Bytes)
	return sum[:]
}
