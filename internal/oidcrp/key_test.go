package oidcrp

import (
	"crypto"
	"crypto/elliptic"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unusable are keys that must be left out beside a good one.
func unusable(t *testing.T) map[string]any {
	rsaKey, ec := publicJWK(t, "x", testKey(t, "general")), publicJWK(t, "x", ecKey(t, elliptic.P256()))
	return map[string]any{
		"symmetric":          map[string]any{"kty": "oct", "kid": "x", "k": "c2VjcmV0"},
		"RSA 512 bits":       with(rsaKey, "n", b64([]byte(strings.Repeat("\xab", 64)))),
		"RSA 2047 bits":      with(rsaKey, "n", b64([]byte("\x7f"+strings.Repeat("\xff", 255)))),
		"RSA 16384 bits":     with(rsaKey, "n", b64([]byte(strings.Repeat("\xff", 2048)))),
		"RSA even modulus":   with(rsaKey, "n", b64([]byte(strings.Repeat("\xfe", 256)))),
		"RSA exponent 1":     with(rsaKey, "e", "AQ"),
		"RSA exponent even":  with(rsaKey, "e", "AQAA"),
		"RSA exponent huge":  with(rsaKey, "e", b64([]byte(strings.Repeat("\xff", 64)))),
		"RSA exponent 2^31":  with(rsaKey, "e", b64([]byte("\x80\x00\x00\x01"))),
		"RSA no exponent":    with(rsaKey, "e", nil),
		"RSA no modulus":     with(rsaKey, "n", nil),
		"RSA modulus number": with(rsaKey, "n", 7),
		"RSA broken base64":  with(rsaKey, "n", "***"),
		"RSA padding":        with(rsaKey, "e", "AQAB=="),
		"RSA line break":     with(rsaKey, "e", "AQ\nAB"),
		"RSA private":        with(rsaKey, "d", "AQAB"),
		"RSA private null":   with(rsaKey, "p", nil, "dp", "AQAB"),
		"point off curve":    with(ec, "y", ec["x"]),
		"point at infinity":  with(ec, "x", b64(make([]byte, 32)), "y", b64(make([]byte, 32))),
		"point too short":    with(ec, "x", "AQAB"),
		"curve of 521 bits":  publicJWK(t, "x", ecKey(t, elliptic.P521())),
		"curve unknown":      with(ec, "crv", "secp256k1"),
		"curve of other key": with(ec, "crv", "P-384"),
		"EC private":         with(ec, "d", "AQAB"),
		"unknown type":       with(rsaKey, "kty", "AKP"),
		"OKP":                map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "x", "x": b64(make([]byte, 32))},
		"no type":            with(rsaKey, "kty", nil),
		"type in other case": with(rsaKey, "kty", "rsa"),
		"for encryption":     with(rsaKey, "use", "enc"),
		"for signing only":   with(rsaKey, "key_ops", []string{"sign"}),
		"kid a number":       with(rsaKey, "kid", 7),
		"member in case":     with(rsaKey, "KTY", "RSA"),
		"a text":             "key",
		"a list":             []string{"key"},
		"null":               nil,
	}
}

func TestUnusableKeysAreLeftOut(t *testing.T) {
	good := publicJWK(t, "mitid", testKey(t, "mitid"))
	raw := goodToken(t)
	for name, bad := range unusable(t) {
		t.Run(name, func(t *testing.T) {
			for _, keys := range [][]any{{bad, good}, {good, bad}} {
				b := newFakeBroker(t)
				b.set("/jwks", 200, keyDocument(keys...))
				p := newParty(t, b)
				_, err := p.Verify(t.Context(), raw, testNonce, parse)
				require.NoError(t, err)
				assert.Len(t, p.keys.current.Load().value.all, 1)
			}
		})
	}
}

func TestTwoKeysWithOneID(t *testing.T) {
	mitid, general := publicJWK(t, "mitid", testKey(t, "mitid")), publicJWK(t, "mitid", testKey(t, "general"))
	for name, c := range map[string]struct {
		keys []any
		ok   bool
	}{
		"two different":             {[]any{mitid, general}, false},
		"two different, then again": {[]any{general, mitid, mitid}, false},
		"the same twice":            {[]any{mitid, mitid}, true},
		"the same for another use":  {[]any{mitid, with(general, "use", "enc")}, true},
		"RSA and EC":                {[]any{mitid, publicJWK(t, "mitid", ecKey(t, elliptic.P256()))}, false},
		"one alg each":              {[]any{mitid, with(mitid, "alg", "PS256")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFakeBroker(t)
			b.set("/jwks", 200, keyDocument(c.keys...))
			p := newParty(t, b)
			for _, raw := range []string{goodToken(t), token(t, testKey(t, "mitid"), with(goodHeader(), "kid", nil), goodClaims())} {
				_, err := p.Verify(t.Context(), raw, testNonce, parse)
				if c.ok {
					require.NoError(t, err)
				} else {
					requireClass(t, fault.TokenInvalid, err)
				}
			}
		})
	}
}

// Certificates beside a key are not ours to judge, so a broken one spoils
// nothing; and a key that is taken here is the key that go-jose reads.
func TestReadKeyAgreesWithGoJose(t *testing.T) {
	for _, k := range []crypto.Signer{testKey(t, "mitid"), ecKey(t, elliptic.P256()), ecKey(t, elliptic.P384())} {
		raw := []byte(mustJSON(publicJWK(t, "kid", k)))
		ours, ok := readKey(raw)
		require.True(t, ok)
		var theirs jose.JSONWebKey
		require.NoError(t, theirs.UnmarshalJSON(raw))
		assert.Equal(t, "kid", ours.id)
		if ours.rsa != nil {
			assert.True(t, ours.rsa.Equal(theirs.Key))
		} else {
			assert.True(t, ours.ec.Equal(theirs.Key))
		}
	}
	_, ok := readKey([]byte(mustJSON(with(publicJWK(t, "kid", testKey(t, "mitid")), "x5c", []string{"broken"}, "x5t", "æ", "key_ops", []string{"verify"}))))
	assert.True(t, ok)
}
