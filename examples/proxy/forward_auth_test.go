package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// asked is a house that another proxy on this machine asks.
func asked(t *testing.T) *house {
	t.Helper()
	return newHouse(t, func(h *house) {
		h.set.TrustedProxies, h.set.Upstream.URL = []addressRange{addressRange(netip.MustParsePrefix("127.0.0.1/32"))}, ""
	})
}

// asksAt is the address at which other proxies ask.
func (h *house) asksAt() string {
	h.t.Helper()
	if h.asked == nil {
		h.asked = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.proxy.serveAsked(w, r) }))
		h.t.Cleanup(h.asked.Close)
	}
	return h.asked.URL
}

// ask asks about a request as nginx, Traefik and Caddy do, with the person's own headers.
func (b *browser) ask(endpoint, method, uri string, header ...string) answer {
	b.h.t.Helper()
	host := strings.TrimPrefix(b.h.url, "http://")
	c := *b.client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own := &browser{b.h, &c}
	all := []string{"X-Forwarded-Method", method, "X-Forwarded-Proto", "http", "X-Forwarded-Host", host, "X-Forwarded-Uri", uri}
	for i := 0; i+1 < len(header); i += 2 { // a header that is given replaces ours
		for j := 0; j+1 < len(all); j += 2 {
			if all[j] == header[i] {
				all = append(all[:j], all[j+2:]...)
				break
			}
		}
	}
	return own.doAt(b.h.asksAt()+"/"+endpoint, http.MethodGet, nil, append(all, header...)...)
}

func TestForwardAuthSaysWhoMayPass(t *testing.T) {
	for endpoint, nobody := range map[string]int{"auth": http.StatusUnauthorized, "forward-auth": http.StatusFound} {
		t.Run(endpoint, func(t *testing.T) {
			h := asked(t)
			b := h.browser()
			p := b.ask(endpoint, "GET", "/x?a=1&b=æ", "Accept", "text/html")
			require.Equal(t, nobody, p.StatusCode)
			login := p.Header.Get("Location") + p.Header.Get(loginHeader)
			require.Equal(t, h.url+"/.dkeid/login?return=%2Fx%3Fa%3D1%26b%3D%C3%A6", login)
			require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
			require.Empty(t, p.Cookies(), "nothing begins before the person is there")

			begun := b.get(strings.TrimPrefix(login, h.url), mitidtest.Approve(mitidtest.Ditlev()))
			require.Equal(t, "/x?a=1&b=%C3%A6", begun.Request.URL.RequestURI())
			p = b.ask(endpoint, "POST", "/x?a=1", "Cookie", "kurv=1")
			require.Equal(t, "kurv=1", p.Header.Get("Cookie"), "the app's own, without the session")
			require.Equal(t, http.StatusNoContent, p.StatusCode)
			told := payloadOf(t, p.Header.Get("X-Dkeid-Identity"))
			require.Equal(t, "Ditlev Von Testesen", told["name"])
			require.Equal(t, "POST", told["htm"])
			require.Equal(t, "/x", told["htu"])

			p = b.ask(endpoint, "GET", "/admin", "Accept", "text/html")
			require.Equal(t, nobody, p.StatusCode, "a step-up")
			require.Empty(t, p.Header.Get("X-Dkeid-Identity"))
			require.Contains(t, p.Header.Get("Location")+p.Header.Get(loginHeader), "return=%2Fadmin")
			p = b.ask(endpoint, "POST", "/admin", "Accept", "text/html")
			require.Equal(t, http.StatusForbidden, p.StatusCode)
			p = b.ask(endpoint, "GET", "/cpr", "Accept", "application/json")
			require.Equal(t, http.StatusForbidden, p.StatusCode)
			require.Empty(t, p.Header.Get("X-Dkeid-Identity"))
			require.Equal(t, http.StatusNoContent, h.browser().ask(endpoint, "GET", "/open").StatusCode)

			b.logOut()
			require.Equal(t, http.StatusUnauthorized, b.ask(endpoint, "POST", "/x").StatusCode)
			require.Zero(t, h.count())
		})
	}
}

// The redirect is for people who open a page.
func TestForwardAuthSendsNoProgramToLogIn(t *testing.T) {
	h := asked(t)
	for name, header := range map[string][]string{
		"script": {"Sec-Fetch-Mode", "cors"}, "JSON": {"Accept", "application/json"}, "prefetch": {"Sec-Purpose", "prefetch"},
		"WebSocket": {"Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Origin", h.url}, "frame": {"Sec-Fetch-Dest", "iframe"},
	} {
		for _, endpoint := range []string{"auth", "forward-auth"} {
			p := h.browser().ask(endpoint, "GET", "/x", header...)
			require.Equal(t, http.StatusUnauthorized, p.StatusCode, name)
			require.Empty(t, p.Header.Get("Location")+p.Header.Get(loginHeader), name)
		}
	}
	for _, method := range []string{"POST", "HEAD", "DELETE"} {
		require.Equal(t, http.StatusUnauthorized, h.browser().ask("forward-auth", method, "/x", "Accept", "text/html").StatusCode)
	}
}

func TestForwardAuthBelievesOnlyWhatItCanKnow(t *testing.T) {
	h := asked(t)
	b := h.browser()
	b.get("/.dkeid/login", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, http.StatusNoContent, b.ask("auth", "GET", "/x").StatusCode)
	for name, header := range map[string][]string{
		"another host":       {"X-Forwarded-Host", "evil.example"},
		"two hosts":          {"X-Forwarded-Host", "evil.example", "X-Forwarded-Host", strings.TrimPrefix(h.url, "http://")},
		"another scheme":     {"X-Forwarded-Proto", "https"},
		"no host":            {"X-Forwarded-Host", ""},
		"no method":          {"X-Forwarded-Method", ""},
		"TRACE":              {"X-Forwarded-Method", "TRACE"},
		"no address":         {"X-Forwarded-Uri", ""},
		"an absolute one":    {"X-Forwarded-Uri", "https://evil.example/x"},
		"a path with dots":   {"X-Forwarded-Uri", "/open/../admin"},
		"letter case":        {"X-Forwarded-Uri", "/Admin"},
		"two slashes":        {"X-Forwarded-Uri", "//admin"},
		"the proxy's own":    {"X-Forwarded-Uri", "/.dkeid/auth"},
		"not escaped":        {"X-Forwarded-Uri", "/x%zz"},
		"WebSocket of evil":  {"Sec-Websocket-Key", "x", "Origin", "https://evil.example"},
		"a range of proxies": {"X-Forwarded-Uri", "/x", "X-Forwarded-Uri", "/open"},
	} {
		for _, endpoint := range []string{"auth", "forward-auth"} {
			p := b.ask(endpoint, "GET", "/x", append(header, "Accept", "text/html")...)
			require.Equal(t, http.StatusForbidden, p.StatusCode, name)
			require.Empty(t, p.Header.Get("X-Dkeid-Identity"), name)
			require.Empty(t, p.Header.Get("Location")+p.Header.Get(loginHeader), name)
		}
	}
	h.set.TrustedProxies = []addressRange{addressRange(netip.MustParsePrefix("10.0.0.0/8"))}
	require.Equal(t, http.StatusForbidden, b.ask("auth", "GET", "/x").StatusCode, "a stranger asks")
}

// A page's own script would read there what is meant for the app.
func TestPeopleDoNotReachTheAnswers(t *testing.T) {
	h := asked(t)
	b := h.browser()
	b.get("/.dkeid/login", mitidtest.Approve(mitidtest.Ditlev()))
	for _, path := range []string{"/auth", "/forward-auth", "/.dkeid/auth", "/.dkeid/forward-auth"} {
		p := b.do(http.MethodGet, path, nil, "X-Forwarded-Method", "GET", "X-Forwarded-Proto", "http", "X-Forwarded-Host", strings.TrimPrefix(h.url, "http://"), "X-Forwarded-Uri", "/x")
		require.Equal(t, http.StatusNotFound, p.StatusCode, path)
		require.Empty(t, p.Header.Get("X-Dkeid-Identity"), path)
	}
	require.Equal(t, http.StatusNotFound, b.ask("x", "GET", "/x").StatusCode)
}

func TestForwardAuthWithALongAddressReturnsToTheFrontPage(t *testing.T) {
	h := asked(t)
	p := h.browser().ask("forward-auth", "GET", "/x?"+strings.Repeat("q", 1200), "Accept", "text/html")
	login, err := url.Parse(p.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "/", login.Query().Get("return"))
}

// Whoever passes requests on by themself has no app here.
func TestWithoutAnUpstreamNothingIsPassedOn(t *testing.T) {
	h := asked(t)
	require.Equal(t, http.StatusNotFound, h.browser().get("/open").StatusCode)
	require.Equal(t, http.StatusNotFound, h.browser().get("/x").StatusCode)
}
