package criiptotest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// What nobody can be trusted with is shown, never redirected.
func TestAuthorizeErrorPages(t *testing.T) {
	fake := criiptotest.New(t)
	tooLong := "message:" + strings.Repeat("w6bDuMOl", 44) // 132 characters
	for title, q := range map[string]url.Values{
		"unknown client":            query(fake, "client_id", "urn:nobody"),
		"no redirect_uri":           query(fake, "redirect_uri", ""),
		"unregistered redirect_uri": query(fake, "redirect_uri", "https://evil.test/callback"),
		"redirect_uri with a user":  query(fake, "redirect_uri", "https://app.example@evil.test/"),
		"impossible acr":            query(fake, "acr_values", "urn:grn:authn:dk:mitid:highest"),
		"impossible acr beside one": query(fake, "acr_values", "urn:grn:authn:dk:mitid:high urn:grn:authn:dk:mitid:highest"),
		"acr in capitals":           query(fake, "acr_values", "URN:GRN:AUTHN:DK:MITID:HIGH"),
		"acr and a character":       query(fake, "acr_values", "urn:grn:authn:dk:mitid:high1"),
		"level without its name":    query(fake, "acr_values", "high"),
		"impossible acr in a hint":  query(fake, "acr_values", "", "login_hint", "acr_values:urn:grn:authn:dk:mitid:highest"),
		"unknown request_uri":       query(fake, "request_uri", "urn:ietf:params:oauth:request_uri:x"),
		"message too long":          query(fake, "login_hint", tooLong),
		"message unreadable":        query(fake, "login_hint", "message:!!!"),
		"repeated parameter":        {"client_id": {fake.ClientID()}, "redirect_uri": {redirectURL, redirectURL}},
	} {
		t.Run(title, func(t *testing.T) {
			res, body := browse(t, fake, http.MethodGet, "/oauth2/authorize?"+q.Encode(), nil)
			assert.Equal(t, http.StatusBadRequest, res.StatusCode)
			assert.Empty(t, res.Header.Get("Location"))
			assert.Contains(t, body, `data-testid="error-detail"`)
			assert.NotContains(t, body, "evil")
		})
	}
}

// The app learns of the rest.
func TestAuthorizeErrorRedirects(t *testing.T) {
	fake := criiptotest.New(t)
	for want, change := range map[string][]string{
		"unsupported_response_type": {"response_type", "id_token"},
		"invalid_request":           {"response_type", ""},
		"invalid_scope":             {"scope", "ssn"},
		"request_not_supported":     {"request", "eyJ"},
		"login_required":            {"prompt", "none"},
	} {
		answer := authorize(t, fake, query(fake, change...))
		assert.Equal(t, want, answer.Get("error"))
		assert.Equal(t, "state-1", answer.Get("state"))
		assert.False(t, answer.Has("code"))
	}
	for title, change := range map[string][]string{
		"fragment": {"response_mode", "fragment"}, "plain PKCE": {"code_challenge", "x", "code_challenge_method", "plain"}, "prompt": {"prompt", "sing"},
	} {
		assert.Equal(t, "invalid_request", authorize(t, fake, query(fake, change...)).Get("error"), title)
	}
}

func TestOutcomesAreQueued(t *testing.T) {
	fake := criiptotest.New(t)
	fake.Next(mitidtest.Abort(), mitidtest.Fail("mitid_core_client_error", "unknown: API xhr time error"), mitidtest.Approve(mitidtest.Paiman()))
	assert.Equal(t, url.Values{"error": {"access_denied"}, "state": {"state-1"}}, authorize(t, fake, query(fake)))
	assert.Equal(t, "unknown: API xhr time error", authorize(t, fake, query(fake)).Get("error_description"))
	assert.Contains(t, idToken(t, fake, query(fake)), "Paiman")
	assert.Contains(t, idToken(t, fake, query(fake)), "Ditlev", "the queue is empty: the first citizen")
	fake.Configure(func(s *criiptotest.Settings) { s.AbortDescription = "Afbrudt på skærmen" })
	assert.Equal(t, "Afbrudt på skærmen", authorize(t, fake, query(fake), mitidtest.Abort()).Get("error_description"))
}

func TestAuto(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{Auto: true, AnyLoopbackRedirect: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	q := query(fake, "redirect_uri", "http://localhost:1/cb")
	res, _ := browse(t, fake, http.MethodGet, "/oauth2/authorize?"+q.Encode(), nil)
	assert.Equal(t, http.StatusFound, res.StatusCode)
	assert.Regexp(t, `^http://localhost:1/cb\?code=[0-9a-f]{32}&state=state-1$`, res.Header.Get("Location"))
	res, _ = browse(t, fake, http.MethodPost, "/oauth2/authorize", q)
	assert.Equal(t, http.StatusFound, res.StatusCode, "authorize takes a POST too")
}

func TestWhereTheMethodComesFrom(t *testing.T) {
	fake := criiptotest.New(t)
	low, high := "urn:grn:authn:dk:mitid:low", "urn:grn:authn:dk:mitid:high"
	assert.Contains(t, idToken(t, fake, query(fake, "acr_values", high, "login_hint", "acr_values:"+low)), `"authenticationtype":"`+high)
	assert.Contains(t, idToken(t, fake, query(fake, "acr_values", "", "login_hint", "acr_values:"+high)), `"authenticationtype":"`+high)
	res, _ := browse(t, fake, http.MethodGet, "/dXJuOmdybjphdXRobjpkazptaXRpZDpsb3c=/oauth2/authorize?"+query(fake, "acr_values", "").Encode(), nil)
	assert.Equal(t, http.StatusOK, res.StatusCode, "the pinned address shows the page")
}

func TestScopesAndConsent(t *testing.T) {
	fake := criiptotest.New(t)
	const claim = "cprNumberIdentifier"
	assert.NotContains(t, idToken(t, fake, query(fake, "scope", "openid")), claim)
	assert.Contains(t, idToken(t, fake, query(fake, "scope", "openid", "login_hint", "scope:ssn")), claim)
	fake.Configure(func(s *criiptotest.Settings) { s.DynamicScopes = false })
	assert.Contains(t, idToken(t, fake, query(fake, "scope", "openid")), claim, "a number that nobody asked for")
	fake.Configure(func(s *criiptotest.Settings) { s.CPR = false })
	assert.NotContains(t, idToken(t, fake, query(fake)), claim, "scope means nothing there")

	fake.Configure(func(s *criiptotest.Settings) { s.DynamicScopes, s.CPR, s.CPROptional = true, true, false })
	wrong := mitidtest.Approve(mitidtest.Ditlev()).Typing(mitidtest.Paiman().CPR)
	assert.Contains(t, idToken(t, fake, query(fake), wrong), claim, "the number is remembered, so nothing is typed")
	fake.Advance(366 * 24 * time.Hour)
	assert.Equal(t, "access_denied", authorize(t, fake, query(fake), wrong).Get("error"), "for a year")
	assert.Contains(t, idToken(t, fake, query(fake)), claim)
	idToken(t, fake, query(fake, "prompt", "consent_revoke"))
	assert.Equal(t, "access_denied", authorize(t, fake, query(fake), wrong).Get("error"), "until it is taken back")
	assert.Equal(t, "access_denied", authorize(t, fake, query(fake), mitidtest.Approve(mitidtest.WithoutCPR())).Get("error"))
	fake.Configure(func(s *criiptotest.Settings) { s.CPROptional = true })
	without := idToken(t, fake, query(fake), mitidtest.Approve(mitidtest.WithoutCPR()))
	assert.NotContains(t, without, claim)
	assert.Contains(t, without, `"birthdate":"1990-02-28"`)
}

func TestLifetimes(t *testing.T) {
	fake := criiptotest.New(t)
	code := authorize(t, fake, query(fake)).Get("code")
	fake.Advance(61 * time.Second)
	res, body := redeem(t, fake, code)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
	assert.JSONEq(t, `{"error":"invalid_grant","error_description":"Unknown Access Code"}`, body)

	code = authorize(t, fake, query(fake)).Get("code")
	fake.Advance(59 * time.Second)
	res, _ = redeem(t, fake, code)
	assert.Equal(t, http.StatusOK, res.StatusCode)
	res, _ = redeem(t, fake, code)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode, "a code is good for once")

	fake.Configure(func(s *criiptotest.Settings) { s.TokenLifetime = 5 * time.Hour })
	var token struct{ Iat, Exp int64 }
	decode(t, idToken(t, fake, query(fake)), &token)
	assert.InDelta(t, 18000, token.Exp-token.Iat, 1)
}

func TestPushedRequests(t *testing.T) {
	fake := criiptotest.New(t)
	push := func(q url.Values) (*http.Response, string) {
		q.Set("client_secret", fake.ClientSecret().Reveal())
		return browse(t, fake, http.MethodPost, "/oauth2/par", q)
	}
	res, body := push(query(fake))
	require.Equal(t, http.StatusCreated, res.StatusCode)
	require.Equal(t, []string{"request_uri", "expires_in"}, names(t, body))
	require.Contains(t, body, `"expires_in":120`)
	var pushed struct {
		RequestURI string `json:"request_uri"`
	}
	decode(t, body, &pushed)
	short := url.Values{"client_id": {fake.ClientID()}, "request_uri": {pushed.RequestURI}}
	assert.Equal(t, "state-1", authorize(t, fake, short).Get("state"))
	res, _ = browse(t, fake, http.MethodGet, "/oauth2/authorize?"+short.Encode(), nil)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode, "a request_uri is good for once")

	_, body = push(query(fake))
	decode(t, body, &pushed)
	fake.Advance(121 * time.Second)
	short.Set("request_uri", pushed.RequestURI)
	res, _ = browse(t, fake, http.MethodGet, "/oauth2/authorize?"+short.Encode(), nil)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode, "and for 120 seconds")

	for want, q := range map[string]url.Values{
		"invalid_request": query(fake, "redirect_uri", "https://evil.test/"), "invalid_scope": query(fake, "scope", "ssn"),
	} {
		res, body = push(q)
		assert.Equal(t, http.StatusBadRequest, res.StatusCode)
		assert.Contains(t, body, want)
	}
	fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARRequired })
	res, _ = browse(t, fake, http.MethodGet, "/oauth2/authorize?"+query(fake).Encode(), nil)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
	fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARAbsent })
	res, _ = push(query(fake))
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
}
