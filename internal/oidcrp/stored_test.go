package oidcrp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
)

// A stored key document verifies what the issuer signed, and says which key it was.
func TestStoredKeys(t *testing.T) {
	general, mitid := testKey(t, "general"), testKey(t, "mitid")
	keys, err := ReadStoredKeys([]byte(keyDocument(publicJWK(t, "general", general), publicJWK(t, "mitid", mitid))))
	require.NoError(t, err)
	token := signed(t, mitid, map[string]any{"alg": "RS256", "kid": "mitid"})
	got, missing, err := keys.Check(token)
	require.NoError(t, err)
	assert.False(t, missing)
	assert.Equal(t, "mitid", got.KeyID)
	assert.Equal(t, "RS256", got.Algorithm)
	assert.JSONEq(t, `{"sub":"æøå"}`, string(got.Payload))
	assert.True(t, keys.Has(got.Key))
	assert.NotContains(t, fmt.Sprintf("%+v", *got), "æøå")

	only, err := ReadStoredKeys([]byte(keyDocument(publicJWK(t, "general", general))))
	require.NoError(t, err)
	_, missing, err = only.Check(token)
	assert.True(t, missing)
	assert.ErrorIs(t, err, fault.Sentinel{Class: fault.TokenInvalid})
	assert.False(t, only.Has(got.Key))

	for name, bad := range map[string]string{
		"wrong-signature": token[:len(token)-8] + "AAAAAAAA",
		"another-key":     signed(t, general, map[string]any{"alg": "RS256", "kid": "mitid"}),
		"alg-none":        signed(t, mitid, map[string]any{"alg": "none", "kid": "mitid"}),
		"alg-hs256":       signed(t, mitid, map[string]any{"alg": "HS256", "kid": "mitid"}),
		"alg-es256":       signed(t, mitid, map[string]any{"alg": "ES256", "kid": "mitid"}),
		"no-kid-two-keys": signed(t, mitid, map[string]any{"alg": "RS256"}),
		"brings-its-key":  signed(t, mitid, map[string]any{"alg": "RS256", "kid": "mitid", "x5c": []string{"MAo="}}),
		"critical":        signed(t, mitid, map[string]any{"alg": "RS256", "kid": "mitid", "crit": []string{"b64"}}),
		"too-long":        token + strings.Repeat("A", MaxToken),
		"four-dots":       token + "..",
		"empty":           "",
	} {
		_, missing, err := keys.Check(bad)
		assert.ErrorIs(t, err, fault.Sentinel{Class: fault.TokenInvalid}, name)
		assert.False(t, missing, name)
	}
	for _, document := range []string{"", "{}", `{"keys":null}`, `{"keys":[],"keys":[]}`, "[]", strings.Repeat(" ", MaxKeyDocument) + `{"keys":[]}`} {
		_, err := ReadStoredKeys([]byte(document))
		assert.ErrorIs(t, err, fault.Sentinel{Class: fault.ResponseInvalid})
	}
}

// A certificate's key verifies what names any key.
func TestCertificateKeys(t *testing.T) {
	key := testKey(t, "mitid")
	keys := CertificateKeys(&x509.Certificate{PublicKey: &key.PublicKey})
	require.NotNil(t, keys)
	_, _, err := keys.Check(signed(t, key, map[string]any{"alg": "RS256", "kid": "whatever"}))
	require.NoError(t, err)
	_, _, err = keys.Check(signed(t, testKey(t, "general"), map[string]any{"alg": "RS256"}))
	require.Error(t, err)
	short, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, _, err = CertificateKeys(&x509.Certificate{PublicKey: &short.PublicKey}).Check(signed(t, key, map[string]any{"alg": "RS256"}))
	require.Error(t, err)
	assert.Nil(t, CertificateKeys(&x509.Certificate{PublicKey: "none"}))
}

// FuzzStored holds that no token or key document ends a program.
func FuzzStored(f *testing.F) {
	key := testKey(f, "mitid")
	f.Add(signed(f, key, map[string]any{"alg": "RS256", "kid": "mitid"}), []byte(keyDocument(publicJWK(f, "mitid", key))))
	f.Fuzz(func(_ *testing.T, token string, document []byte) {
		if keys, err := ReadStoredKeys(document); err == nil {
			_, _, _ = keys.Check(token)
			_ = keys.Has(document)
		}
	})
}

// signed is a token with this header, signed with RS256 whatever the header says.
func signed(tb testing.TB, k crypto.Signer, head map[string]any) string {
	tb.Helper()
	return token(tb, k, mustJSON(head), map[string]any{"sub": "æøå"})
}
