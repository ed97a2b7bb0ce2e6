package cades

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"

	"github.com/dkeid/dkeid/internal/ber"
)

// The object identifiers of RFC 5652, RFC 5035 and RFC 3161.
var (
	oidData              = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidProtection        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 52}
	oidSigningCertV2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSigningCert       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningTime       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidAdobeRevocation   = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 8}
	oidSignatureTimeMark = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

// A contentInfo is the outermost part of a message (RFC 5652, 3).
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0"`
}

// A signedData is RFC 5652, 5.1.
type signedData struct {
	Version      int
	Algorithms   asn1.RawValue
	Encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      asn1.RawValue
}

// A signerInfo is RFC 5652, 5.3.
type signerInfo struct {
	Version   int
	Signer    asn1.RawValue
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
}

// The classes and tags of the parts that are read raw.
const (
	universal = asn1.ClassUniversal
	context   = asn1.ClassContextSpecific
)

func is(v asn1.RawValue, class, tag int) bool {
	return v.Class == class && v.Tag == tag && v.IsCompound
}

// exactly reads one DER value and nothing behind it.
func exactly(der []byte, into any) bool {
	rest, err := asn1.Unmarshal(der, into)
	return err == nil && len(rest) == 0
}

// values splits the content of a SET or SEQUENCE.
func values(content []byte, most int) ([]asn1.RawValue, bool) {
	var all []asn1.RawValue
	for len(content) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(content, &v)
		if err != nil || len(all) >= most {
			return nil, false
		}
		all, content = append(all, v), rest
	}
	return all, true
}

// read takes a message apart. It wants exactly one signer.
func (r Rules) read(der []byte) (*signedData, *signerInfo, error) {
	if len(der) > MaxSize {
		return nil, nil, refuse(Malformed, "the message is too long")
	}
	n, definite, err := ber.Length(der)
	if err != nil || n != len(der) {
		return nil, nil, refuse(Malformed, "no signed message (CMS SignedData in DER)")
	}
	if !definite {
		if !r.BER {
			return nil, nil, refuse(Indefinite, "a message with indefinite lengths (BER)")
		}
		if der, err = ber.DER(der); err != nil {
			return nil, nil, refuse(Malformed, "no signed message (CMS SignedData)")
		}
	}
	var outer contentInfo
	var data signedData
	var info signerInfo
	if !exactly(der, &outer) || !outer.Type.Equal(oidSignedData) || !exactly(outer.Content.Bytes, &data) {
		return nil, nil, refuse(Malformed, "no signed message (CMS SignedData in DER)")
	}
	if !is(data.Signers, universal, asn1.TagSet) {
		return nil, nil, refuse(Malformed, "no signer")
	}
	signers, ok := values(data.Signers.Bytes, 2)
	if !ok || len(signers) != 1 {
		return nil, nil, refuse(Malformed, "not exactly one signer")
	}
	if !exactly(signers[0].FullBytes, &info) {
		return nil, nil, refuse(Malformed, "a signer that cannot be read")
	}
	if !definite && !sortSet(&info.Signed) {
		return nil, nil, refuse(Malformed, "attributes that cannot be read")
	}
	return &data, &info, nil
}

const maxAttributes = 64

// sortSet puts the elements of a set in the order of DER (X.690, 11.6), as they are signed.
func sortSet(set *asn1.RawValue) bool {
	all, ok := values(set.Bytes, maxAttributes)
	slices.SortFunc(all, func(a, b asn1.RawValue) int { return bytes.Compare(a.FullBytes, b.FullBytes) })
	head := len(set.FullBytes) - len(set.Bytes)
	set.FullBytes = slices.Clone(set.FullBytes[:head])
	for _, v := range all {
		set.FullBytes = append(set.FullBytes, v.FullBytes...)
	}
	set.Bytes = set.FullBytes[head:]
	return ok
}

// certificates returns those in a message that can be read. Whoever signed is among them.
func (d *signedData) certificates() ([]*x509.Certificate, error) {
	if len(d.Certificates.FullBytes) == 0 {
		return nil, refuse(NoCertificate, "no certificate")
	}
	raw, ok := values(d.Certificates.Bytes, 32)
	if !ok {
		return nil, refuse(NoCertificate, "certificates that cannot be read")
	}
	var all []*x509.Certificate
	for _, v := range raw {
		c, err := x509.ParseCertificate(v.FullBytes)
		if err != nil {
			continue
		}
		if k, is := c.PublicKey.(*rsa.PublicKey); is && k.N.BitLen() > maxRSA {
			return nil, refuse(Weak, "a certificate with an RSA key of more than 8192 bits") // a check with it takes long
		}
		all = append(all, c)
	}
	return all, nil
}

// signer returns the only certificate that the signer's identifier names (RFC 5652,
// 5.3): by issuer and serial number, or by its key identifier.
func (s *signerInfo) signer(all []*x509.Certificate) (*x509.Certificate, error) {
	var named struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	var found *x509.Certificate
	for _, c := range all {
		match := false
		switch {
		case s.Signer.Class == context && s.Signer.Tag == 0 && !s.Signer.IsCompound:
			match = len(s.Signer.Bytes) > 0 && bytes.Equal(s.Signer.Bytes, c.SubjectKeyId)
		case exactly(s.Signer.FullBytes, &named):
			match = bytes.Equal(named.Issuer.FullBytes, c.RawIssuer) && named.Serial.Cmp(c.SerialNumber) == 0
		}
		switch {
		case !match:
		case found != nil && !found.Equal(c):
			return nil, refuse(NoCertificate, "two certificates of the signer")
		default:
			found = c
		}
	}
	if found == nil {
		return nil, refuse(NoCertificate, "the signer's certificate is not in it")
	}
	return found, nil
}

// An attribute is RFC 5652, 5.3.
type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue
}

// attributes reads a set of attributes. No type may be there twice, and each must have
// one value, except that several may be in may.
func attributes(set asn1.RawValue) (map[string]asn1.RawValue, error) {
	if len(set.FullBytes) == 0 {
		return nil, nil
	}
	raw, ok := values(set.Bytes, maxAttributes)
	if !ok {
		return nil, refuse(Malformed, "attributes that cannot be read")
	}
	all := map[string]asn1.RawValue{}
	for _, v := range raw {
		var a attribute
		if !exactly(v.FullBytes, &a) || !is(a.Values, universal, asn1.TagSet) {
			return nil, refuse(Malformed, "attributes that cannot be read")
		}
		if _, twice := all[a.Type.String()]; twice {
			return nil, refuse(Malformed, "an attribute twice")
		}
		one, ok := values(a.Values.Bytes, 8)
		if !ok || len(one) == 0 {
			return nil, refuse(Malformed, "attributes that cannot be read")
		}
		if len(one) == 1 {
			all[a.Type.String()] = one[0]
		} else {
			all[a.Type.String()] = asn1.RawValue{} // never a value that is looked for
		}
	}
	return all, nil
}
