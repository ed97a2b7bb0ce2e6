package oidcrp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// RFC 7518 section 3.5: the salt is as long as the digest. Go's own check takes any
// length unless asked.
func TestSaltOfPSSIsAsLongAsTheDigest(t *testing.T) {
	k := testKey(t, "client")
	for _, alg := range []string{"PS256", "PS384", "PS512"} {
		raw, err := newSigner(k, alg, "k1", "JWT")(map[string]any{"æ": "ø"})
		require.NoError(t, err)
		dot := strings.LastIndexByte(raw, '.')
		sig, err := base64.RawURLEncoding.DecodeString(raw[dot+1:])
		require.NoError(t, err)
		a := algorithms[alg]
		assert.NoError(t, rsa.VerifyPSS(&k.PublicKey, a.hash, a.digest([]byte(raw[:dot])), sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}), alg)
	}
}

// A key that signs with numbers of its own choice.
type numbersKey struct {
	crypto.Signer
	r, s *big.Int
}

func (k numbersKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return asn1.Marshal(struct{ R, S *big.Int }{k.r, k.s})
}

func TestKeyThatSignsForAnotherCurveDoesNotSign(t *testing.T) {
	k := ecKey(t, elliptic.P256())
	long := new(big.Int).Lsh(big.NewInt(1), 500)
	for name, broken := range map[string]crypto.Signer{
		"too long":      numbersKey{k, long, long},
		"negative":      numbersKey{k, new(big.Int).Neg(long), big.NewInt(1)},
		"zero":          numbersKey{k, new(big.Int), new(big.Int)},
		"another key's": otherKey{k, ecKey(t, elliptic.P256())},
	} {
		_, err := newSigner(broken, "ES256", "", "JWT")(map[string]any{})
		assert.Error(t, err, name)
	}
}

// A key that says it is one and signs as another.
type otherKey struct{ is, signs *ecdsa.PrivateKey }

func (k otherKey) Public() crypto.PublicKey { return k.is.Public() }

func (k otherKey) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.signs.Sign(r, digest, opts)
}

func TestHeaderOfASignedToken(t *testing.T) {
	k := testKey(t, "client")
	for kid, want := range map[string]string{"æ-1": `{"alg":"RS256","kid":"æ-1","typ":"JWT"}`, "": `{"alg":"RS256","typ":"JWT"}`} {
		raw, err := newSigner(k, "RS256", kid, "JWT")(map[string]any{})
		require.NoError(t, err)
		head, err := base64.RawURLEncoding.DecodeString(raw[:strings.IndexByte(raw, '.')])
		require.NoError(t, err)
		assert.JSONEq(t, want, string(head))
	}
}
