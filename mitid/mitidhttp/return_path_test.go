package mitidhttp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// pages is a small app of one protected tree, as it stands inside a router.
func (s *site) pages() http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	mux := http.NewServeMux()
	mux.Handle("/", s.gate.Require(claims.Substantial)(http.HandlerFunc(whoIs)))
	return mux
}

// bare is one protected page at every address: no mux, which would clean the path.
func (s *site) bare() http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gate.Require(claims.Substantial)(http.HandlerFunc(whoIs))
}

// use puts h in place of the running handler, which stays at the callback.
func (s *site) use(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.handler
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			was.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// What routers do to a request on its way to a handler that is mounted under
// /admin. None of them touches the request line (RequestURI).
func mounts(inner http.Handler) map[string]http.Handler {
	return map[string]http.Handler{
		"http.StripPrefix": http.StripPrefix("/admin", inner),
		"http.StripPrefix twice": http.StripPrefix("/ad", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.StripPrefix("min", inner).ServeHTTP(w, r)
		})),
		// chi's Mount keeps URL.Path and routes by a path in the context.
		"chi Mount": inner,
		// chi with StripPrefix, gin's and echo's WrapH around it, and gorilla/mux change
		// URL.Path and RawPath of a copy of the request.
		"a router that changes URL.Path": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r2 := r.Clone(r.Context())
			r2.URL.Path, r2.URL.RawPath = strings.TrimPrefix(r.URL.Path, "/admin"), strings.TrimPrefix(r.URL.RawPath, "/admin")
			inner.ServeHTTP(w, r2)
		}),
		// echo's Rewrite replaces the whole URL in place.
		"a rewrite to another page": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL = &url.URL{Path: "/pages/show", RawQuery: "name=" + url.QueryEscape(r.URL.Path)}
			inner.ServeHTTP(w, r)
		}),
	}
}

func TestPageBehindStripPrefixComesBackToTheAddressTheBrowserShowed(t *testing.T) {
	s := newSite(t, true, nil)
	for name, mounted := range mounts(s.pages()) {
		t.Run(name, func(t *testing.T) {
			s.replica()
			s.use(mounted)
			for _, shown := range []string{"/admin/letters?x=1", "/admin/", "/admin/bl%C3%A5b%C3%A6r/a%20b?q=%2F&r=a;b", "/admin/a/b%2Fc", "/admin/a:b"} {
				b := s.browser()
				begun := b.get(shown)
				require.Equal(t, http.StatusFound, begun.StatusCode)
				require.Equal(t, shown, b.answer(begun).to())
				again := b.get(shown)
				require.Contains(t, []int{http.StatusOK, http.StatusMovedPermanently, http.StatusTemporaryRedirect}, again.StatusCode)
			}
		})
	}
}

func TestTryAgainLeadsToTheAddressTheBrowserShowed(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Refused = nil })
	s.use(http.StripPrefix("/admin", s.pages()))
	b := s.browser()
	begun := b.get("/admin/letters?x=1&y=2")
	p := b.get("/callback?error=access_denied&state=" + begun.handle())
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	require.Contains(t, p.body, `href="/admin/letters?x=1&amp;y=2"`)
}

// stripping is a proxy that takes /app away and sends no header about it.
func stripping(t *testing.T, to *httptest.Server) *httptest.Server {
	target, err := url.Parse(to.URL)
	require.NoError(t, err)
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	proxy := httptest.NewServer(http.StripPrefix("/app", forward))
	t.Cleanup(proxy.Close)
	return proxy
}

// behind is s as a browser sees it through proxy.
func (s *site) behind(proxy *httptest.Server) *site {
	return &site{stub: s.stub, t: s.t, server: proxy}
}

func TestPageBehindAProxyThatStripsComesBackToTheAddressTheBrowserShowed(t *testing.T) {
	for name, change := range map[string]func(*mitidhttp.Config){
		"PathPrefix": func(c *mitidhttp.Config) { c.PathPrefix = "/app" },
		"OuterPath": func(c *mitidhttp.Config) {
			c.OuterPath = func(r *http.Request) string { return "/app" + r.RequestURI }
			c.Home = "/app/"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, false, nil)
			proxy := stripping(t, s.server)
			s.client.RedirectURL = proxy.URL + "/app/callback"
			change(&s.cfg)
			s.replica()
			b := s.behind(proxy).browser()
			begun := b.get("/app/in/letters?x=1")
			require.Equal(t, http.StatusFound, begun.StatusCode)
			p := b.get("/app/callback?error=access_denied&state=" + begun.handle())
			require.Contains(t, p.body, "back to /app/in/letters?x=1")

			begun = b.get("/app/in/letters?x=1")
			done := b.get("/app/callback?code=c&state=" + begun.handle())
			require.Equal(t, "/app/in/letters?x=1", done.to())
			require.Equal(t, "{søren} substantial", b.get(done.to()).body)

			home := b.get("/app/login")
			require.Equal(t, "/app/", b.get("/app/callback?code=c&state="+home.handle()).to(), "home has the prefix too")
			named := b.get("/app/login?return=/app/in/x")
			require.Equal(t, "/app/in/x", b.get("/app/callback?code=c&state="+named.handle()).to(), "a return path is as browsers show it")
		})
	}
}

func TestNobodyChoosesThePrefixByAHeader(t *testing.T) {
	s := newSite(t, true, nil)
	for _, h := range []string{"X-Forwarded-Prefix", "X-Original-URI", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "Forwarded"} {
		b := s.browser()
		begun := b.do(http.MethodGet, "/in/letters", "", h, "/evil")
		require.Equal(t, "/in/letters", b.answer(begun).to(), h)
	}
}

func TestOuterPathIsHeldToBeAPathOfThisSite(t *testing.T) {
	for _, bad := range []string{"", "//evil.example/", "https://evil.example/", `/\evil.example`, "letters", "/a\r\nb"} {
		s := newSite(t, true, func(s *site) {
			s.cfg.Home, s.cfg.OuterPath = "/hjem", func(*http.Request) string { return bad }
		})
		b := s.browser()
		require.Equal(t, "/hjem", b.answer(b.get("/in/letters")).to(), "%q", bad)
	}
}

func TestPathPrefixIsAPath(t *testing.T) {
	s := newSite(t, true, nil)
	for _, bad := range []string{"app", "/app/", "/", "//app", "/app?x=1", "/app#x", "https://app.example", `/\app`, "/a\nb", "/%0d"} {
		cfg := s.cfg
		cfg.PathPrefix = bad
		_, err := mitidhttp.New(cfg)
		require.Error(t, err, bad)
		require.Contains(t, err.Error(), "PathPrefix")
	}
	cfg := s.cfg
	cfg.PathPrefix, cfg.OuterPath = "/app", func(*http.Request) string { return "/" }
	_, err := mitidhttp.New(cfg)
	require.ErrorContains(t, err, "both set")
}

// A program that is no browser can write anything into the request line.
func TestForgedRequestLinesLeadNowhereElse(t *testing.T) {
	s := newSite(t, false, func(s *site) { s.cfg.Home = "/hjem" })
	s.use(s.bare())
	for line, want := range map[string]string{
		"/in/letters":                        "/in/letters",
		"http://evil.example/in/letters?x=1": "/in/letters?x=1",
		"https://evil.example":               "/",
		"//evil.example/":                    "/hjem",
		"///evil.example/":                   "/hjem",
		`/\evil.example`:                     "/hjem",
		"/%5Cevil.example":                   "/hjem",
		"/%2Fevil.example":                   "/hjem",
		"http://evil.example//x.example/":    "/hjem",
		"/in/#/x":                            "/in/%23/x",
		"/in/\xff\xfe":                       "/hjem",
	} {
		w := s.raw(t, line)
		require.Equal(t, http.StatusFound, w.StatusCode, "%q", line)
		require.True(t, strings.HasPrefix(w.Header.Get("Location"), "https://broker.example/"), "%q", line)
		require.Equal(t, want, s.browserWith(w.Cookies()).answer(page{Response: w}).to(), "%q", line)
	}
}

// raw sends a request line as it is, and no header that a browser would add.
func (s *site) raw(t *testing.T, target string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", s.server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nConnection: close\r\n\r\n", target, s.server.Listener.Addr())
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	return res
}

func TestOddButLegalAddressesBeginALoginAndEndAtThePageOrAtHome(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Home = "/hjem" })
	s.use(s.bare())
	for _, path := range []string{
		"/a%2Fb", "/a%5Cb", "/%5C", "/a%00b", "/a%0Db", "/a%0D%0Ab", "/a%09", "/a%7F", "/%E6ble", "/%FF", "/a;b=c", "/a;b?c;d", "/a//b", "/a/./b/../c", "/a:b", "/1:2/3",
		"/@x", "/a%3Fb", "/a%23b", "/a%25", "/a%20b", "/a+b", "/?", "/?return=//evil.example", "/?a=%0D%0A", "/?a=%ff", "/~x/*", "/%E2%80%A8", "/%c3%a6?%zz",
		"/%2e%2e/x", "/" + strings.Repeat("a", 1023), "/" + strings.Repeat("a", 1024), "/?q=" + strings.Repeat("%C3%A6", 3000), "/" + strings.Repeat("x/", 4000),
	} {
		b := s.browser()
		begun := b.get(path)
		if !assert.Equal(t, http.StatusFound, begun.StatusCode, path) {
			continue
		}
		done := b.answer(begun)
		assert.Equal(t, http.StatusFound, done.StatusCode, path)
		assert.Contains(t, []string{path, "/hjem"}, done.to(), path)
	}
	for _, kept := range []string{"/a%2Fb", "/a;b=c", "/a;b?c;d", "/a//b", "/a:b", "/1:2/3", "/a%3Fb", "/a%25"} {
		b := s.browser()
		require.Equal(t, kept, b.answer(b.get(kept)).to())
	}
}

func TestStartTakesAReturnPathWithASemicolon(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	require.Equal(t, "/in/a;v=1", b.answer(b.get("/login?return=/in/a;v=1&utm=a;b")).to())
}
