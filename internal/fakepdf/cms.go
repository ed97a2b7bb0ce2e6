package fakepdf

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	_ "crypto/sha512" // SHA-384 and SHA-512 for crypto.Hash
	"crypto/x509"
	"encoding/asn1"
	"errors"
)

// A signer is a key with its certificate.
type signer struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// A message is a CMS SignedData with one signer (RFC 5652, 5).
type message struct {
	contentType asn1.ObjectIdentifier
	content     []byte // if nil, it is elsewhere
	digest      []byte // of the content
	hash        crypto.Hash
	signed      [][]byte            // attributes beside those that every message here has
	chain       []*x509.Certificate // beside the signer's
	noCerts     bool
	noDigest    bool                           // without messageDigest
	unbound     bool                           // without signingCertificateV2
	twice       bool                           // with the same SignerInfo and one more
	value       func([]byte) []byte            // changes the signature value; may be nil
	unsigned    func([]byte) ([][]byte, error) // attributes about the signature value; may be nil
}

// sign writes a message.
func (s *signer) sign(m message) ([]byte, error) {
	hashID, signID, err := s.algorithms(m.hash)
	if err != nil {
		return nil, err
	}
	attributes := append([][]byte{
		attribute(oidContentType, oid(m.contentType)),
		attribute(oidProtection, sequence(hashID, retag(signID, 0xa1))),
	}, m.signed...)
	if !m.noDigest {
		attributes = append(attributes, attribute(oidMessageDigest, octetString(m.digest)))
	}
	if !m.unbound {
		attributes = append(attributes, attribute(oidCertificateV2, s.certificateID()))
	}
	signed := setOf(tagSet, attributes...)
	sum := m.hash.New()
	sum.Write(signed)
	value, err := s.key.Sign(rand.Reader, sum.Sum(nil), m.hash)
	if err != nil {
		return nil, err
	}
	if m.value != nil {
		value = m.value(value)
	}
	info := [][]byte{ // six members, and unsigned attributes
		smallInteger(1),
		sequence(s.cert.RawIssuer, bigInteger(s.cert.SerialNumber)),
		hashID,
		retag(signed, 0xa0),
		signID,
		octetString(value),
	}
	if m.unsigned != nil {
		more, err := m.unsigned(value)
		if err != nil {
			return nil, err
		}
		if len(more) > 0 {
			info = append(info, setOf(0xa1, more...))
		}
	}
	version, content := smallInteger(1), sequence(oid(m.contentType))
	if m.content != nil {
		content = sequence(oid(m.contentType), tagged(0, octetString(m.content)))
	}
	if !m.contentType.Equal(oidData) {
		version = smallInteger(3)
	}
	data := [][]byte{version, der(tagSet, hashID), content}
	if !m.noCerts {
		certs := [][]byte{s.cert.Raw}
		for _, c := range m.chain {
			certs = append(certs, c.Raw)
		}
		data = append(data, setOf(0xa0, certs...))
	}
	signers := [][]byte{sequence(info...)}
	if m.twice {
		signers = append(signers, sequence(info[:6]...))
	}
	data = append(data, setOf(tagSet, signers...))
	return sequence(oid(oidSignedData), tagged(0, sequence(data...))), nil
}

// retag returns a value under another tag.
func retag(value []byte, tag byte) []byte {
	return append([]byte{tag}, value[1:]...)
}

// certificateID is the attribute that ties the signature to one certificate (RFC
// 5035). Its hash is SHA-256, the default.
func (s *signer) certificateID() []byte {
	sum := sha256.Sum256(s.cert.Raw)
	names := sequence(tagged(4, s.cert.RawIssuer))
	return sequence(sequence(sequence(octetString(sum[:]), sequence(names, bigInteger(s.cert.SerialNumber)))))
}

// algorithms returns the identifiers of the hash and of the signature.
func (s *signer) algorithms(h crypto.Hash) (hashID, signID []byte, err error) {
	_, elliptic := s.key.Public().(*ecdsa.PublicKey)
	switch {
	case h == crypto.SHA512 && elliptic:
		return algorithm(oidSHA512), bareAlgorithm(oidECDSASHA512), nil
	case h == crypto.SHA512:
		return algorithm(oidSHA512), algorithm(oidRSASHA512), nil
	case h == crypto.SHA256 && elliptic:
		return algorithm(oidSHA256), bareAlgorithm(oidECDSASHA256), nil
	case h == crypto.SHA256:
		return algorithm(oidSHA256), algorithm(oidRSASHA256), nil
	}
	return nil, nil, errors.New("fakepdf: signatures are made with SHA-256 and SHA-512")
}
