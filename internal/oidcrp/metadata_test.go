package oidcrp

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const discoveryPath = "/.well-known/openid-configuration"

func TestMetadata(t *testing.T) {
	b := newFakeBroker(t)
	p := newParty(t, b)
	for range 3 {
		m, err := p.Metadata(t.Context())
		require.NoError(t, err)
		assert.Equal(t, &Metadata{
			Issuer: testIssuer, Authorize: testIssuer + "/oauth2/authorize", Token: testIssuer + "/oauth2/token",
			Userinfo: testIssuer + "/oauth2/userinfo", JWKS: testIssuer + "/jwks",
			EndSession: testIssuer + "/oauth2/logout", PAR: testIssuer + "/oauth2/par",
		}, m)
		m.Token = "https://evil.example" // the caller's own copy
	}
	assert.Equal(t, 1, b.count(discoveryPath))
}

func TestMetadataNeedsLittle(t *testing.T) {
	b := newFakeBroker(t)
	b.set(discoveryPath, 200, mustJSON(map[string]any{
		"issuer": testIssuer, "authorization_endpoint": testIssuer + "/a?x=1", "token_endpoint": testIssuer + "/t", "jwks_uri": testIssuer + "/jwks",
		"userinfo_endpoint": nil, "end_session_endpoint": "", "authorization_response_iss_parameter_supported": true,
	}))
	m, err := newParty(t, b).Metadata(t.Context())
	require.NoError(t, err)
	assert.True(t, m.IssParam)
	assert.Empty(t, m.Userinfo)
}

func TestMetadataOfAPartyThatOnlyVerifies(t *testing.T) {
	keysOnly := func(c *Config) { c.KeysOnly = true }
	for name, c := range map[string]struct {
		more map[string]any
		want fault.Class // zero if it is taken
	}{
		"nothing else":           {map[string]any{}, 0},
		"logins on another host": {map[string]any{"authorization_endpoint": "https://login.example/a", "token_endpoint": "http://x.example"}, 0},
		"logins of another form": {map[string]any{"response_types_supported": []string{"id_token"}, "id_token_signing_alg_values_supported": []string{"ES512"}}, 0},
		"keys on another host":   {map[string]any{"jwks_uri": "https://keys.example/jwks"}, fault.ConfigInvalid},
		"no keys":                {map[string]any{"jwks_uri": nil}, fault.ResponseInvalid},
		"another issuer":         {map[string]any{"issuer": "https://evil.example"}, fault.IssuerMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFakeBroker(t)
			d := map[string]any{"issuer": testIssuer, "jwks_uri": testIssuer + "/jwks"}
			maps.Copy(d, c.more)
			b.set(discoveryPath, 200, mustJSON(d))
			m, err := newParty(t, b, keysOnly).Metadata(t.Context())
			if c.want != 0 {
				requireClass(t, c.want, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, &Metadata{Issuer: testIssuer, JWKS: testIssuer + "/jwks"}, m)
		})
	}
}

func TestMetadataRefuses(t *testing.T) {
	set := func(name string, v any) string {
		return discoveryDocument(func(d map[string]any) { d[name] = v })
	}
	without := func(name string) string {
		return discoveryDocument(func(d map[string]any) { delete(d, name) })
	}
	ok := func(body string) fakeAnswer { return fakeAnswer{status: 200, body: body} }
	good := discoveryDocument(nil)
	for name, c := range map[string]struct {
		answer fakeAnswer
		want   fault.Class
	}{
		"issuer plus one":         {ok(set("issuer", testIssuer+"x")), fault.IssuerMismatch},
		"issuer with slash":       {ok(set("issuer", testIssuer+"/")), fault.IssuerMismatch},
		"issuer missing":          {ok(without("issuer")), fault.IssuerMismatch},
		"redirect":                {fakeAnswer{status: 302, header: http.Header{"Location": {"https://evil.example"}}}, fault.IssuerMismatch},
		"http token endpoint":     {ok(set("token_endpoint", "http://acme.test.example/t")), fault.ConfigInvalid},
		"http userinfo":           {ok(set("userinfo_endpoint", "http://acme.test.example/u")), fault.ConfigInvalid},
		"authorize elsewhere":     {ok(set("authorization_endpoint", "https://evil.example/a")), fault.ConfigInvalid},
		"keys elsewhere":          {ok(set("jwks_uri", "https://acme.test.example.evil.example/k")), fault.ConfigInvalid},
		"another port":            {ok(set("jwks_uri", testIssuer+":8443/k")), fault.ConfigInvalid},
		"host in user part":       {ok(set("jwks_uri", "https://acme.test.example@evil.example/k")), fault.ConfigInvalid},
		"user part":               {ok(set("jwks_uri", "https://user@acme.test.example/k")), fault.ConfigInvalid},
		"backslash":               {ok(set("jwks_uri", `https://acme.test.example\@evil.example/k`)), fault.ConfigInvalid},
		"line break":              {ok(set("jwks_uri", testIssuer+"/k\r\nHost: evil.example")), fault.ConfigInvalid},
		"fragment":                {ok(set("authorization_endpoint", testIssuer+"/a#x")), fault.ConfigInvalid},
		"relative":                {ok(set("jwks_uri", "/jwks")), fault.ConfigInvalid},
		"scheme":                  {ok(set("end_session_endpoint", "javascript:alert(1)")), fault.ConfigInvalid},
		"long":                    {ok(set("end_session_endpoint", testIssuer+"/"+strings.Repeat("a", 3000))), fault.ConfigInvalid},
		"PAR elsewhere":           {ok(set("pushed_authorization_request_endpoint", "https://evil.example/par")), fault.ConfigInvalid},
		"HTML":                    {ok("<html>Vi er straks tilbage æøå</html>"), fault.BrokerUnavailable},
		"empty":                   {ok(""), fault.BrokerUnavailable},
		"list":                    {ok("[]"), fault.ResponseInvalid},
		"over 1 MB":               {ok(strings.Repeat(" ", 2<<20)), fault.ResponseInvalid},
		"twice":                   {ok(strings.Replace(good, `"issuer":`, `"issuer":"https://evil.example","issuer":`, 1)), fault.ResponseInvalid},
		"another case":            {ok(strings.Replace(good, `"issuer":`, `"Issuer":"https://evil.example","issuer":`, 1)), fault.ResponseInvalid},
		"data behind":             {ok(good + good), fault.ResponseInvalid},
		"cut":                     {ok(good[:len(good)-9]), fault.ResponseInvalid},
		"no token endpoint":       {ok(without("token_endpoint")), fault.ResponseInvalid},
		"no authorize":            {ok(without("authorization_endpoint")), fault.ResponseInvalid},
		"no keys":                 {ok(without("jwks_uri")), fault.ResponseInvalid},
		"endpoint a number":       {ok(set("token_endpoint", 1)), fault.ResponseInvalid},
		"iss parameter a text":    {ok(set("authorization_response_iss_parameter_supported", "true")), fault.ResponseInvalid},
		"404":                     {fakeAnswer{status: 404, body: "{}"}, fault.ConfigInvalid},
		"500":                     {fakeAnswer{status: 500, body: good}, fault.BrokerUnavailable},
		"204":                     {fakeAnswer{status: 204}, fault.ResponseInvalid},
		"429":                     {fakeAnswer{status: 429}, fault.BrokerUnavailable},
		"no answer":               {fakeAnswer{err: errors.New("dial https://acme")}, fault.BrokerUnavailable},
		"loopback http, https us": {ok(set("token_endpoint", "http://127.0.0.1/t")), fault.ConfigInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFakeBroker(t)
			b.answer(discoveryPath, c.answer)
			p := newParty(t, b)
			_, err := p.Metadata(t.Context())
			requireClass(t, c.want, err)
			for _, part := range []string{"evil", "acme", "alert", "tilbage"} {
				assert.NotContains(t, err.Error(), part)
			}
			_, err = p.Exchange(t.Context(), "code", "verifier", "https://app.example/cb")
			requireClass(t, c.want, err)
			assert.Zero(t, b.count("/oauth2/token")+b.count("/jwks"))

			b.set(discoveryPath, 200, good)
			_, err = p.Metadata(t.Context())
			require.NoError(t, err, "the next call tries again")
		})
	}
}

func TestMetadataHosts(t *testing.T) {
	b := newFakeBroker(t)
	b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { d["jwks_uri"] = "https://keys.example:8443/jwks" }))
	_, err := newParty(t, b, func(c *Config) { c.Hosts = []string{"keys.example:8443"} }).Metadata(t.Context())
	require.NoError(t, err)
	_, err = newParty(t, b, func(c *Config) { c.Hosts = []string{"keys.example"} }).Metadata(t.Context())
	requireClass(t, fault.ConfigInvalid, err)
}

func TestMetadataOnLoopback(t *testing.T) {
	const issuer = "http://127.0.0.1:9400/op"
	document := func(keys string) string {
		return mustJSON(map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": keys})
	}
	for keys, allowed := range map[string]bool{
		issuer + "/jwks":                true,
		"http://localhost:9401/jwks":    true,
		"http://127.0.0.1:9402/jwks":    false,
		"http://keys.example/jwks":      false, // named in Hosts, and not loopback
		"https://keys.example/jwks":     true,
		"http://127.0.0.1.example/jwks": false,
	} {
		b := newFakeBroker(t)
		b.set("/op"+discoveryPath, 200, document(keys))
		p := newParty(t, b, func(c *Config) { c.Issuer, c.Hosts = issuer, []string{"localhost:9401", "keys.example"} })
		_, err := p.Metadata(t.Context())
		assert.Equal(t, allowed, err == nil, keys)
	}
}

func TestMetadataOneFetchAndRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := newFakeBroker(t)
		b.answer(discoveryPath, fakeAnswer{status: 200, body: discoveryDocument(nil), delay: fetchTime, header: http.Header{"Cache-Control": {"max-age=600"}}})
		p := newParty(t, b, func(c *Config) { c.Now = func() time.Time { return testNow.Add(time.Since(start)) } })
		done := make(chan error)
		for range 50 {
			go func() {
				_, err := p.Metadata(t.Context())
				done <- err
			}()
		}
		for range 50 {
			require.NoError(t, <-done)
		}
		assert.Equal(t, 1, b.count(discoveryPath))

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := p.Metadata(ctx)
		require.NoError(t, err, "a copy at hand needs no waiting")

		b.set(discoveryPath, 200, "<html>")
		time.Sleep(12 * time.Hour)
		for range 10 {
			_, err := p.Metadata(t.Context())
			require.NoError(t, err)
		}
		assert.Equal(t, 2, b.count(discoveryPath))
	})
}
