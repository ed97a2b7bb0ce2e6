package criiptotest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func fromPage(t *testing.T, method, address, origin string, preflight bool) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	require.NoError(t, err)
	req.Header.Set("Origin", origin)
	if preflight {
		req.Header.Set("Access-Control-Request-Method", "POST")
		req.Header.Set("Access-Control-Request-Headers", "content-type")
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

const allowed = "Access-Control-Allow-Origin"

func TestPageOfAnotherPortMayCallWhatScriptsCall(t *testing.T) {
	fake := criiptotest.New(t)
	const page = "http://localhost:5173"
	for path, want := range map[string]string{
		"/.well-known/openid-configuration": "*", "/.well-known/jwks": "*", "/.well-known/jwks.json": "*",
		"/oauth2/token": page, "/oauth2/userinfo": page, "/oauth2/par": page, "/.well-known/criipto-configuration": page,
	} {
		res := fromPage(t, http.MethodGet, fake.Issuer()+path, page, false)
		assert.Equal(t, want, res.Header.Get(allowed), path)
		assert.Empty(t, res.Header.Get("Access-Control-Allow-Credentials"), path)
		before := fake.Count("")
		res = fromPage(t, http.MethodOptions, fake.Issuer()+path, page, true)
		assert.Equal(t, http.StatusNoContent, res.StatusCode, path)
		assert.Equal(t, want, res.Header.Get(allowed), path)
		assert.Contains(t, res.Header.Get("Access-Control-Allow-Headers"), "content-type")
		assert.Equal(t, before, fake.Count(""), "a preflight is no call")
	}
}

func TestPageOfAStrangerGetsNothing(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{})
	require.NoError(t, err)
	defer fake.Close()
	fake.AllowRedirect("https://app.acme.dk/callback")
	for origin, want := range map[string]string{
		"https://app.acme.dk": "https://app.acme.dk", "https://app.acme.dk.evil.dk": "", "https://evil.dk": "", "http://app.acme.dk": "",
		"null": "", "https://app.acme.dk:444": "", "https://app.acme.dk/": "", "https://app.acme": "",
	} {
		for _, path := range []string{"/oauth2/token", "/oauth2/par", "/oauth2/userinfo"} {
			res := fromPage(t, http.MethodPost, fake.Issuer()+path, origin, false)
			assert.Equal(t, want, res.Header.Get(allowed), "%s at %s", origin, path)
			assert.Contains(t, res.Header.Values("Vary"), "Origin")
		}
	}
}

func TestPagesForPeopleAreNotOpenToScripts(t *testing.T) {
	fake := criiptotest.New(t)
	for _, path := range []string{"/", "/oauth2/authorize", "/oauth2/logout", "/fake/page", "/differences", "/nowhere"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			res := fromPage(t, method, fake.Issuer()+path, "http://localhost:5173", method == http.MethodOptions)
			assert.Empty(t, res.Header.Get(allowed), "%s %s", method, path)
		}
	}
}

func TestScriptsAreShutOutWhereTheSwitchSaysSo(t *testing.T) {
	fake := criiptotest.New(t)
	discovery := fake.Issuer() + "/.well-known/openid-configuration"
	assert.NotEmpty(t, fromPage(t, http.MethodGet, discovery, "http://localhost:1", false).Header.Get(allowed))
	fake.Configure(func(s *criiptotest.Settings) { s.NoCrossOrigin = true })
	assert.Empty(t, fromPage(t, http.MethodGet, discovery, "http://localhost:1", false).Header.Get(allowed))
	assert.NotEmpty(t, fake.PublicClientID())
}

// A public client has PKCE and nothing else, and neither application takes the
// other's codes.
func TestAppWithoutASecretNeedsPKCEAndItsOwnCode(t *testing.T) {
	fake := criiptotest.New(t)
	public := query(fake, "client_id", fake.PublicClientID(), "code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method", "S256")
	redeem := func(code string, more url.Values) int {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {public.Get("redirect_uri")},
			"code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}}
		for name, values := range more {
			form[name] = values
		}
		res, err := http.Post(fake.Issuer()+"/oauth2/token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode
	}
	assert.Equal(t, http.StatusOK, redeem(authorize(t, fake, public).Get("code"), url.Values{"client_id": {fake.PublicClientID()}}))
	assert.Equal(t, http.StatusBadRequest, redeem(authorize(t, fake, public).Get("code"), url.Values{"client_id": {fake.ClientID()}, "client_secret": {fake.ClientSecret().Reveal()}}))
	assert.Equal(t, http.StatusUnauthorized, redeem(authorize(t, fake, public).Get("code"), url.Values{"client_id": {fake.ClientID()}}))
	confidential := query(fake, "code_challenge", public.Get("code_challenge"), "code_challenge_method", "S256")
	assert.Equal(t, http.StatusBadRequest, redeem(authorize(t, fake, confidential).Get("code"), url.Values{"client_id": {fake.PublicClientID()}}))
}
