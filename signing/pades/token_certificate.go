package pades

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
)

// A tokenCertificate is what is needed of the certificate of a token's key.
type tokenCertificate struct {
	key    *rsa.PublicKey
	serial *big.Int
	parsed *x509.Certificate // nil if crypto/x509 refuses it
}

// readTokenCertificate reads serial number and key by itself: crypto/x509 refuses certificates with a
// negative serial number, which genuine tokens of Danish brokers have. Nobody vouches for one that it
// refuses but the seal around it.
func readTokenCertificate(der []byte) (*tokenCertificate, bool) {
	var c struct {
		Content struct {
			Version   int `asn1:"optional,explicit,default:0,tag:0"`
			Serial    *big.Int
			Algorithm pkix.AlgorithmIdentifier
			Issuer    asn1.RawValue
			Life      asn1.RawValue
			Subject   asn1.RawValue
			Key       asn1.RawValue
		}
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if rest, err := asn1.Unmarshal(der, &c); err != nil || len(rest) != 0 {
		return nil, false
	}
	public, err := x509.ParsePKIXPublicKey(c.Content.Key.FullBytes)
	if err != nil {
		return nil, false
	}
	key, ok := public.(*rsa.PublicKey)
	if !ok || !strong(key) {
		return nil, false
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		parsed = nil
	}
	return &tokenCertificate{key: key, serial: c.Content.Serial, parsed: parsed}, true
}

// strong reports whether a key is of a size that is taken.
func strong(key *rsa.PublicKey) bool {
	bits := key.N.BitLen()
	return bits >= 2048 && bits <= 8192
}
