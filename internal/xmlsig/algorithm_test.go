package xmlsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMethodsVerify(t *testing.T) {
	digest := sha256.Sum256([]byte("æøå"))
	overEC, overRSA := method{crypto.SHA256, true}, method{crypto.SHA256, false}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	require.NoError(t, err)
	value := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	der, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	require.NoError(t, err)
	other := sha256.Sum256([]byte("æøa"))
	require.True(t, overEC.verify(&key.PublicKey, digest[:], value))
	require.False(t, overEC.verify(&key.PublicKey, other[:], value), "another digest")
	require.False(t, overEC.verify(&key.PublicKey, digest[:], der), "ASN.1")
	require.False(t, overEC.verify(&key.PublicKey, digest[:], value[:63]), "too short")
	require.False(t, overEC.verify(&key.PublicKey, digest[:], nil), "empty")
	require.False(t, overEC.verify(&key.PublicKey, digest[:], append([]byte{0}, value...)), "too long in front")
	require.False(t, overEC.verify(&key.PublicKey, digest[:], append(value[:64:64], 0)), "too long behind")
	require.False(t, overEC.verify(&key.PublicKey, digest[:], make([]byte, 64)), "zeros")
	require.False(t, overRSA.verify(&key.PublicKey, digest[:], value), "an RSA algorithm")

	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	r, s, err = ecdsa.Sign(rand.Reader, small, digest[:])
	require.NoError(t, err)
	value = append(r.FillBytes(make([]byte, 28)), s.FillBytes(make([]byte, 28))...)
	require.False(t, overEC.verify(&small.PublicKey, digest[:], value), "a curve that is not accepted")

	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	value, err = rsa.SignPKCS1v15(nil, rsaKey, crypto.SHA256, digest[:])
	require.NoError(t, err)
	pss, err := rsa.SignPSS(rand.Reader, rsaKey, crypto.SHA256, digest[:], nil)
	require.NoError(t, err)
	require.True(t, overRSA.verify(&rsaKey.PublicKey, digest[:], value))
	require.False(t, overEC.verify(&rsaKey.PublicKey, digest[:], value), "an ECDSA algorithm")
	require.False(t, overRSA.verify(&rsaKey.PublicKey, digest[:], pss), "PSS")

	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	require.False(t, overEC.verify(public, digest[:], value), "a key of another kind")
	require.False(t, overRSA.verify(nil, digest[:], value), "no key")
}
