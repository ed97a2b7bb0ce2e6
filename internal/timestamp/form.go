package timestamp

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

var (
	oidSHA256     = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
)

// The types of RFC 5652, as far as the form of a token is concerned.
type (
	contentInfo struct {
		Raw     asn1.RawContent
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Raw        asn1.RawContent
		Version    int
		Algorithms []pkix.AlgorithmIdentifier `asn1:"set"`
		Content    encapsulated
		Certs      asn1.RawValue `asn1:"optional,tag:0"`
		CRLs       asn1.RawValue `asn1:"optional,tag:1"`
		Signers    []signerInfo  `asn1:"set"`
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	signerInfo struct {
		Raw       asn1.RawContent
		Version   int
		Signer    issuerAndSerial
		Digest    pkix.AlgorithmIdentifier
		Signed    []attribute `asn1:"set,tag:0"`
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
		Unsigned  asn1.RawValue `asn1:"optional,tag:1"`
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
)

// contentOf checks the form of a token and returns the content that its signer signed.
func contentOf(token []byte) ([]byte, error) {
	var outer contentInfo
	var data signedData
	switch {
	case len(token) == 0:
		return nil, invalid("missing")
	case len(token) > MaxToken:
		return nil, invalid("too long")
	case !read(token, &outer) || !outer.Type.Equal(oidSignedData) || !read(outer.Content.Bytes, &data):
		return nil, invalid("malformed")
	case !data.Content.Type.Equal(oidTSTInfo):
		return nil, invalid("not a timestamp")
	case len(data.Signers) != 1:
		return nil, invalid("signed by nobody or by several")
	case parts(outer.Raw) != 2,
		parts(data.Raw) != 4+present(data.Certs)+present(data.CRLs),
		parts(data.Signers[0].Raw) != 6+present(data.Signers[0].Unsigned):
		return nil, invalid("with more parts than it should have")
	}
	seen := make(map[string]bool)
	for _, a := range data.Signers[0].Signed {
		if id := a.Type.String(); seen[id] || len(a.Values) != 1 {
			return nil, invalid("a signed attribute has not exactly one value")
		} else {
			seen[id] = true
		}
	}
	if data.Certs.Class == asn1.ClassContextSpecific && count(data.Certs.Bytes) > maxCertificates {
		return nil, invalid("with too many certificates")
	}
	return data.Content.Content, nil
}

// parts returns how many values lie in a sequence. encoding/asn1 passes over those
// behind the last that it knows.
func parts(sequence []byte) int {
	var v asn1.RawValue
	if !read(sequence, &v) {
		return -1
	}
	return count(v.Bytes)
}

func present(v asn1.RawValue) int {
	if len(v.FullBytes) == 0 {
		return 0
	}
	return 1
}

// count returns how many values der holds one after another; one more than
// maxCertificates stands for more, and for what cannot be read.
func count(der []byte) int {
	n := 0
	for len(der) > 0 && n <= maxCertificates {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return maxCertificates + 1
		}
		der = rest
		n++
	}
	return n
}
