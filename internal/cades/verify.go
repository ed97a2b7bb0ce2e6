package cades

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"time"
)

// Signed is a signature that verified.
type Signed struct {
	Certificate *x509.Certificate   // whose key verified it
	Others      []*x509.Certificate // that came along, for [Chain]; nobody vouches for them
	Value       []byte              // the signature value, which a timestamp is about
	Timestamp   []byte              // the timestamp token about Value; nil if there is none
	Named       bool                // the signed attributes name Certificate (signingCertificateV2)
	NamedBySHA1 bool                // they name it by a digest that is too short to be sure (signingCertificate, RFC 2634)
	At          time.Time           // when the signer says that it was made (signingTime); zero if not told
	Revocation  []byte              // answers about revocation that the signer kept (Adobe); nil if there are none
	Digest      crypto.Hash         // of what was signed
}

// Rules open what a signature may be like. The zero value is strict.
type Rules struct {
	// BER takes messages with indefinite lengths, as some programs write them. Signed attributes are
	// then put into the order of DER before they are checked (RFC 5652, 5.4).
	BER bool
}

// Verify checks a detached signature. digest returns the digest of what was signed.
//
// There must be one signer, content type data without content, and signed attributes with
// the content type and the digest. The certificate (signingCertificateV2, RFC 5035) and
// CMSAlgorithmProtection (RFC 6211) must agree if they are there. The digest is SHA-256 or
// longer; the key is RSA of at least 2048 bits (PKCS #1 v1.5 or PSS) or ECDSA.
func Verify(der []byte, digest func(crypto.Hash) []byte) (*Signed, error) {
	return Rules{}.Verify(der, digest)
}

// Verify is the function Verify by these rules.
func (r Rules) Verify(message []byte, digest func(crypto.Hash) []byte) (*Signed, error) {
	data, info, err := r.read(message)
	if err != nil {
		return nil, err
	}
	if !data.Encapsulated.Type.Equal(oidData) || len(data.Encapsulated.Content.FullBytes) != 0 {
		return nil, refuse(Malformed, "another content than a detached document")
	}
	return check(data, info, oidData, digest)
}

// check checks the signature of info over a content of the given type and digest.
func check(data *signedData, info *signerInfo, contentType asn1.ObjectIdentifier, digest func(crypto.Hash) []byte) (*Signed, error) {
	h, ok := hashOf(info.Digest)
	if !ok {
		return nil, refuse(Weak, "a digest that is too short or not known")
	}
	all, err := data.certificates()
	if err != nil {
		return nil, err
	}
	cert, err := info.signer(all)
	if err != nil {
		return nil, err
	}
	if len(info.Signed.FullBytes) == 0 {
		return nil, refuse(Malformed, "no signed attributes")
	}
	set := slices.Clone(info.Signed.FullBytes)
	set[0] = asn1.TagSet | 0x20 // as they are signed (RFC 5652, 5.4)
	if err := checkSignature(cert, info.Algorithm, h, set, info.Signature); err != nil {
		return nil, err
	}
	signed, err := attributes(info.Signed)
	if err != nil {
		return nil, err
	}
	if err := checkAttributes(signed, info, contentType, digest(h), cert); err != nil {
		return nil, err
	}
	unsigned, err := attributes(info.Unsigned)
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(all, cert.Equal)
	_, named := signed[oidSigningCertV2.String()]
	_, v1 := signed[oidSigningCert.String()]
	s := &Signed{
		Certificate: cert, Others: others, Value: info.Signature, Timestamp: unsigned[oidSignatureTimeMark.String()].FullBytes, Named: named, NamedBySHA1: v1,
		Revocation: signed[oidAdobeRevocation.String()].FullBytes, Digest: h,
	}
	if !exactly(signed[oidSigningTime.String()].FullBytes, &s.At) {
		s.At = time.Time{}
	}
	s.At = s.At.UTC()
	return s, nil
}

func checkAttributes(a map[string]asn1.RawValue, info *signerInfo, contentType asn1.ObjectIdentifier, digest []byte, cert *x509.Certificate) error {
	var typ asn1.ObjectIdentifier
	if !exactly(a[oidContentType.String()].FullBytes, &typ) || !typ.Equal(contentType) {
		return refuse(Malformed, "another content type among the signed attributes, or none")
	}
	var message []byte
	if !exactly(a[oidMessageDigest.String()].FullBytes, &message) {
		return refuse(Malformed, "no digest among the signed attributes")
	}
	if !bytes.Equal(message, digest) {
		return refuse(WrongDigest, "the digest of something else")
	}
	if err := checkCertificateID(a, cert); err != nil {
		return err
	}
	return checkProtection(a, info)
}

// certificateV2 is RFC 5035, 4.
type certificateV2 struct {
	Hash         pkix.AlgorithmIdentifier `asn1:"optional"`
	Digest       []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

// checkCertificateID wants the digest of the signer's certificate as the first of those
// that the signed attributes list. They need not list any: CMS does not ask for it, only
// CAdES does.
func checkCertificateID(a map[string]asn1.RawValue, cert *x509.Certificate) error {
	if v, there := a[oidSigningCert.String()]; there {
		id, err := firstID[certificateV1](v)
		if err != nil {
			return err
		}
		if digest := sha1.Sum(cert.Raw); !bytes.Equal(id.Digest, digest[:]) {
			return refuse(WrongCertificate, "signingCertificate names another certificate")
		}
	}
	v, there := a[oidSigningCertV2.String()]
	if !there {
		return nil
	}
	id, err := firstID[certificateV2](v)
	if err != nil {
		return err
	}
	h, ok := crypto.SHA256, true
	if len(id.Hash.Algorithm) != 0 {
		if h, ok = hashOf(id.Hash); !ok {
			return refuse(Weak, "signingCertificateV2 with a digest that is not known")
		}
	}
	if !bytes.Equal(id.Digest, sum(h, cert.Raw)) {
		return refuse(WrongCertificate, "signingCertificateV2 names another certificate")
	}
	return nil
}

// certificateV1 is ESSCertID (RFC 2634, 5.4).
type certificateV1 struct {
	Digest       []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

// firstID reads the first of the certificates that an attribute lists.
func firstID[T any](v asn1.RawValue) (*T, error) {
	var list struct {
		Certificates asn1.RawValue
		Policies     asn1.RawValue `asn1:"optional"`
	}
	id := new(T)
	if !exactly(v.FullBytes, &list) || !is(list.Certificates, universal, asn1.TagSequence) {
		return nil, refuse(Malformed, "an attribute that names the certificate cannot be read")
	}
	ids, ok := values(list.Certificates.Bytes, 16)
	if !ok || len(ids) == 0 || !exactly(ids[0].FullBytes, id) {
		return nil, refuse(Malformed, "an attribute that names the certificate cannot be read")
	}
	return id, nil
}

// protection is RFC 6211, 2.
type protection struct {
	Digest    pkix.AlgorithmIdentifier
	Signature pkix.AlgorithmIdentifier `asn1:"optional,tag:1"`
	MAC       pkix.AlgorithmIdentifier `asn1:"optional,tag:2"`
}

func checkProtection(a map[string]asn1.RawValue, info *signerInfo) error {
	v, there := a[oidProtection.String()]
	if !there {
		return nil
	}
	var p protection
	if !exactly(v.FullBytes, &p) || !p.Digest.Algorithm.Equal(info.Digest.Algorithm) || !p.Signature.Algorithm.Equal(info.Algorithm.Algorithm) {
		return refuse(Malformed, "the protected algorithms are others")
	}
	return nil
}
