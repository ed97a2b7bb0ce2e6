package oidcrp

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask makes each call of the standards once.
var ask = map[string]struct {
	path string
	call func(*testing.T, *Party) error
}{
	"token endpoint": {tokenPath, func(t *testing.T, p *Party) error {
		_, err := p.Exchange(t.Context(), "code-1", "verifier", redirect)
		return err
	}},
	"PAR endpoint": {"/oauth2/par", func(t *testing.T, p *Party) error {
		_, _, err := p.Push(t.Context(), url.Values{})
		return err
	}},
	"userinfo endpoint": {"/oauth2/userinfo", func(t *testing.T, p *Party) error {
		resp, err := p.Userinfo(t.Context(), "access")
		if err == nil && resp.Status != http.StatusOK {
			return p.RefusedUserinfo(resp)
		}
		if err == nil {
			err = p.UnreadableUserinfo(resp)
		}
		return err
	}},
	"discovery": {discoveryPath, func(t *testing.T, p *Party) error {
		_, err := p.Metadata(t.Context())
		return err
	}},
	"key endpoint": {"/jwks", func(t *testing.T, p *Party) error {
		_, err := p.Verify(t.Context(), goodToken(t), testNonce, parse)
		return err
	}},
}

func TestOperatorReadsWhatTheBrokerSaidAndAtWhichStatus(t *testing.T) {
	body := mustJSON(map[string]string{"error": "invalid_request", "error_description": "redirect_uri for Søren 2101270087 is not registered"})
	for where, c := range ask {
		for _, status := range []int{400, 403, 404, 503} {
			b := newFakeBroker(t)
			b.set(c.path, status, body)
			err := c.call(t, newParty(t, b))
			f, ok := errors.AsType[*fault.Error](err)
			require.True(t, ok, where)
			assert.Equal(t, status, f.Status, where)
			assert.Contains(t, err.Error(), fmt.Sprintf("%s refused (HTTP %d)", where, status))
			assert.Equal(t, "invalid_request: redirect_uri for Søren 2101270087 is not registered", f.Said(), where)
			for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s", f, f, f, f), err.Error()} {
				assert.NotContains(t, printed, "2101270087", where)
				assert.NotContains(t, printed, "registered", where)
			}
		}
	}
}

func TestWhatTheBrokerSaidIsCut(t *testing.T) {
	b := newFakeBroker(t)
	b.set(tokenPath, 400, mustJSON(map[string]string{"error": "invalid_grant", "error_description": strings.Repeat("æ", 5000)}))
	err := ask["token endpoint"].call(t, newParty(t, b))
	f, _ := errors.AsType[*fault.Error](err)
	assert.LessOrEqual(t, len(f.Said()), fault.MaxSaid)
	assert.True(t, strings.HasSuffix(f.Said(), "æ"), "no half letter")
}

func TestReasonInTheHeaderOfABlankRefusalIsKept(t *testing.T) {
	b := newFakeBroker(t)
	b.answer("/oauth2/userinfo", fakeAnswer{status: 401, header: http.Header{"Www-Authenticate": {`Bearer error="invalid_token"`}}})
	err := ask["userinfo endpoint"].call(t, newParty(t, b))
	requireClass(t, fault.BrokerDeclined, err)
	f, _ := errors.AsType[*fault.Error](err)
	assert.Equal(t, `Bearer error="invalid_token"`, f.Said())
}

func TestPageInPlaceOfAnAnswerIsAnOutageAtEveryEndpoint(t *testing.T) {
	for where, c := range ask {
		for name, body := range map[string]string{
			"HTML": "<!doctype html><title>Vi er straks tilbage på Ærø</title>", "with a mark": "\uFEFF<html>", "blanks before": " \r\n\t<html>",
			"text": "502 Bad Gateway", "a word": "error", "blank": "", "white": " \n", "packed": "\x1f\x8b\x08\x00\x00", "not UTF-8": "\xff\xfe{", "two words": "true enough", "quote": `"half`,
		} {
			for _, status := range []int{200, 403, 404, 407} {
				blank := strings.TrimSpace(body) == ""
				if where == "discovery" && status == 404 || where == "userinfo endpoint" && status == 403 && blank {
					continue // these statuses have a class of their own
				}
				b := newFakeBroker(t)
				b.set(c.path, status, body)
				err := c.call(t, newParty(t, b))
				requireClass(t, fault.BrokerUnavailable, err)
				f, _ := errors.AsType[*fault.Error](err)
				assert.Equal(t, status, f.Status, "%s %s", where, name)
				assert.Contains(t, err.Error(), where)
				assert.Equal(t, 1, b.count(c.path), "asked once")
			}
		}
		for name, body := range map[string]string{
			"list": "[]", "text": `"Ærø"`, "number": "502", "null": "null", "true": "true", "broken": `{"a":`, "broken list": "[1,", "mark": "\uFEFF{}", "trailing": "{}{}", "twice": `{"keys":[],"keys":[]}`,
		} {
			b := newFakeBroker(t)
			b.set(c.path, 200, body)
			err := c.call(t, newParty(t, b))
			assert.Equal(t, fault.ResponseInvalid, fault.ClassOf(err), "%s %s: %v", where, name, err)
		}
	}
}

func TestPageIsKeptForTheOperatorAndTokensAreNot(t *testing.T) {
	b := newFakeBroker(t)
	b.set(tokenPath, 200, "<title>Firewall</title>")
	f, _ := errors.AsType[*fault.Error](ask["token endpoint"].call(t, newParty(t, b)))
	assert.Equal(t, "<title>Firewall</title>", f.Said())
	for _, body := range []string{`{"id_token":"eyJ.e30.x","access_token":"b"`, "eyJ.e30.x", `{"id_token":"eyJ.e30.x","token_type":"mac","access_token":"b"}`} {
		b.set(tokenPath, 200, body)
		f, _ = errors.AsType[*fault.Error](ask["token endpoint"].call(t, newParty(t, b)))
		assert.Empty(t, f.Said(), body)
	}
}

func TestDiscoveryThatOffersNothingOfOursIsToldByName(t *testing.T) {
	for _, c := range []struct {
		member string
		value  any
		lacks  string
	}{
		{"code_challenge_methods_supported", []string{"plain"}, "S256"},
		{"code_challenge_methods_supported", []string{}, "S256"},
		{"code_challenge_methods_supported", []string{"s256"}, "S256"},
		{"id_token_signing_alg_values_supported", []string{"HS256", "none", "ES256"}, "id_token_signing_alg_values_supported"},
		{"response_types_supported", []string{"id_token", "code id_token", "token"}, "response type code"},
		{"response_modes_supported", []string{"fragment", "form_post"}, "response mode query"},
		{"grant_types_supported", []string{"implicit"}, "authorization_code"},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "none"}, "client_secret_basic"},
	} {
		b := newFakeBroker(t)
		b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { d[c.member] = c.value }))
		_, err := newParty(t, b).Metadata(t.Context())
		requireClass(t, fault.ConfigInvalid, err)
		assert.ErrorContains(t, err, c.lacks)
		b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { d[c.member] = nil }))
		_, err = newParty(t, b).Metadata(t.Context())
		require.NoError(t, err, "null is not told")
	}
	key := testKey(t, "client")
	for lacks, c := range map[string]struct {
		member string
		value  []string
		cfg    func(*Config)
	}{
		"client_secret_post": {"token_endpoint_auth_methods_supported", []string{"client_secret_basic"}, func(c *Config) { c.Auth.Method = Post }},
		"private_key_jwt":    {"token_endpoint_auth_methods_supported", []string{"client_secret_basic"}, func(c *Config) { c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: key} }},
		"client assertions signed with RS256": {"token_endpoint_auth_signing_alg_values_supported", []string{"ES256"}, func(c *Config) {
			c.Auth = ClientAuth{Method: PrivateKeyJWT, Key: key}
		}},
		"requests signed with RS256": {"request_object_signing_alg_values_supported", []string{"HS256"}, func(c *Config) { c.Request.Key = key }},
		"response mode form_post":    {"response_modes_supported", []string{"query"}, func(c *Config) { c.ResponseMode = "form_post" }},
	} {
		b := newFakeBroker(t)
		b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { d[c.member] = c.value }))
		_, err := newParty(t, b, c.cfg).Metadata(t.Context())
		requireClass(t, fault.ConfigInvalid, err)
		assert.ErrorContains(t, err, lacks)
		_, err = newParty(t, b, func(c *Config) { c.Auth = ClientAuth{} }).Metadata(t.Context())
		require.NoError(t, err, "a public client needs none of them")
	}
}

func TestAnswerThatCarriesATokenIsRefused(t *testing.T) {
	b := newFakeBroker(t)
	p := newParty(t, b)
	for _, name := range []string{"id_token", "access_token", "token", "refresh_token", "ID_TOKEN", "Access_Token", "userinfo_token", "response"} {
		for _, with := range []url.Values{{"code": {"c"}}, {"error": {"access_denied"}}, {}} {
			with.Set(name, "")
			_, err := p.ReadAnswer(t.Context(), with)
			requireClass(t, fault.ResponseInvalid, err)
		}
	}
	assert.Zero(t, b.count(tokenPath))
	_, err := p.ReadAnswer(t.Context(), url.Values{"code": {"c"}, "session_state": {"x"}, "scope": {"openid"}, "tokens": {"x"}})
	require.NoError(t, err)
}

func TestPushedRequestThatPointsElsewhereIsRefused(t *testing.T) {
	for uri, ok := range map[string]bool{
		"urn:ietf:params:oauth:request_uri:abc": true, "URN:example:1": true, testIssuer + "/request/1": true,
		"https://evil.example/1": false, "http://acme.test.example/1": false, "//evil.example": false, "/request/1": false, "abc": false, "urn:": false,
		"javascript:alert(1)": false, "data:text/html,x": false, "https://acme.test.example@evil.example/": false, "https://acme.test.example.evil.example/": false,
	} {
		b := newFakeBroker(t)
		b.set("/oauth2/par", 201, mustJSON(map[string]any{"request_uri": uri, "expires_in": 60}))
		_, _, err := newParty(t, b).Push(t.Context(), url.Values{})
		if ok {
			require.NoError(t, err, uri)
		} else {
			requireClass(t, fault.ResponseInvalid, err)
		}
	}
	for location, ok := range map[string]bool{"": true, "/oauth2/par/1": true, testIssuer + "/x": true, "urn:x:1": true, "https://evil.example/": false, "//evil.example/": false, "javascript:x": false, "http://[": false} {
		b := newFakeBroker(t)
		b.answer("/oauth2/par", fakeAnswer{status: 201, body: `{"request_uri":"urn:x:1","expires_in":60}`, header: http.Header{"Location": {location}}})
		_, _, err := newParty(t, b).Push(t.Context(), url.Values{})
		if ok {
			require.NoError(t, err, location)
		} else {
			requireClass(t, fault.ResponseInvalid, err)
		}
	}
}

func TestOperatorReadsTheStatusOfARedirectToALoginPage(t *testing.T) {
	for where, c := range ask {
		b := newFakeBroker(t)
		b.answer(c.path, fakeAnswer{status: 302, header: http.Header{"Location": {"https://proxy.example/login?cpr=2101270087"}}})
		err := c.call(t, newParty(t, b))
		requireClass(t, fault.IssuerMismatch, err)
		f, _ := errors.AsType[*fault.Error](err)
		assert.Equal(t, 302, f.Status, where)
		assert.Contains(t, err.Error(), where+" (HTTP 302)")
		assert.NotContains(t, err.Error(), "proxy.example", where)
	}
}
