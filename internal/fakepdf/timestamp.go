package fakepdf

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"
)

// Timestamp returns a TimeStampToken (RFC 3161, DER) that says that the imprint
// existed at a time. The imprint is a SHA-256, SHA-384 or SHA-512, told by its
// length.
func (a *Authority) Timestamp(imprint []byte, at time.Time) ([]byte, error) {
	id, ok := imprintAlgorithm(len(imprint))
	if !ok {
		return nil, errors.New("fakepdf: the imprint is no SHA-256, SHA-384 or SHA-512")
	}
	return a.token(stampRequest{algorithm: id, imprint: imprint, certs: true}, at)
}

func imprintAlgorithm(length int) (asn1.ObjectIdentifier, bool) {
	switch length {
	case 32:
		return oidSHA256, true
	case 48:
		return oidSHA384, true
	case 64:
		return oidSHA512, true
	}
	return nil, false
}

// A stampRequest is what a token answers.
type stampRequest struct {
	algorithm asn1.ObjectIdentifier
	imprint   []byte
	nonce     *big.Int // if nil, there is none
	certs     bool     // the token brings the certificates
}

func (a *Authority) token(r stampRequest, at time.Time) ([]byte, error) {
	info := [][]byte{
		smallInteger(1),
		oid(oidPolicy),
		sequence(algorithm(r.algorithm), octetString(r.imprint)),
		bigInteger(serial()),
		generalized(at),
		sequence(smallInteger(1)), // accurate to a second
	}
	if r.nonce != nil {
		info = append(info, bigInteger(r.nonce))
	}
	content := sequence(info...)
	h := crypto.SHA256.New()
	h.Write(content)
	return a.tsa.sign(message{
		contentType: oidTSTInfo, content: content, digest: h.Sum(nil), hash: crypto.SHA256,
		chain: []*x509.Certificate{a.root.cert}, noCerts: !r.certs,
	})
}
