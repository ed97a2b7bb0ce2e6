package mitidhttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// farewell is a site whose people are told that they are logged out.
func farewell(t *testing.T, change func(*site)) *site {
	t.Helper()
	s := newSite(t, true, func(s *site) {
		s.cfg.LoggedOut, s.cfg.Login, s.cfg.Refused = "/logged-out", "/login", nil
		if change != nil {
			change(s)
		}
	})
	mux := http.NewServeMux()
	mux.Handle("/", s.handler)
	mux.Handle("/logged-out", s.gate.LoggedOut())
	s.handler = mux
	return s
}

func TestAfterLogoutThePageSaysSo(t *testing.T) {
	for name, noLogout := range map[string]bool{"by way of the broker": false, "here alone": true} {
		t.Run(name, func(t *testing.T) {
			s := farewell(t, func(s *site) { s.noLogout = noLogout })
			b := s.browser()
			b.logIn()
			require.Equal(t, "/", b.get("/logged-out").to(), "somebody is logged in: the page would lie")
			out := b.do(http.MethodPost, "/logout", "")
			if !noLogout {
				out = b.get("/callback?state=" + out.handle())
			}
			require.Equal(t, "/logged-out", out.to())
			p := b.get("/logged-out")
			require.Equal(t, http.StatusOK, p.StatusCode)
			for _, w := range []string{`lang="da"`, "<h1>Du er logget ud</h1>", `<a class="mitid-button" lang="da" href="/login">`, "Log ind med MitID"} {
				assert.Contains(t, p.body, w)
			}
			assertStrict(t, p)
			en := b.do(http.MethodGet, "/logged-out", "", "Accept-Language", "en").body
			assert.Contains(t, en, "<h1>You are logged out</h1>")
			assert.Contains(t, en, "Log on with MitID")
			assert.Equal(t, http.StatusMethodNotAllowed, b.do(http.MethodPost, "/logged-out", "").StatusCode)
		})
	}
	s := farewell(t, nil)
	b := s.browser()
	require.Equal(t, "/farvel", b.do(http.MethodPost, "/logout?return=/farvel", "").to(), "a wish goes first")
	require.Equal(t, "/logged-out", b.do(http.MethodPost, "/logout?return=//evil.example", "").to())
	require.Equal(t, "/logged-out", b.do(http.MethodPost, "/logout", "").to(), "nobody was logged in")
}

// A page that is open to everybody begins no login: there the way on is a link.
func TestLoggedOutPageWithoutALoginPathLinksHome(t *testing.T) {
	s := farewell(t, func(s *site) { s.cfg.Login, s.cfg.Home = "", "/hjem" })
	p := s.browser().get("/logged-out")
	assert.Contains(t, p.body, `<a href="/hjem">Til forsiden</a>`)
	assert.NotContains(t, p.body, "mitid-button")
}

// The proxy in front hands on its own name for the app.
func TestLogoutBehindAProxyThatRewritesHost(t *testing.T) {
	var behind *url.URL
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = "app.internal:8080"
	}}
	proxy := httptest.NewTLSServer(forward)
	t.Cleanup(proxy.Close)
	inner := newSite(t, true, func(s *site) { s.client.RedirectURL = proxy.URL + "/callback" })
	at, err := url.Parse(inner.server.URL)
	require.NoError(t, err)
	behind = at
	forward.Transport = inner.server.Client().Transport
	inner.server = proxy // browsers talk to it
	for name, headers := range map[string][]string{
		"Origin alone":                   {"Origin", proxy.URL},
		"Origin and Sec-Fetch-Site":      {"Origin", proxy.URL, "Sec-Fetch-Site", "same-origin"},
		"a browser that sends a Referer": {"Referer", proxy.URL + "/in/?a=1"},
	} {
		b := inner.browser()
		b.logIn()
		p := b.do(http.MethodPost, "/logout", "", headers...)
		require.Equal(t, http.StatusSeeOther, p.StatusCode, name)
		require.Empty(t, b.session(), name)
	}
	for name, headers := range map[string][]string{
		"the proxy's own name":      {"Origin", "https://app.internal:8080"},
		"another scheme":            {"Origin", "http" + proxy.URL[len("https"):]},
		"another port":              {"Origin", proxy.URL + "1"},
		"a name that begins alike":  {"Origin", proxy.URL + ".evil.example"},
		"no origin":                 {"Origin", "null"},
		"a strange Referer":         {"Referer", "https://evil.example/" + proxy.URL},
		"a sibling":                 {"Sec-Fetch-Site", "same-site", "Origin", proxy.URL},
		"another site":              {"Sec-Fetch-Site", "cross-site"},
		"a Referer without address": {"Referer", "::"},
	} {
		b := inner.browser()
		b.logIn()
		require.Equal(t, http.StatusForbidden, b.do(http.MethodPost, "/logout", "", headers...).StatusCode, name)
		require.NotEmpty(t, b.session(), name)
	}
}

// An old browser tells nothing about where a form comes from, and brings no Lax
// cookie with that of another site: the answer must not take the session away.
func TestFormOfAnotherSiteInAnOldBrowserLogsNobodyOut(t *testing.T) {
	s := newSite(t, true, nil)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/logout", nil))
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Empty(t, w.Result().Cookies())
	b := s.browser()
	b.logIn()
	require.Equal(t, http.StatusSeeOther, b.do(http.MethodPost, "/logout", "").StatusCode)
	require.Empty(t, b.session())
}

func TestWayBackIntoMitIDIsTheMitIDButton(t *testing.T) {
	cancel := func(b *browser, begun page) page {
		return b.get("/callback?error=access_denied&state=" + begun.handle())
	}
	s := farewell(t, func(s *site) { s.cfg.Login = "" })
	b := s.browser()
	p := cancel(b, b.get("/in/skema?a=1&b=2"))
	assert.Contains(t, p.body, `<a class="mitid-button" lang="da" href="/in/skema?a=1&amp;b=2">`, "a page behind Require begins the login again")
	assert.Contains(t, p.body, "Log ind med MitID")
	assert.NotContains(t, p.body, "Prøv igen<")
	assertStrict(t, p)
	p = cancel(b, b.get("/login?return=/forside"))
	assert.Contains(t, p.body, `<a href="/forside">Prøv igen</a>`, "nobody knows whether that page begins one")
	assert.NotContains(t, p.body, "mitid-button")

	s = farewell(t, nil)
	b = s.browser()
	p = cancel(b, b.get("/login?return=/forside%3Fa=1%26b=2"))
	assert.Contains(t, p.body, `<a class="mitid-button" lang="da" href="/login?return=%2Fforside%3Fa%3D1%26b%3D2">`)
	p = b.do(http.MethodPost, "/in/skema", "", "Accept-Language", "en")
	require.Equal(t, http.StatusUnauthorized, p.StatusCode)
	assert.Contains(t, p.body, `href="/login?return=%2F"`)
	assert.Contains(t, p.body, "Log on with MitID")
}

func TestRefusalAtLevelHighDoesNotSendPeopleInCircles(t *testing.T) {
	s := farewell(t, nil)
	b := s.browser()
	b.logIn()
	p := b.do(http.MethodPost, "/high", "", "Accept-Language", "da")
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	assert.Contains(t, p.body, "oprettet på niveauet høj")
	assert.Contains(t, p.body, "chip")
	assert.Contains(t, p.body, "kodeviser er ikke nok")
}

func TestPathsOfPagesAreChecked(t *testing.T) {
	client, err := mitid.New(mitid.Config{Broker: &stub{method: http.MethodGet, issuer: "https://broker.example"}, RedirectURL: "https://app.example/callback"})
	require.NoError(t, err)
	for field, cfg := range map[string]mitidhttp.Config{
		"Config.LoggedOut": {Client: client, LoggedOut: "//canary.example"}, "Config.Login": {Client: client, Login: "https://canary.example/login"},
	} {
		_, err := mitidhttp.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid)
		require.ErrorContains(t, err, field)
		require.NotContains(t, err.Error(), "canary")
	}
}
