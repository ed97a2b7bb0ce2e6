package oidcrp

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewNamesTheField(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		field  string
	}{
		"no name":           {func(c *Config) { c.Name = "" }, "Name"},
		"no client":         {func(c *Config) { c.ClientID = "" }, "ClientID"},
		"client with blank": {func(c *Config) { c.ClientID = "a b" }, "ClientID"},
		"no issuer":         {func(c *Config) { c.Issuer = "" }, "Issuer"},
		"issuer http":       {func(c *Config) { c.Issuer = "http://acme.test.example" }, "Issuer"},
		"issuer with slash": {func(c *Config) { c.Issuer += "/" }, "Issuer"},
		"issuer with query": {func(c *Config) { c.Issuer += "?x" }, "Issuer"},
		"issuer host":       {func(c *Config) { c.Issuer = "acme.test.example" }, "Issuer"},
		"issuer with user":  {func(c *Config) { c.Issuer = "https://a:b@acme.test.example" }, "Issuer"},
		"issuer port alone": {func(c *Config) { c.Issuer = "https://:443" }, "Issuer"},
		"issuer æ":          {func(c *Config) { c.Issuer = "https://æ.example" }, "Issuer"},
		"issuer opaque":     {func(c *Config) { c.Issuer = "https:acme" }, "Issuer"},
		"issuer malformed":  {func(c *Config) { c.Issuer = "https://[::1" }, "Issuer"},
		"host with path":    {func(c *Config) { c.Hosts = []string{"a.example/x"} }, "Hosts"},
		"host empty":        {func(c *Config) { c.Hosts = []string{""} }, "Hosts"},
		"no algs":           {func(c *Config) { c.Algs = nil }, "Algs"},
		"alg none":          {func(c *Config) { c.Algs = []string{"none"} }, "Algs"},
		"alg symmetric":     {func(c *Config) { c.Algs = []string{"RS256", "HS256"} }, "Algs"},
		"skew":              {func(c *Config) { c.Skew = 2 * time.Hour }, "Skew"},
		"timeout":           {func(c *Config) { c.Timeout = -1 }, "Timeout"},
		"cache":             {func(c *Config) { c.Cache.MaxAge = time.Second }, "Cache"},
		"no secret":         {func(c *Config) { c.Auth.Secret = nil }, "Auth.Secret"},
		"empty secret":      {func(c *Config) { c.Auth.Secret = func() string { return "" } }, "Auth.Secret"},
		"unknown method":    {func(c *Config) { c.Auth.Method = 9 }, "Auth.Method"},
		"no key":            {func(c *Config) { c.Auth = ClientAuth{Method: PrivateKeyJWT} }, "Auth.Key"},
		"key for other alg": {func(c *Config) { c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: testKey(t, "client"), Alg: "ES256"} }, "Auth.Key"},
		"P-256 for RS256": {func(c *Config) {
			c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: ecKey(t, elliptic.P256()), Alg: "RS256"}
		}, "Auth.Key"},
		"P-384 for ES256": {func(c *Config) {
			c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: ecKey(t, elliptic.P384()), Alg: "ES256"}
		}, "Auth.Key"},
		"key P-521":   {func(c *Config) { c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: ecKey(t, elliptic.P521())} }, "Auth.Key"},
		"key Ed25519": {func(c *Config) { c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: ed25519.PrivateKey(make([]byte, 64))} }, "Auth.Key"},
		"key is weak": {func(c *Config) {
			weak := rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), minRSA-2, 1), E: 65537} // one bit too short
			c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: &rsa.PrivateKey{PublicKey: weak}}
		}, "Auth.Key"},
		"alg HS256":       {func(c *Config) { c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: testKey(t, "client"), Alg: "HS256"} }, "Auth.Key"},
		"decrypt key nil": {func(c *Config) { c.Decrypt = []DecryptKey{{}} }, "Decrypt"},
		"decrypt key is weak": {func(c *Config) {
			c.Decrypt = []DecryptKey{{Key: &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: big.NewInt(15), E: 3}}}}
		}, "Decrypt"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig(nil)
			c.change(&cfg)
			p, err := New(cfg)
			assert.Nil(t, p)
			requireClass(t, fault.ConfigInvalid, err)
			assert.Contains(t, err.Error(), c.field)
		})
	}
	for _, issuer := range []string{"http://localhost:1", "http://127.0.0.9", "http://[::1]:8080/op", "https://acme.test.example/op"} {
		cfg := testConfig(nil)
		cfg.Issuer = issuer
		p, err := New(cfg)
		require.NoError(t, err)
		assert.Equal(t, issuer, p.Issuer())
	}
}

// Nothing that is secret comes out of a printer that nobody asked to print it.
func TestNothingPrints(t *testing.T) {
	type outside struct {
		Party   *Party
		Config  Config
		Tokens  *Tokens
		Answer  Answer
		Token   Verified
		private *Party
	}
	p := newParty(t, newFakeBroker(t), func(c *Config) {
		c.Decrypt = []DecryptKey{{KeyID: "enc", Key: testKey(t, "client")}}
	})
	tokens := Tokens{IDToken: "eyJ-canary", AccessToken: "access-canary", Extra: map[string]string{"x": "extra-canary"}}
	o := outside{
		Party: p, private: p, Tokens: &tokens, Answer: Answer{Code: "code-canary", Description: "text-canary"},
		Token: Verified{JWS: "eyJ-canary"}, Config: testConfig(nil),
	}
	o.Config.Decrypt = []DecryptKey{{KeyID: "enc", Key: testKey(t, "client")}}
	o.Config.Auth.Key = testKey(t, "client")
	canaries := []string{testSecret, "canary", testKey(t, "client").D.String(), testKey(t, "client").Primes[0].String()}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{p, *o.Tokens, o.Tokens, o.Answer, &o.Answer, o.Token, o.Config.Auth, o.Config.Decrypt, o.Config, &o, o} {
			_, _ = fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "nested", struct{ T Tokens }{tokens}, "party", p, "tokens", tokens, "answer", o.Answer, "token", o.Token, "auth", o.Config.Auth, "key", o.Config.Decrypt[0])
	}
	for _, canary := range canaries {
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, canary) {
				t.Errorf("a canary is printed: %s", line[:min(len(line), 200)])
			}
		}
	}
	assert.Equal(t, "[party criipto]", fmt.Sprintf("%+v", p))
	assert.Equal(t, "[party]", fmt.Sprintf("%#v", (*Party)(nil)))
	for _, v := range []any{tokens, &tokens, o.Answer, o.Token, struct{ Inner Tokens }{tokens}} {
		_, err := json.Marshal(v)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "canary")
	}
}
