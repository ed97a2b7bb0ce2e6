package cades

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

// Timestamp is a timestamp token that verified.
type Timestamp struct {
	Time        time.Time // UTC
	Certificate *x509.Certificate
	Others      []*x509.Certificate // that came along, for [Chain]
}

// tstInfo is RFC 3161, 2.4.2.
type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Hash   pkix.AlgorithmIdentifier
		Digest []byte
	}
	Serial     *big.Int
	Time       asn1.RawValue
	Accuracy   asn1.RawValue `asn1:"optional"`
	Ordering   bool          `asn1:"optional"`
	Nonce      *big.Int      `asn1:"optional"`
	TSA        asn1.RawValue `asn1:"optional,tag:0"`
	Extensions asn1.RawValue `asn1:"optional,tag:1"`
}

// VerifyTimestamp checks a timestamp token: its imprint is what digest returns, and the
// certificate in it, which is for timestamps and nothing else (RFC 3161, 2.3), signed it
// and was valid then.
func VerifyTimestamp(der []byte, digest func(crypto.Hash) []byte) (*Timestamp, error) {
	return Rules{}.VerifyTimestamp(der, digest)
}

// VerifyTimestamp is the function VerifyTimestamp by these rules.
func (r Rules) VerifyTimestamp(token []byte, digest func(crypto.Hash) []byte) (*Timestamp, error) {
	data, info, err := r.read(token)
	if err != nil {
		return nil, err
	}
	var content []byte
	if !data.Encapsulated.Type.Equal(oidTSTInfo) || !exactly(data.Encapsulated.Content.Bytes, &content) {
		return nil, refuse(Malformed, "no timestamp")
	}
	var t tstInfo
	if !exactly(content, &t) || t.Version != 1 {
		return nil, refuse(Malformed, "a timestamp that cannot be read")
	}
	at, ok := generalizedTime(t.Time)
	if !ok {
		return nil, refuse(Malformed, "a timestamp without a time in UTC")
	}
	h, ok := hashOf(t.Imprint.Hash)
	if !ok || !bytes.Equal(t.Imprint.Digest, digest(h)) {
		return nil, refuse(WrongDigest, "a timestamp of something else")
	}
	s, err := check(data, info, oidTSTInfo, func(h crypto.Hash) []byte { return sum(h, content) })
	if err != nil {
		return nil, err
	}
	if !stamps(s.Certificate) {
		return nil, refuse(WrongCertificate, "a timestamp by a certificate that is not for timestamps alone")
	}
	if at.Before(s.Certificate.NotBefore) || at.After(s.Certificate.NotAfter) {
		return nil, refuse(WrongCertificate, "a timestamp from outside the life of its certificate")
	}
	return &Timestamp{Time: at, Certificate: s.Certificate, Others: s.Others}, nil
}

// generalizedTime reads a time in the form that RFC 3161 wants: UTC with Z, seconds, and
// perhaps a fraction.
func generalizedTime(v asn1.RawValue) (time.Time, bool) {
	if v.Class != universal || v.Tag != asn1.TagGeneralizedTime || v.IsCompound {
		return time.Time{}, false
	}
	s := string(v.Bytes)
	const shape = "20060102150405"
	if len(s) <= len(shape) || len(s) > 32 || s[len(s)-1] != 'Z' {
		return time.Time{}, false
	}
	fraction := s[len(shape) : len(s)-1]
	if fraction != "" && (fraction[0] != '.' || len(fraction) == 1 || len(fraction) > 10 || fraction[len(fraction)-1] == '0') {
		return time.Time{}, false
	}
	t, err := time.Parse(shape+"Z", s)
	return t.UTC(), err == nil
}

// stamps reports whether a certificate is for timestamps and nothing else, and says so in
// a critical extension.
func stamps(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) != 0 {
		return false
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37}) {
			return e.Critical
		}
	}
	return false
}

// Chain returns the shortest chain from cert to one of roots by way of others, as of a time; nil
// if there is none. usages are what the certificate must be for; none means anything.
func Chain(cert *x509.Certificate, others []*x509.Certificate, roots *x509.CertPool, at time.Time, usages ...x509.ExtKeyUsage) []*x509.Certificate {
	if roots == nil { // which would mean the roots of the system
		return nil
	}
	between := x509.NewCertPool()
	for _, c := range others {
		between.AddCert(c)
	}
	if len(usages) == 0 {
		usages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	}
	chains, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: slices.Clone(usages)})
	if err != nil || len(chains) == 0 {
		return nil
	}
	return slices.MinFunc(chains, func(a, b []*x509.Certificate) int { return len(a) - len(b) })
}
