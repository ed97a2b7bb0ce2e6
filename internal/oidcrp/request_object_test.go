package oidcrp

import (
	"crypto"
	"crypto/elliptic"
	"encoding/json"
	"io"
	"net/url"
	"testing"

	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longSecret is long enough for HS256.
const longSecret = testSecret + ", 32 bytes at the least"

func TestSignRequest(t *testing.T) {
	secret := func() string { return longSecret }
	rsaKey, p256, p384 := testKey(t, "client"), ecKey(t, elliptic.P256()), ecKey(t, elliptic.P384())
	for name, c := range map[string]struct {
		signer RequestSigner
		alg    jose.SignatureAlgorithm
		key    any
	}{
		"secret": {RequestSigner{Secret: secret}, jose.HS256, []byte(longSecret)},
		"RSA":    {RequestSigner{Key: rsaKey, KeyID: "k"}, jose.RS256, rsaKey.Public()},
		"PS256":  {RequestSigner{Key: rsaKey, KeyID: "k", Alg: "PS256"}, jose.PS256, rsaKey.Public()},
		"P-256":  {RequestSigner{Key: p256, KeyID: "k"}, jose.ES256, p256.Public()},
		"P-384":  {RequestSigner{Key: p384, KeyID: "k"}, jose.ES384, p384.Public()},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty(t, newFakeBroker(t), func(cfg *Config) { cfg.Request = c.signer })
			require.True(t, p.SignsRequests())
			raw, err := p.SignRequest(url.Values{"scope": {"openid"}, "state": {"æøå"}})
			require.NoError(t, err)
			jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{c.alg})
			require.NoError(t, err)
			payload, err := jws.Verify(c.key)
			require.NoError(t, err)
			assert.Equal(t, c.signer.KeyID, jws.Signatures[0].Header.KeyID)
			assert.Equal(t, "oauth-authz-req+jwt", jws.Signatures[0].Header.ExtraHeaders["typ"])
			var got map[string]any
			require.NoError(t, json.Unmarshal(payload, &got))
			assert.NotEmpty(t, got["jti"])
			delete(got, "jti")
			now := float64(testNow.Unix())
			assert.Equal(t, map[string]any{"iss": testClientID, "aud": testIssuer, "client_id": testClientID, "scope": "openid", "state": "æøå",
				"iat": now, "nbf": now, "exp": now + 300}, got)
			again, err := p.SignRequest(url.Values{})
			require.NoError(t, err)
			assert.NotEqual(t, raw, again)
		})
	}
}

// A parameter cannot take the place of what the object says of itself.
func TestSignRequestSaysItsOwn(t *testing.T) {
	p := newParty(t, newFakeBroker(t), func(cfg *Config) { cfg.Request = RequestSigner{Secret: func() string { return longSecret }} })
	_, err := p.SignRequest(url.Values{"aud": {"x"}})
	requireClass(t, fault.InputInvalid, err)
}

func TestSignRequestRefuses(t *testing.T) {
	_, err := newParty(t, newFakeBroker(t)).SignRequest(url.Values{})
	requireClass(t, fault.ConfigInvalid, err)
	require.False(t, newParty(t, newFakeBroker(t)).SignsRequests())
	broken := RequestSigner{Key: brokenKey{testKey(t, "client")}}
	_, err = newParty(t, newFakeBroker(t), func(cfg *Config) { cfg.Request = broken }).SignRequest(url.Values{})
	requireClass(t, fault.ConfigInvalid, err)

	secret := func() string { return longSecret }
	for name, s := range map[string]RequestSigner{
		"both":         {Key: testKey(t, "client"), Secret: secret},
		"short secret": {Secret: func() string { return testSecret[:8] }},
		"another alg":  {Key: testKey(t, "client"), Alg: "ES256"},
		"HS256":        {Key: testKey(t, "client"), Alg: "HS256"},
	} {
		cfg := testConfig(nil)
		cfg.Request = s
		_, err := New(cfg)
		requireClass(t, fault.ConfigInvalid, err)
		assert.ErrorContains(t, err, "Request", name)
		assert.Empty(t, canary.Leaks(s, longSecret))
	}
}

// brokenKey is a key whose hardware is gone.
type brokenKey struct{ crypto.Signer }

func (brokenKey) Sign(_ io.Reader, _ []byte, _ crypto.SignerOpts) ([]byte, error) {
	return nil, errNotWritten
}
