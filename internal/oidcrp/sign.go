package oidcrp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// A signer returns claims as a signed token in compact form. It is a function, because
// printers that use reflection cannot look into one.
type signer func(claims map[string]any) (string, error)

// newSigner returns a signer with a key, which may be in hardware. alg is the result
// of signingAlg. If kid is empty, the header has none.
func newSigner(key crypto.Signer, alg, kid, typ string) signer {
	opaque := jose.JSONWebKey{Key: cryptosigner.Opaque(carefulSigner{key}), KeyID: kid}
	return func(claims map[string]any) (string, error) { return signJWS(opaque, alg, typ, claims) }
}

// newSecretSigner returns a signer with HS256. secret must have minSecret bytes.
func newSecretSigner(secret func() string, typ string) signer {
	return func(claims map[string]any) (string, error) {
		return signJWS([]byte(secret()), string(jose.HS256), typ, claims)
	}
}

func signJWS(key any, alg, typ string, claims map[string]any) (string, error) {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key},
		new(jose.SignerOptions).WithType(jose.ContentType(typ)))
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	jws, err := s.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// A carefulSigner corrects two faults of go-jose's cryptosigner (v4.1.8).
// cryptosigner asks for the longest PSS salt, although RFC 7518 section 3.5 demands
// one as long as the digest. It also panics if the numbers of an ECDSA signature are
// too large for the curve, as with hardware that holds another key.
type carefulSigner struct{ crypto.Signer }

func (s carefulSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, ok := opts.(*rsa.PSSOptions); ok {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: opts.HashFunc()}
	}
	sig, err := s.Signer.Sign(random, digest, opts)
	if err != nil {
		return nil, err
	}
	if pub, ok := s.Public().(*ecdsa.PublicKey); ok && !ecdsa.VerifyASN1(pub, digest, sig) {
		return nil, errors.New("oidcrp: the key made a signature that does not hold")
	}
	return sig, nil
}

// signingAlg returns the algorithm that key signs with: name, or the one for the type
// of key if name is empty. It returns false if the key is missing, too weak, or not
// for name.
func signingAlg(key crypto.Signer, name string) (string, bool) {
	if key == nil {
		return "", false
	}
	switch pub := key.Public().(type) {
	case *rsa.PublicKey:
		if name == "" {
			name = "RS256"
		}
		return name, algorithms[name].takes(pub) && pub.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		if name == "" && pub.Curve == elliptic.P256() {
			name = "ES256"
		} else if name == "" && pub.Curve == elliptic.P384() {
			name = "ES384"
		}
		return name, algorithms[name].takes(pub)
	default:
		return "", false
	}
}
