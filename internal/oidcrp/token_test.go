package oidcrp

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

const (
	tokenPath = "/oauth2/token"
	parPath   = "/oauth2/par"
	redirect  = "https://app.example/cb?æ"
)

func form(t *testing.T, b *fakeBroker) url.Values {
	t.Helper()
	f, err := url.ParseQuery(b.body)
	require.NoError(t, err)
	return f
}

func TestExchange(t *testing.T) {
	b := newFakeBroker(t)
	b.set(tokenPath, 200, `{"token_type":"Bearer","expires_in":"120","id_token":"eyJ.a.b","access_token":"cf1ce646","scope":"openid","userinfo_token":"eyJ.c.d","n":1}`)
	p := newParty(t, b)
	got, err := p.Exchange(t.Context(), "kode-æ", "verifier", redirect)
	require.NoError(t, err)
	assert.Equal(t, Tokens{
		IDToken: "eyJ.a.b", AccessToken: "cf1ce646", Lifetime: 2 * time.Minute,
		Extra: map[string]string{"scope": "openid", "userinfo_token": "eyJ.c.d"},
	}, *got)
	assert.Equal(t, url.Values{
		"grant_type": {"authorization_code"}, "code": {"kode-æ"}, "redirect_uri": {redirect},
		"code_verifier": {"verifier"}, "client_id": {testClientID},
	}, form(t, b))
	assert.Equal(t, "application/x-www-form-urlencoded", b.last.Header.Get("Content-Type"))
	assert.Equal(t, "application/json", b.last.Header.Get("Accept"))
	assert.Nil(t, b.last.GetBody, "the code cannot be sent again")
	assert.Zero(t, b.count("/jwks"))
}

// No body is known that the two readers take differently, so each difference is made
// here.
func TestTokensThatOAuth2HasReadDifferentlyAreNotThese(t *testing.T) {
	ours := &Tokens{IDToken: "a", AccessToken: "b", Lifetime: 2 * time.Minute, Extra: map[string]string{"userinfo_token": "c"}}
	read := func(access, typ string, life int64, extra map[string]any) *oauth2.Token {
		return (&oauth2.Token{AccessToken: access, TokenType: typ, ExpiresIn: life}).WithExtra(extra)
	}
	same := map[string]any{"id_token": "a", "userinfo_token": "c"}
	assert.True(t, ours.equal(read("b", "bearer", 120, same)))
	for name, other := range map[string]*oauth2.Token{
		"access token":      read("B", "Bearer", 120, same),
		"type":              read("b", "DPoP", 120, same),
		"lifetime":          read("b", "Bearer", 121, same),
		"ID token":          read("b", "Bearer", 120, map[string]any{"id_token": "A", "userinfo_token": "c"}),
		"no ID token":       read("b", "Bearer", 120, map[string]any{"userinfo_token": "c"}),
		"userinfo token":    read("b", "Bearer", 120, map[string]any{"id_token": "a", "userinfo_token": "C"}),
		"no userinfo token": read("b", "Bearer", 120, map[string]any{"id_token": "a"}),
	} {
		assert.False(t, ours.equal(other), name)
	}
}

// A proxy of the application may need a token of its own, which its transport fetches
// with the context of our request.
func TestExchangeLeavesATransportThatUsesOAuth2Alone(t *testing.T) {
	b := newFakeBroker(t)
	b.set(tokenPath, 200, `{"token_type":"Bearer","id_token":"a","access_token":"b"}`)
	type key struct{}
	_, err := newParty(t, b).Exchange(context.WithValue(t.Context(), key{}, "kept"), "code", "", redirect)
	require.NoError(t, err)
	assert.Equal(t, "kept", b.last.Context().Value(key{}))
	assert.Nil(t, b.last.Context().Value(oauth2.HTTPClient), "its calls would come back to ours")
}

func TestExchangeAccepts(t *testing.T) {
	for _, body := range []string{
		`{"token_type":"bEARER","id_token":"a","access_token":"b"}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":120,"transaction_token":null}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":"0","error":""}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":null}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":3600.0}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":3.6e3}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":"3600.5","æ":"ø"}`,
		`{"token_type":"Bearer","id_token":"a","access_token":"b","expires_in":2147483647,"refresh_token":"c"}`,
	} {
		b := newFakeBroker(t)
		b.set(tokenPath, 200, body)
		_, err := newParty(t, b).Exchange(t.Context(), "code", "", redirect)
		require.NoError(t, err, body)
	}
}

// oauth2 would read an answer of this type as a form; the type of an answer counts
// for nothing here.
func TestExchangeReadsJSONWhateverItIsCalled(t *testing.T) {
	for _, typ := range []string{"", "text/plain", "application/x-www-form-urlencoded", "text/html; charset=æ"} {
		b := newFakeBroker(t)
		b.answer(tokenPath, fakeAnswer{status: 200, header: http.Header{"Content-Type": {typ}}, body: `{"token_type":"Bearer","id_token":"a","access_token":"b"}`})
		got, err := newParty(t, b).Exchange(t.Context(), "code", "", redirect)
		require.NoError(t, err)
		assert.Equal(t, "b", got.AccessToken)

		b.answer(tokenPath, fakeAnswer{status: 200, header: http.Header{"Content-Type": {typ}}, body: `token_type=Bearer&id_token=a&access_token=b`})
		_, err = newParty(t, b).Exchange(t.Context(), "code", "", redirect)
		requireClass(t, fault.BrokerUnavailable, err)
	}
}

// echo is a body that repeats what must not be repeated.
const echo = testSecret + " eyJhbGciOi code-1 Søren"

func TestExchangeRefuses(t *testing.T) {
	ok := func(body string) fakeAnswer { return fakeAnswer{status: 200, body: body} }
	refused := func(status int, code string) fakeAnswer {
		return fakeAnswer{status: status, body: mustJSON(map[string]string{"error": code, "error_description": echo})}
	}
	for name, c := range map[string]struct {
		answer fakeAnswer
		want   fault.Class
		code   string
	}{
		"invalid_grant":                {refused(400, "invalid_grant"), fault.BrokerDeclined, "invalid_grant"},
		"invalid_client":               {refused(401, "invalid_client"), fault.ConfigInvalid, "invalid_client"},
		"invalid_client with 400":      {refused(400, "invalid_client"), fault.ConfigInvalid, "invalid_client"},
		"401 alone":                    {fakeAnswer{status: 401, body: "<html>"}, fault.ConfigInvalid, ""},
		"invalid_request":              {refused(400, "invalid_request"), fault.ConfigInvalid, "invalid_request"},
		"unauthorized_client":          {refused(400, "unauthorized_client"), fault.ConfigInvalid, "unauthorized_client"},
		"invalid_redirect_uri":         {refused(400, "invalid_redirect_uri"), fault.ConfigInvalid, "invalid_redirect_uri"},
		"access_denied":                {refused(400, "access_denied"), fault.BrokerDeclined, "access_denied"},
		"login_required":               {refused(400, "login_required"), fault.BrokerDeclined, "login_required"},
		"unknown code":                 {refused(400, echo), fault.BrokerDeclined, ""},
		"code used before":             {fakeAnswer{status: 400, body: `{"error":"invalid_request","error_description":"Unknown Access Code"}`}, fault.BrokerDeclined, "invalid_request"},
		"echo, not JSON":               {fakeAnswer{status: 400, body: echo}, fault.BrokerUnavailable, ""},
		"code twice":                   {fakeAnswer{status: 400, body: `{"error":"invalid_client","error":"invalid_grant"}`}, fault.BrokerDeclined, ""},
		"500":                          {refused(500, "invalid_client"), fault.BrokerUnavailable, "invalid_client"},
		"502":                          {fakeAnswer{status: 502, body: "<html>"}, fault.BrokerUnavailable, ""},
		"503":                          {fakeAnswer{status: 503}, fault.BrokerUnavailable, ""},
		"429":                          {fakeAnswer{status: 429}, fault.BrokerUnavailable, ""},
		"temporarily_unavailable":      {refused(400, "temporarily_unavailable"), fault.BrokerUnavailable, "temporarily_unavailable"},
		"no answer":                    {fakeAnswer{err: errors.New(echo)}, fault.BrokerUnavailable, ""},
		"redirect":                     {fakeAnswer{status: 307, header: http.Header{"Location": {"https://evil.example"}}}, fault.IssuerMismatch, ""},
		"large":                        {ok(strings.Repeat(" ", 2<<20)), fault.ResponseInvalid, ""},
		"no ID token":                  {ok(`{"token_type":"Bearer","access_token":"b"}`), fault.ResponseInvalid, ""},
		"ID token null":                {ok(`{"token_type":"Bearer","access_token":"b","id_token":null}`), fault.ResponseInvalid, ""},
		"no type":                      {ok(`{"id_token":"a","access_token":"b"}`), fault.ResponseInvalid, ""},
		"type unknown":                 {ok(`{"id_token":"a","access_token":"b","token_type":"DPoP"}`), fault.ResponseInvalid, ""},
		"type plus one":                {ok(`{"id_token":"a","access_token":"b","token_type":"Bearer "}`), fault.ResponseInvalid, ""},
		"no access token":              {ok(`{"id_token":"a","token_type":"Bearer"}`), fault.ResponseInvalid, ""},
		"access token with line break": {ok(`{"id_token":"a","token_type":"Bearer","access_token":"a\r\nHost: evil"}`), fault.ResponseInvalid, ""},
		"twice":                        {ok(`{"id_token":"a","id_token":"b","access_token":"b","token_type":"Bearer"}`), fault.ResponseInvalid, ""},
		"another case":                 {ok(`{"id_token":"a","ID_Token":"b","access_token":"b","token_type":"Bearer"}`), fault.ResponseInvalid, ""},
		"lifetime text":                {ok(`{"id_token":"a","access_token":"b","token_type":"Bearer","expires_in":"soon"}`), fault.ResponseInvalid, ""},
		"lifetime negative":            {ok(`{"id_token":"a","access_token":"b","token_type":"Bearer","expires_in":-1.5}`), fault.ResponseInvalid, ""},
		"lifetime 1e400":               {ok(`{"id_token":"a","access_token":"b","token_type":"Bearer","expires_in":1e400}`), fault.ResponseInvalid, ""},
		"oauth2 alone refuses":         {ok(`{"id_token":"a","access_token":"b","token_type":"Bearer","refresh_token":7}`), fault.ResponseInvalid, ""},
		"HTML":                         {ok("<html>" + echo), fault.BrokerUnavailable, ""},
		"null":                         {ok("null"), fault.ResponseInvalid, ""},
		"error with 200":               {refused(200, "invalid_grant"), fault.BrokerDeclined, "invalid_grant"},
		"201":                          {fakeAnswer{status: 201, body: `{"id_token":"a","access_token":"b","token_type":"Bearer"}`}, fault.ResponseInvalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFakeBroker(t)
			b.answer(tokenPath, c.answer)
			got, err := newParty(t, b).Exchange(t.Context(), "code-1", "verifier", redirect)
			assert.Nil(t, got)
			requireClass(t, c.want, err)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			assert.Equal(t, c.code, f.Code)
			assert.NotContains(t, err.Error(), "code-1")
			assert.NotContains(t, err.Error(), "evil")
			assert.Equal(t, 1, b.count(tokenPath), "sent once")
		})
	}
}

func TestExchangeCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFakeBroker(t)
		b.answer(tokenPath, fakeAnswer{delay: time.Hour})
		p := newParty(t, b)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := p.Exchange(ctx, "code", "verifier", redirect)
		requireClass(t, fault.BrokerUnavailable, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)

		began := time.Now()
		_, err = p.Exchange(t.Context(), "code", "verifier", redirect)
		requireClass(t, fault.BrokerUnavailable, err)
		assert.Equal(t, 10*time.Second, time.Since(began), "the call's own limit")
	})
}

func TestClientAuth(t *testing.T) {
	const id = "urn:my:application"
	exchange := func(t *testing.T, a ClientAuth) (*fakeBroker, url.Values) {
		b := newFakeBroker(t)
		b.set(tokenPath, 200, `{"token_type":"Bearer","id_token":"a","access_token":"b"}`)
		p := newParty(t, b, func(c *Config) { c.Auth, c.ClientID = a, id })
		_, err := p.Exchange(t.Context(), "code", "verifier", redirect)
		require.NoError(t, err)
		return b, form(t, b)
	}
	secret := func() string { return "p+s/w:ø %" }

	t.Run("basic", func(t *testing.T) {
		b, f := exchange(t, ClientAuth{Method: Basic, Secret: secret})
		pair, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(b.last.Header.Get("Authorization"), "Basic "))
		require.NoError(t, err)
		assert.Equal(t, "urn%3Amy%3Aapplication:p%2Bs%2Fw%3A%C3%B8+%25", string(pair))
		assert.Equal(t, id, f.Get("client_id"))
		assert.False(t, f.Has("client_secret"))
	})
	t.Run("post", func(t *testing.T) {
		b, f := exchange(t, ClientAuth{Method: Post, Secret: secret})
		assert.Empty(t, b.last.Header.Get("Authorization"))
		assert.Equal(t, "p+s/w:ø %", f.Get("client_secret"))
		assert.Equal(t, id, f.Get("client_id"))
	})
	t.Run("none", func(t *testing.T) {
		b, f := exchange(t, ClientAuth{})
		assert.Empty(t, b.last.Header.Get("Authorization"))
		assert.Equal(t, id, f.Get("client_id"))
	})
	for alg, k := range map[string]crypto.Signer{
		"RS256": testKey(t, "client"), "PS512": testKey(t, "client"), "ES256": ecKey(t, elliptic.P256()), "ES384": ecKey(t, elliptic.P384()),
	} {
		t.Run("private_key_jwt "+alg, func(t *testing.T) {
			a := ClientAuth{Method: PrivateKeyJWT, Key: k, KeyID: "k1"}
			if alg == "PS512" {
				a.Alg, a.Audience = alg, "https://other.example"
			}
			ids := make(map[string]bool)
			for range 3 {
				_, f := exchange(t, a)
				assert.Equal(t, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", f.Get("client_assertion_type"))
				tok, err := jwt.ParseSigned(f.Get("client_assertion"), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
				require.NoError(t, err)
				assert.Equal(t, "k1", tok.Headers[0].KeyID)
				var c jwt.Claims
				require.NoError(t, tok.Claims(publicOf(k), &c))
				want := testIssuer
				if alg == "PS512" {
					want = "https://other.example"
				}
				assert.Equal(t, jwt.Audience{want}, c.Audience)
				assert.Equal(t, []string{id, id}, []string{c.Issuer, c.Subject})
				assert.Equal(t, testNow.Unix(), c.IssuedAt.Time().Unix())
				assert.Equal(t, testNow.Add(time.Minute).Unix(), c.Expiry.Time().Unix())
				ids[c.ID] = true
			}
			assert.Len(t, ids, 3, "each is used once")
		})
	}
}

func publicOf(k crypto.Signer) any {
	switch k := k.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey
	case *ecdsa.PrivateKey:
		return &k.PublicKey
	}
	return nil
}

func TestPush(t *testing.T) {
	params := url.Values{"scope": {"openid"}, "login_hint": {"message:æ"}}
	for _, c := range []struct {
		status int
		body   string
		want   time.Duration
	}{
		{201, `{"request_uri":"urn:ietf:params:oauth:request_uri:abc","expires_in":120}`, 2 * time.Minute},
		{200, `{"request_uri":"urn:ietf:params:oauth:request_uri:abc","expires_in":"60"}`, time.Minute},
	} {
		b := newFakeBroker(t)
		b.set(parPath, c.status, c.body)
		uri, life, err := newParty(t, b).Push(t.Context(), params)
		require.NoError(t, err)
		assert.Equal(t, "urn:ietf:params:oauth:request_uri:abc", uri)
		assert.Equal(t, c.want, life)
		assert.Equal(t, url.Values{"scope": {"openid"}, "login_hint": {"message:æ"}, "client_id": {testClientID}}, form(t, b))
		assert.NotEmpty(t, b.last.Header.Get("Authorization"))
		assert.Len(t, params, 2, "the caller's own are not changed")
	}
}

func TestPushRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		answer fakeAnswer
		want   fault.Class
	}{
		"no request_uri":  {fakeAnswer{status: 201, body: `{"expires_in":60}`}, fault.ResponseInvalid},
		"empty":           {fakeAnswer{status: 201, body: `{"request_uri":"","expires_in":60}`}, fault.ResponseInvalid},
		"long":            {fakeAnswer{status: 201, body: `{"request_uri":"` + strings.Repeat("a", 513) + `","expires_in":60}`}, fault.ResponseInvalid},
		"blank":           {fakeAnswer{status: 201, body: `{"request_uri":"a b","expires_in":60}`}, fault.ResponseInvalid},
		"no lifetime":     {fakeAnswer{status: 201, body: `{"request_uri":"urn:a"}`}, fault.ResponseInvalid},
		"zero lifetime":   {fakeAnswer{status: 201, body: `{"request_uri":"urn:a","expires_in":0}`}, fault.ResponseInvalid},
		"lifetime æ":      {fakeAnswer{status: 201, body: `{"request_uri":"urn:a","expires_in":"æ"}`}, fault.ResponseInvalid},
		"HTML":            {fakeAnswer{status: 201, body: `<html>`}, fault.BrokerUnavailable},
		"error with 200":  {fakeAnswer{status: 200, body: `{"error":"invalid_request"}`}, fault.ConfigInvalid},
		"invalid_request": {fakeAnswer{status: 400, body: `{"error":"invalid_request","error_description":"2101270087"}`}, fault.ConfigInvalid},
		"401":             {fakeAnswer{status: 401}, fault.ConfigInvalid},
		"500":             {fakeAnswer{status: 500}, fault.BrokerUnavailable},
		"redirect":        {fakeAnswer{status: 302}, fault.IssuerMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFakeBroker(t)
			b.answer(parPath, c.answer)
			_, _, err := newParty(t, b).Push(t.Context(), nil)
			requireClass(t, c.want, err)
			assert.Equal(t, 1, b.count(parPath))
		})
	}
	b := newFakeBroker(t)
	b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { delete(d, "pushed_authorization_request_endpoint") }))
	_, _, err := newParty(t, b).Push(t.Context(), nil)
	requireClass(t, fault.Unsupported, err)
}

func TestUserinfo(t *testing.T) {
	b := newFakeBroker(t)
	b.set("/oauth2/userinfo", 401, `{"sub":"æ"}`)
	p := newParty(t, b)
	resp, err := p.Userinfo(t.Context(), "cf1ce646")
	require.NoError(t, err)
	assert.Equal(t, 401, resp.Status)
	assert.Equal(t, "Bearer cf1ce646", b.last.Header.Get("Authorization"))

	for _, bad := range []string{"", "a b", "a\r\nb", "æ"} {
		_, err = p.Userinfo(t.Context(), bad)
		requireClass(t, fault.InputInvalid, err)
	}
	b.answer("/oauth2/userinfo", fakeAnswer{status: 302, header: http.Header{"Location": {"https://evil.example"}}})
	_, err = p.Userinfo(t.Context(), "cf1ce646")
	requireClass(t, fault.IssuerMismatch, err)

	b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { delete(d, "userinfo_endpoint") }))
	_, err = newParty(t, b).Userinfo(t.Context(), "cf1ce646")
	requireClass(t, fault.Unsupported, err)
}
