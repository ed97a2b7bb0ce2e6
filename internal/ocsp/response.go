package ocsp

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
)

// MaxSize is how long an answer may be, in bytes. Recorded ones have about 1,600.
const MaxSize = 16 << 10

// Status is what the responder says of the certificate.
type Status uint8

// The statuses.
const (
	Good Status = iota
	Revoked
	Unknown // the responder does not know the certificate
)

// Response is an answer that has been read and not checked. It holds no personal
// data.
type Response struct {
	Status     Status
	Serial     *big.Int
	ProducedAt time.Time
	ThisUpdate time.Time
	NextUpdate time.Time // zero if not told
	Responder  *x509.Certificate

	issuerHash               asn1.ObjectIdentifier // of the two below
	issuerName, issuerKey    []byte
	responderName, responder []byte // raw name, or SHA-1 of the key; one of them is nil
	signed, signature        []byte
	algorithm                x509.SignatureAlgorithm
}

var (
	oidBasic  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// algorithms are the signature algorithms that are taken (RFC 5758, RFC 4055).
var algorithms = []struct {
	oid asn1.ObjectIdentifier
	alg x509.SignatureAlgorithm
}{
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, x509.ECDSAWithSHA256},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, x509.ECDSAWithSHA384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, x509.SHA256WithRSA},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, x509.SHA384WithRSA},
}

// The types of RFC 6960 section 4.2.1.
type (
	wireResponse struct {
		Status asn1.Enumerated
		Bytes  wireBytes `asn1:"explicit,tag:0,optional"`
	}
	wireBytes struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	}
	wireBasic struct {
		Data      wireData
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	wireData struct {
		Raw        asn1.RawContent
		Version    int `asn1:"optional,default:0,explicit,tag:0"`
		Responder  asn1.RawValue
		ProducedAt time.Time `asn1:"generalized"`
		Responses  []wireSingle
		Extensions []pkix.Extension `asn1:"optional,explicit,tag:1"`
	}
	wireSingle struct {
		ID         wireID
		Status     asn1.RawValue
		ThisUpdate time.Time        `asn1:"generalized"`
		NextUpdate time.Time        `asn1:"generalized,optional,explicit,tag:0"`
		Extensions []pkix.Extension `asn1:"optional,explicit,tag:1"`
	}
	wireID struct {
		Hash      pkix.AlgorithmIdentifier
		NameHash  []byte
		KeyHash   []byte
		SerialNum *big.Int
	}
)

func invalid(why string) *fault.Error { return fault.New(fault.TokenInvalid, "OCSP answer: "+why) }

// read decodes exactly one value.
func read(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

// Parse reads an answer in DER.
func Parse(der []byte) (*Response, error) {
	var outer wireResponse
	var basic wireBasic
	switch {
	case len(der) > MaxSize:
		return nil, invalid("too long")
	case !read(der, &outer):
		return nil, invalid("malformed")
	case outer.Status != 0:
		return nil, invalid("the responder had no answer")
	case !outer.Bytes.Type.Equal(oidBasic):
		return nil, invalid("not a basic response")
	case !read(outer.Bytes.Response, &basic):
		return nil, invalid("malformed")
	}
	d := &basic.Data
	switch {
	case d.Version != 0:
		return nil, invalid("another version")
	case len(d.Responses) != 1:
		return nil, invalid("about more than one certificate, or none")
	case hasCritical(d.Extensions), hasCritical(d.Responses[0].Extensions):
		return nil, invalid("an unknown critical extension")
	case len(basic.Certs) > 1:
		return nil, invalid("more than one responder certificate")
	case basic.Signature.BitLength%8 != 0:
		return nil, invalid("malformed signature")
	}
	s := &d.Responses[0]
	r := &Response{
		Serial: s.ID.SerialNum, ProducedAt: d.ProducedAt, ThisUpdate: s.ThisUpdate, NextUpdate: s.NextUpdate,
		issuerHash: s.ID.Hash.Algorithm, issuerName: s.ID.NameHash, issuerKey: s.ID.KeyHash,
		signed: d.Raw, signature: basic.Signature.Bytes,
	}
	for _, a := range algorithms {
		if a.oid.Equal(basic.Algorithm.Algorithm) {
			r.algorithm = a.alg
		}
	}
	switch {
	case r.algorithm == x509.UnknownSignatureAlgorithm:
		return nil, invalid("an algorithm that is not taken")
	case !r.readStatus(s.Status):
		return nil, invalid("malformed status")
	case !r.readResponder(d.Responder):
		return nil, invalid("malformed responder")
	case len(basic.Certs) == 0:
		return r, nil
	}
	cert, err := x509.ParseCertificate(basic.Certs[0].FullBytes)
	if err != nil {
		return nil, invalid("malformed responder certificate")
	}
	r.Responder = cert
	return r, nil
}

// readStatus reads CertStatus: a choice of three context tags.
func (r *Response) readStatus(v asn1.RawValue) bool {
	if v.Class != asn1.ClassContextSpecific {
		return false
	}
	r.Status = Status(v.Tag)
	switch v.Tag {
	case int(Good), int(Unknown):
		return !v.IsCompound && len(v.Bytes) == 0
	case int(Revoked):
		return v.IsCompound
	}
	return false
}

// readResponder reads ResponderID: byName [1] or byKey [2].
func (r *Response) readResponder(v asn1.RawValue) bool {
	if v.Class != asn1.ClassContextSpecific || !v.IsCompound {
		return false
	}
	switch v.Tag {
	case 1:
		r.responderName = v.Bytes
		return len(v.Bytes) > 0
	case 2:
		return read(v.Bytes, &r.responder) && len(r.responder) > 0
	}
	return false
}

// hasCritical: no extension is known here, and none must be.
func hasCritical(es []pkix.Extension) bool {
	for _, e := range es {
		if e.Critical {
			return true
		}
	}
	return false
}
