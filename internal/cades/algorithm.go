package cades

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"hash"
)

// The object identifiers of algorithms (RFC 5754, RFC 4055, RFC 5758).
var (
	oidSHA256   = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384   = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512   = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
	oidRSA      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSA256   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
	oidRSA384   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}
	oidRSA512   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}
	oidPSS      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidECDSA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidECDSA384 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}
	oidECDSA512 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}
)

// hashOf returns the hash function that an identifier names: SHA-256, SHA-384 or
// SHA-512. Older ones are refused.
func hashOf(a pkix.AlgorithmIdentifier) (crypto.Hash, bool) {
	if p := a.Parameters.FullBytes; len(p) != 0 && !bytes.Equal(p, asn1.NullBytes) {
		return 0, false
	}
	switch {
	case a.Algorithm.Equal(oidSHA256):
		return crypto.SHA256, true
	case a.Algorithm.Equal(oidSHA384):
		return crypto.SHA384, true
	case a.Algorithm.Equal(oidSHA512):
		return crypto.SHA512, true
	}
	return 0, false
}

// sum returns the digest of b.
func sum(h crypto.Hash, b []byte) []byte {
	var d hash.Hash
	switch h {
	case crypto.SHA384:
		d = sha512.New384()
	case crypto.SHA512:
		d = sha512.New()
	default:
		d = sha256.New()
	}
	d.Write(b)
	return d.Sum(nil)
}

// The least and the greatest size of an RSA modulus, in bits.
const (
	minRSA = 2048
	maxRSA = 8192
)

// checkSignature checks a signature value over signed with the key of cert. h is the
// digest algorithm of the signer, which the signature algorithm must agree with.
func checkSignature(cert *x509.Certificate, alg pkix.AlgorithmIdentifier, h crypto.Hash, signed, value []byte) error {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSA || bits > maxRSA {
			return refuse(Weak, "an RSA key of less than 2048 or more than 8192 bits")
		}
		return checkRSA(key, alg, h, sum(h, signed), value)
	case *ecdsa.PublicKey:
		if with, ok := ecdsaHash(alg); !ok || with != h {
			return refuse(Weak, "a signature algorithm that does not fit")
		}
		if key.Curve.Params().BitSize < 256 || !ecdsa.VerifyASN1(key, sum(h, signed), value) {
			return refuse(WrongSignature, "wrong signature")
		}
		return nil
	}
	return refuse(Weak, "a kind of key that is not read here")
}

func ecdsaHash(alg pkix.AlgorithmIdentifier) (crypto.Hash, bool) {
	switch {
	case len(alg.Parameters.FullBytes) != 0:
	case alg.Algorithm.Equal(oidECDSA256):
		return crypto.SHA256, true
	case alg.Algorithm.Equal(oidECDSA384):
		return crypto.SHA384, true
	case alg.Algorithm.Equal(oidECDSA512):
		return crypto.SHA512, true
	}
	return 0, false
}

func checkRSA(key *rsa.PublicKey, alg pkix.AlgorithmIdentifier, h crypto.Hash, digest, value []byte) error {
	with := h
	switch {
	case alg.Algorithm.Equal(oidPSS):
		return checkPSS(key, alg, h, digest, value)
	case alg.Algorithm.Equal(oidRSA):
	case alg.Algorithm.Equal(oidRSA256):
		with = crypto.SHA256
	case alg.Algorithm.Equal(oidRSA384):
		with = crypto.SHA384
	case alg.Algorithm.Equal(oidRSA512):
		with = crypto.SHA512
	default:
		return refuse(Weak, "a signature algorithm that does not fit")
	}
	if with != h {
		return refuse(Weak, "a signature algorithm that does not fit")
	}
	if rsa.VerifyPKCS1v15(key, h, digest, value) != nil {
		return refuse(WrongSignature, "wrong signature")
	}
	return nil
}

// pssParameters are RFC 4055, 3.1. What is left out means SHA-1, which is refused.
type pssParameters struct {
	Hash    pkix.AlgorithmIdentifier `asn1:"explicit,tag:0"`
	MGF     pkix.AlgorithmIdentifier `asn1:"explicit,tag:1"`
	Salt    int                      `asn1:"explicit,tag:2"`
	Trailer int                      `asn1:"optional,explicit,tag:3,default:1"`
}

func checkPSS(key *rsa.PublicKey, alg pkix.AlgorithmIdentifier, h crypto.Hash, digest, value []byte) error {
	var p pssParameters
	var mask pkix.AlgorithmIdentifier
	if !exactly(alg.Parameters.FullBytes, &p) || !p.MGF.Algorithm.Equal(oidMGF1) || !exactly(p.MGF.Parameters.FullBytes, &mask) {
		return refuse(Weak, "parameters of RSA-PSS that cannot be read")
	}
	with, ok1 := hashOf(p.Hash)
	masked, ok2 := hashOf(mask)
	if !ok1 || !ok2 || with != h || masked != h || p.Trailer != 1 || p.Salt < 0 || p.Salt > maxRSA/8 {
		return refuse(Weak, "parameters of RSA-PSS that do not fit")
	}
	salt := p.Salt
	if salt == 0 {
		salt = -2 // not what rsa.PSSSaltLengthAuto means, so it never verifies
	}
	if rsa.VerifyPSS(key, h, digest, value, &rsa.PSSOptions{SaltLength: salt, Hash: h}) != nil {
		return refuse(WrongSignature, "wrong signature")
	}
	return nil
}
