package timestamptest

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// Token is a timestamp before it is signed.
type Token struct {
	Imprint   []byte
	Hash      asn1.ObjectIdentifier
	Nonce     *big.Int // nil for none
	Time      time.Time
	Extension []pkix.Extension

	Named  *x509.Certificate   // whom the token names as its signer
	Key    crypto.Signer       // who signs
	Certs  []*x509.Certificate // what it brings
	Twice  bool                // two signers
	Behind []byte              // bytes behind the token
}

var (
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA       = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2} // with SHA-256
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidPolicy      = asn1.ObjectIdentifier{1, 2, 3, 4, 1}
)

// The types of RFC 3161 and RFC 5652.
type (
	imprint struct {
		Hash   pkix.AlgorithmIdentifier
		Digest []byte
	}
	accuracy struct {
		Seconds int
	}
	info struct {
		Version    int
		Policy     asn1.ObjectIdentifier
		Imprint    imprint
		Serial     *big.Int
		Time       time.Time `asn1:"generalized"`
		Accuracy   accuracy
		Nonce      *big.Int         `asn1:"optional"`
		Extensions []pkix.Extension `asn1:"optional,tag:1,omitempty"`
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	signerInfo struct {
		Version   int
		Signer    issuerAndSerial
		Digest    pkix.AlgorithmIdentifier
		Signed    []attribute `asn1:"set,tag:0"`
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version    int
		Algorithms []pkix.AlgorithmIdentifier `asn1:"set"`
		Content    encapsulated
		Certs      asn1.RawValue
		Signers    []signerInfo `asn1:"set"`
	}
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	essCert struct{ Digest []byte }
	essList struct{ Certs []essCert }
)

// Token issues a timestamp of a SHA-256 digest. nonce may be nil.
func (a *Authority) Token(digest []byte, nonce *big.Int) ([]byte, error) {
	a.mu.Lock()
	spoil := a.spoil
	a.serial++
	serial := a.serial
	a.mu.Unlock()
	t := &Token{
		Imprint: digest, Hash: oidSHA256, Nonce: nonce, Time: a.now().UTC().Truncate(time.Second),
		Named: a.Cert, Key: a.key, Certs: []*x509.Certificate{a.Cert},
	}
	if spoil != nil {
		spoil(t)
	}
	return t.sign(serial)
}

func (t *Token) sign(serial int64) ([]byte, error) {
	content, err := asn1.Marshal(info{
		Version: 1, Policy: oidPolicy, Imprint: imprint{pkix.AlgorithmIdentifier{Algorithm: t.Hash}, t.Imprint}, Serial: big.NewInt(serial),
		Time: t.Time, Accuracy: accuracy{1}, Nonce: t.Nonce, Extensions: t.Extension,
	})
	if err != nil {
		return nil, err
	}
	sum, named := sha256.Sum256(content), sha256.Sum256(t.Named.Raw)
	signed, err := attributes(map[string]any{"type": oidTSTInfo, "digest": sum[:], "cert": essList{[]essCert{{named[:]}}}})
	if err != nil {
		return nil, err
	}
	over, err := asn1.MarshalWithParams(signed, "set")
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(over)
	signature, err := t.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	signer := signerInfo{
		Version: 1, Signer: issuerAndSerial{asn1.RawValue{FullBytes: t.Named.RawIssuer}, t.Named.SerialNumber},
		Digest: pkix.AlgorithmIdentifier{Algorithm: oidSHA256}, Signed: signed, Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSA}, Signature: signature,
	}
	var certs []byte
	for _, c := range t.Certs {
		certs = append(certs, c.Raw...)
	}
	data := signedData{
		Version: 3, Algorithms: []pkix.AlgorithmIdentifier{{Algorithm: oidSHA256}}, Content: encapsulated{oidTSTInfo, content},
		Certs: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: certs}, Signers: []signerInfo{signer},
	}
	if t.Twice {
		data.Signers = append(data.Signers, signer)
	}
	inner, err := asn1.Marshal(data)
	if err != nil {
		return nil, err
	}
	outer, err := asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
	return append(outer, t.Behind...), err
}

// attributes are the signed attributes of a timestamp.
func attributes(values map[string]any) ([]attribute, error) {
	var all []attribute
	for _, a := range []struct {
		id  asn1.ObjectIdentifier
		key string
	}{{oidContentType, "type"}, {oidDigest, "digest"}, {oidSigningCert, "cert"}} {
		der, err := asn1.Marshal(values[a.key])
		if err != nil {
			return nil, err
		}
		all = append(all, attribute{a.id, []asn1.RawValue{{FullBytes: der}}})
	}
	return all, nil
}
