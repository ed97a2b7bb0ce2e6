package mitidhttp_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// at asks the running handler under a host of its own, with these cookies.
func (s *site) at(host, path string, cookies ...*http.Cookie) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	r.Header.Set("Accept", chromeAccept)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Result()
}

func siteAt(t *testing.T, redirect string, log *bytes.Buffer) *site {
	return newSite(t, true, func(s *site) {
		s.client.RedirectURL = redirect
		if log != nil {
			s.cfg.Logger = slog.New(slog.NewTextHandler(log, nil))
		}
	})
}

func TestTheAppOpenedUnderAnotherOfItsNamesLeadsToTheRightHost(t *testing.T) {
	for _, c := range []struct{ redirect, host, path, to string }{
		{"http://127.0.0.1:8080/callback", "localhost:8080", "/in/x?a=1&b=%26", "http://127.0.0.1:8080/in/x?a=1&b=%26"},
		{"http://localhost:8080/callback", "127.0.0.1:8080", "/in/x", "http://localhost:8080/in/x"},
		{"http://localhost:8080/callback", "[::1]:8080", "/login?return=/in/x", "http://localhost:8080/login?return=/in/x"},
		{"http://[::1]:8080/callback", "LOCALHOST:8080", "/more", "http://[::1]:8080/more"},
		{"https://app.example.dk/callback", "www.app.example.dk", "/in/x", "https://app.example.dk/in/x"},
		{"https://www.example.dk/callback", "example.dk", "/in/x", "https://www.example.dk/in/x"},
		{"https://www.example.dk/callback", "example.dk:443", "/in/x", "https://www.example.dk/in/x"},
		{"https://www.example.dk/callback", "WWW.EXAMPLE.DK.", "/in/x", "https://www.example.dk/in/x"},
		{"https://www.example.dk:8443/callback", "example.dk:8443", "/in/x", "https://www.example.dk:8443/in/x"},
	} {
		t.Run(c.host+" for "+c.redirect, func(t *testing.T) {
			var log bytes.Buffer
			s := siteAt(t, c.redirect, &log)
			res := s.at(c.host, c.path)
			require.Equal(t, http.StatusFound, res.StatusCode)
			require.Equal(t, c.to, res.Header.Get("Location"))
			require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
			require.Empty(t, s.begun, "the login begins under the right name")
			require.Contains(t, log.String(), "another host than that of RedirectURL")
		})
	}
}

func TestNoOtherHostIsLedAnywhere(t *testing.T) {
	for _, c := range []struct{ redirect, host string }{
		{"https://app.example.dk/callback", "app.example.dk"},
		{"https://app.example.dk/callback", "APP.example.dk:443"},
		{"https://app.example.dk/callback", "evil.example"},
		{"https://app.example.dk/callback", "app:8080"}, // behind a proxy
		{"https://app.example.dk/callback", "localhost:8080"},
		{"https://app.example.dk/callback", "www.app.example.dk:8080"},
		{"https://app.example.dk/callback", ""},
		{"https://app.example.dk/callback", "www.app.example.dk@evil.example"},
		{"https://app.example.dk/callback", "www.app.example.dk/x"},
		{"https://app.example.dk/callback", "wwwxapp.example.dk"},
		{"http://127.0.0.1:9000/callback", "localhost:8080"}, // nginx on 9000 says where it sends
		{"http://127.0.0.1:8080/callback", "app.example.dk:8080"},
	} {
		s := siteAt(t, c.redirect, nil)
		res := s.at(c.host, "/in/x")
		require.Equal(t, http.StatusFound, res.StatusCode, c.host)
		require.Contains(t, res.Header.Get("Location"), "https://broker.example/", c.host)
	}
}

// A proxy that rewrites Host makes every request look led astray.
func TestAProxyThatRewritesHostSendsNobodyInCircles(t *testing.T) {
	s := siteAt(t, "https://www.example.dk/callback", nil)
	first := s.at("example.dk", "/in/x")
	require.Equal(t, "https://www.example.dk/in/x", first.Header.Get("Location"))
	second := s.at("example.dk", "/in/x", first.Cookies()...)
	require.Contains(t, second.Header.Get("Location"), "https://broker.example/")
	jar := append(first.Cookies(), second.Cookies()...)
	begun := page{Response: second}
	done := s.at("example.dk", "/callback?code=c&state="+begun.handle(), jar...)
	require.Equal(t, "/in/x", done.Header.Get("Location"))
}

func TestOnlyPagesAreLedToTheRightHost(t *testing.T) {
	s := siteAt(t, "https://www.example.dk/callback", nil)
	r := httptest.NewRequest(http.MethodGet, "/in/x", nil)
	r.Host = "example.dk"
	r.Header.Set("Accept", "application/json")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.ErrorIs(t, s.lastRefusal(), mitid.ErrInteractionRequired)

	// An address that cannot stand in a Location leads to Home there.
	res := s.at("example.dk", "/in/%0d%0ax")
	require.Equal(t, "https://www.example.dk/", res.Header.Get("Location"))
}
