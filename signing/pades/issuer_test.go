package pades_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// fields is a JSON object.
type fields map[string]any

// with returns the fields with others in their place; nil removes one.
func (f fields) with(others fields) fields {
	out := maps.Clone(f)
	for k, v := range others {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

func text(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// tokenKeys are the keys of tokens: the issuer's, and a stranger's.
var tokenKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048) // never fails (crypto/rand)
	}
	return keys
})

// jws signs claims with RS256, whatever the header says.
func jws(t testing.TB, key *rsa.PrivateKey, header, claims fields) string {
	t.Helper()
	part := func(f fields) string { return base64.RawURLEncoding.EncodeToString([]byte(text(t, f))) }
	signed := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	value, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	require.NoError(t, err)
	return signed + "." + base64.RawURLEncoding.EncodeToString(value)
}

// jwks is the key set of a key, as an issuer publishes it.
func jwks(t testing.TB, kid string, key *rsa.PrivateKey, more fields) string {
	t.Helper()
	jwk := fields{"kty": "RSA", "use": "sig", "kid": kid, "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": "AQAB"}
	return text(t, fields{"keys": []any{jwk.with(more)}})
}

var header = fields{"alg": "RS256", "typ": "JWT", "kid": "nøgle-1"}

// loggedIn are the claims of an ID token of Criipto Verify, a minute before the signature.
func loggedIn() fields {
	return fields{
		"iss": "https://grusgraven-test.criipto.id", "aud": "urn:my:application", "identityscheme": "dkmitid", "sub": "{7f2e1c34-5d6b-4a3f-8a55-2b0e0bbf1a11}",
		"uuid": "7f2e1c34-5d6b-4a3f-8a55-2b0e0bbf1a11", "name": "Åse Sørensen", "birthdate": "1985-06-11", "loA": "SUBSTANTIAL", "refTextBody": "Lejekontrakt, Ærø",
		"iat": signedAt.Add(-time.Minute).Unix(), "exp": signedAt.Add(19 * time.Minute).Unix(),
	}
}

// idToken is the value of evidence of one login.
func idToken(t testing.TB, header, claims fields) fields {
	return fields{"jwt": jws(t, tokenKeys()[0], header, claims), "jwks": jwks(t, "nøgle-1", tokenKeys()[0], nil)}
}

// contact is evidence as it stands in a ContactInfo.
func contact(t testing.TB, environment, kind string, value any) string {
	t.Helper()
	meta := fields{"applicationId": "a", "signatureOrderId": "ordre-ø", "signatoryId": "underskriver-å", "environment": environment}
	return text(t, fields{"meta": text(t, meta), "environment": environment, "type": kind, "value": text(t, value)})
}

// signed is a document with one signature for each evidence.
func signed(t testing.TB, a *fakepdf.Authority, evidence ...string) []byte {
	t.Helper()
	pdf := contract()
	for _, e := range evidence {
		var err error
		pdf, err = a.Sign(pdf, fakepdf.Signature{At: signedAt, ContactInfo: e})
		require.NoError(t, err)
	}
	return pdf
}
