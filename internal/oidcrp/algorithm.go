package oidcrp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
)

// An algorithm checks signatures (RFC 7518 section 3). signed and sig are not
// trusted.
type algorithm struct {
	hash  crypto.Hash
	curve elliptic.Curve // if nil, RSA
	pss   bool
	check func(a *algorithm, k *key, signed, sig []byte) bool
}

// algorithms are those that Config.Algs may name. Symmetric ones and "none" are not
// among them, so no token can choose such a one.
var algorithms = map[string]algorithm{
	"RS256": {hash: crypto.SHA256, check: checkRSA},
	"RS384": {hash: crypto.SHA384, check: checkRSA},
	"RS512": {hash: crypto.SHA512, check: checkRSA},
	"PS256": {hash: crypto.SHA256, check: checkRSA, pss: true},
	"PS384": {hash: crypto.SHA384, check: checkRSA, pss: true},
	"PS512": {hash: crypto.SHA512, check: checkRSA, pss: true},
	"ES256": {hash: crypto.SHA256, check: checkECDSA, curve: elliptic.P256()},
	"ES384": {hash: crypto.SHA384, check: checkECDSA, curve: elliptic.P384()},
}

// takes reports whether a public key is of the type that a needs.
func (a algorithm) takes(public crypto.PublicKey) bool {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return a.check != nil && a.curve == nil
	case *ecdsa.PublicKey:
		return a.check != nil && k.Curve == a.curve
	}
	return false
}

// digest returns the hash of message.
func (a *algorithm) digest(message []byte) []byte {
	switch a.hash {
	case crypto.SHA384:
		d := sha512.Sum384(message)
		return d[:]
	case crypto.SHA512:
		d := sha512.Sum512(message)
		return d[:]
	default:
		d := sha256.Sum256(message)
		return d[:]
	}
}

func checkRSA(a *algorithm, k *key, signed, sig []byte) bool {
	if len(sig) != k.rsa.Size() {
		return false
	}
	if a.pss {
		return rsa.VerifyPSS(k.rsa, a.hash, a.digest(signed), sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	}
	return rsa.VerifyPKCS1v15(k.rsa, a.hash, a.digest(signed), sig) == nil
}

// checkECDSA takes r and s as two numbers of the curve's full size, side by side
// (RFC 7518 section 3.4), and no other form.
func checkECDSA(a *algorithm, k *key, signed, sig []byte) bool {
	size := (a.curve.Params().BitSize + 7) / 8
	if len(sig) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(sig[:size]), new(big.Int).SetBytes(sig[size:])
	return ecdsa.Verify(k.ec, a.digest(signed), r, s)
}
