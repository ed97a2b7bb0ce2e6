package oidcrp

import (
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func encrypt(t *testing.T, alg jose.KeyAlgorithm, enc jose.ContentEncryption, kid, plain string, opts *jose.EncrypterOptions) string {
	t.Helper()
	e, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: alg, Key: &testKey(t, "client").PublicKey, KeyID: kid}, opts)
	require.NoError(t, err)
	obj, err := e.Encrypt([]byte(plain))
	require.NoError(t, err)
	raw, err := obj.CompactSerialize()
	require.NoError(t, err)
	return raw
}

func decrypting(t *testing.T, b *fakeBroker, change ...func(*Config)) *Party {
	return newParty(t, b, append([]func(*Config){func(c *Config) {
		c.Decrypt = []DecryptKey{{KeyID: "old", Key: testKey(t, "general")}, {KeyID: "enc", Key: testKey(t, "client")}}
	}}, change...)...)
}

func TestVerifyEncrypted(t *testing.T) {
	good := goodToken(t)
	for enc := range contentEncryptions {
		for _, kid := range []string{"enc", ""} {
			raw := encrypt(t, jose.RSA_OAEP_256, jose.ContentEncryption(enc), kid, good, (&jose.EncrypterOptions{}).WithContentType("JWT"))
			v, err := decrypting(t, newFakeBroker(t)).Verify(t.Context(), raw, testNonce, parse)
			require.NoError(t, err, enc)
			assert.Equal(t, good, v.JWS)
		}
	}
}

func TestVerifyEncryptedRefuses(t *testing.T) {
	good := goodToken(t)
	raw := encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "enc", good, nil)
	parts := strings.Split(raw, ".")
	change := func(i int, s string) string {
		p := append([]string(nil), parts...)
		p[i] = s
		return strings.Join(p, ".")
	}
	head := func(s string) string { return change(0, b64([]byte(s))) }
	cases := map[string]string{
		"not encrypted":      good,
		"RSA-OAEP with SHA1": encrypt(t, jose.RSA_OAEP, jose.A256GCM, "enc", good, nil),
		"RSA1_5":             encrypt(t, jose.RSA1_5, jose.A256GCM, "enc", good, nil),
		"A192GCM":            encrypt(t, jose.RSA_OAEP_256, jose.A192GCM, "enc", good, nil),
		"compressed":         encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "enc", good, &jose.EncrypterOptions{Compression: jose.DEFLATE}),
		"a page inside":      encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "enc", "<html>", nil),
		"encrypted twice":    encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "enc", raw, nil),
		"nothing inside":     encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "enc", "", nil),
		"kid of another key": encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "stranger", good, nil),
		"alg dir":            head(`{"alg":"dir","enc":"A256GCM"}`),
		"alg none":           head(`{"alg":"none","enc":"A256GCM"}`),
		"header changed":     head(`{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"enc"} `),
		"jwk in header":      head(`{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"enc","jwk":{}}`),
		"key changed":        change(1, flip(parts[1])),
		"key cut":            change(1, parts[1][:8]),
		"no key":             change(1, ""),
		"IV changed":         change(2, flip(parts[2])),
		"no IV":              change(2, ""),
		"text changed":       change(3, flip(parts[3])),
		"no text":            change(3, ""),
		"tag changed":        change(4, flip(parts[4])),
		"tag cut":            change(4, parts[4][:4]),
		"no tag":             change(4, ""),
		"line break":         change(3, parts[3][:4]+"\n"+parts[3][4:]),
		"dots":               "....",
	}
	b := newFakeBroker(t)
	p := decrypting(t, b)
	texts := make(map[string]bool)
	for name, raw := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := p.Verify(t.Context(), raw, testNonce, parse)
			requireClass(t, fault.TokenInvalid, err)
			if raw != good {
				texts[err.Error()] = true
			}
		})
	}
	assert.Len(t, texts, 1, "nobody learns what was wrong with it")
	assert.Zero(t, b.count("/jwks"))

	_, err := p.Verify(t.Context(), encrypt(t, jose.RSA_OAEP_256, jose.A256GCM, "enc", good[:len(good)-4]+"AAAA", nil), testNonce, parse)
	requireClass(t, fault.TokenInvalid, err)
	_, err = newParty(t, b).Verify(t.Context(), raw, testNonce, parse)
	requireClass(t, fault.TokenInvalid, err)
	_, err = decrypting(t, b, func(c *Config) { c.AcceptPlain = true }).Verify(t.Context(), good, testNonce, parse)
	require.NoError(t, err)
}
