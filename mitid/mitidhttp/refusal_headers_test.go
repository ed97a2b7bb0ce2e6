package mitidhttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// http.ServeFile takes Cache-Control away where the file is missing, and a 404 may
// be kept by every cache on the way.
func TestRefusalPageOfTheAppStaysOutOfCaches(t *testing.T) {
	for name, refused := range map[string]func(http.ResponseWriter, *http.Request, error){
		"a file that is missing": func(w http.ResponseWriter, r *http.Request, _ error) {
			http.ServeFile(w, r, t.TempDir()+"/findes-ikke.html")
		},
		"headers of its own": func(w http.ResponseWriter, _ *http.Request, err error) {
			clear(w.Header())
			w.WriteHeader(mitidhttp.StatusOf(err))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, true, func(s *site) { s.cfg.Refused = refused })
			for _, path := range []string{"/callback?code=hemmelig&state=x", "/login?return=//evil.example"} {
				require.Equal(t, "no-store", s.browser().get(path).Header.Get("Cache-Control"), path)
			}
			require.Equal(t, "no-store", s.browser().do(http.MethodPost, "/in/", "").Header.Get("Cache-Control"))
		})
	}
}

// nginx takes 4 kB of header from an app, and answers 502 where there is more.
func TestLogoutWithManyTabsFitsThroughAProxy(t *testing.T) {
	s := newSite(t, true, nil)
	var cookies []*http.Cookie
	for range 60 {
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/login", nil))
		cookies = append(cookies, w.Result().Cookies()...)
	}
	b := s.browser()
	b.logIn()
	b.get("/high")
	for name, value := range b.cookies() { // the step-up is the newest
		cookies = append(cookies, &http.Cookie{Name: name, Value: value})
	}
	r := httptest.NewRequest(http.MethodPost, "/logout", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusSeeOther, w.Code)
	size, gone := 0, map[string]bool{}
	for name, values := range w.Header() {
		for _, v := range values {
			size += len(name) + len(v) + 4
		}
	}
	for _, c := range w.Result().Cookies() {
		gone[c.Name] = c.MaxAge < 0
	}
	require.Less(t, size, 4000)
	require.Greater(t, len(gone), 20)
	for name := range b.cookies() {
		require.True(t, gone[name], "the session and its step-up are gone")
	}
}

// Each word that browsers had for it, wherever a proxy put a word of its own.
func TestNoFetchInAdvanceBeginsALogin(t *testing.T) {
	s := newSite(t, true, nil)
	for _, c := range [][]string{
		{"Sec-Purpose", "prefetch"}, {"Sec-Purpose", "Prefetch;Prerender"}, {"Sec-Purpose", "", "prefetch"}, {"Sec-Purpose", "prerender"},
		{"Purpose", "prefetch"}, {"Purpose", "preview"}, {"X-Purpose", "preview"}, {"X-Moz", "prefetch"}, {"X-Moz", "x", "PREFETCH"},
	} {
		for _, path := range []string{"/in/", "/login"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header[http.CanonicalHeaderKey(c[0])] = c[1:]
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			require.Contains(t, []int{http.StatusUnauthorized, http.StatusBadRequest}, w.Code, "%q %s", c, path)
			require.Empty(t, w.Result().Cookies())
		}
	}
	require.Empty(t, s.begun)
}

// What a stranger sends as addresses, hosts and cookies shows up in no header of the
// answer.
func TestNothingOfAStrangersChoosingIsInTheAnswersHeaders(t *testing.T) {
	s := newSite(t, true, nil)
	for _, target := range []string{
		"/in/", "/in//stranger.example", "/in/%2F%2Fstranger.example", "/in/%0d%0aSet-Cookie:stranger=1", "/in/..//stranger.example", "/in/;@stranger.example", "/in/%5C%5Cstranger.example",
		"https://stranger.example/in/", "https://stranger.example//stranger.example/in/", "/login?return=/%5Cstranger.example", "/login?return=%0d%0astranger:1", "/login?return=/%2Fstranger.example",
		"/callback?state=stranger&code=stranger", "/callback?error=stranger&error_description=stranger&state=" + strings.Repeat("stranger", 2000),
	} {
		for _, host := range []string{"stranger.example", "127.0.0.1.stranger.example", "stranger.example:443", "localhost@stranger.example", "www.stranger.example", `stranger.example\@127.0.0.1`} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RequestURI = target
			u, err := r.URL.Parse(target)
			require.NoError(t, err, target)
			r.URL, r.Host = u, host
			r.Header.Set("X-Forwarded-Host", "stranger.example")
			r.Header.Set("X-Forwarded-Prefix", "//stranger.example")
			r.Header.Set("Forwarded", "host=stranger.example")
			r.Header.Set("Cookie", s.cookie()+"=stranger; "+s.cookie()+".stranger=stranger~stranger")
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			headers := fmt.Sprint(w.Header())
			if strings.HasPrefix(w.Header().Get("Location"), "/") {
				continue // the mux cleans the path: it is not ours
			}
			require.NotContains(t, headers, "stranger", "%s at %s", target, host)
		}
	}
}
