package mitidhttp_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

const (
	chromeAccept  = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
	oldSafari     = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	oldIE         = "text/html, application/xhtml+xml, */*"
	scriptAccept  = "application/json, text/plain, */*" // axios
	jQueryAccept  = "application/json, text/javascript, */*; q=0.01"
	justAnything  = "*/*"
	eventStream   = "text/event-stream"
	imageAccept   = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
	problemAccept = "application/problem+json"
)

func TestOnlySomebodyWhoOpensAPageIsSentToLogIn(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Refused = nil })
	for _, c := range []struct {
		name, method string
		headers      []string
		login, html  bool
	}{
		{"Chrome", "GET", []string{"Accept", chromeAccept, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-User", "?1"}, true, true},
		{"Safari before Sec-Fetch", "GET", []string{"Accept", oldSafari}, true, true},
		{"Internet Explorer", "GET", []string{"Accept", oldIE}, true, true},
		{"an old Android web view", "GET", []string{"Accept", oldSafari, "X-Requested-With", "dk.kommune.app"}, true, true},
		{"lynx", "GET", []string{"Accept", "text/html, text/plain, text/sgml, text/css, */*;q=0.01"}, true, true},
		{"HTML in capitals", "GET", []string{"Accept", "TEXT/HTML; Charset=utf-8"}, true, true},

		{"fetch", "GET", []string{"Accept", justAnything, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, false, false},
		{"fetch that asks for HTML, as htmx does", "GET", []string{"Accept", "text/html, */*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, false, true},
		{"XMLHttpRequest of an old browser", "GET", []string{"Accept", jQueryAccept, "X-Requested-With", "XMLHttpRequest"}, false, false},
		{"the same, for HTML", "GET", []string{"Accept", "text/html, */*; q=0.01", "X-Requested-With", "xmlhttprequest"}, false, false},
		{"the same without a sign, for JSON", "GET", []string{"Accept", scriptAccept}, false, false},
		{"an event stream", "GET", []string{"Accept", eventStream}, false, false},
		{"an event stream of a new browser", "GET", []string{"Accept", eventStream, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, false, false},
		{"a WebSocket", "GET", []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}, false, false},
		{"a WebSocket of a new browser", "GET", []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-Fetch-Mode", "websocket", "Sec-Fetch-Dest", "empty"}, false, false},
		{"a preflight", "OPTIONS", []string{"Accept", justAnything, "Origin", "https://other.example", "Access-Control-Request-Method", "GET", "Sec-Fetch-Mode", "cors"}, false, false},
		{"HEAD", "HEAD", []string{"Accept", oldSafari}, false, true},
		{"HEAD of an uptime monitor", "HEAD", []string{"Accept", justAnything, "User-Agent", "UptimeRobot/2.0"}, false, false},
		{"curl", "GET", []string{"Accept", justAnything, "User-Agent", "curl/8.5.0"}, false, false},
		{"a readiness probe", "GET", []string{"Accept", justAnything, "User-Agent", "kube-probe/1.31"}, false, false},
		{"JSON before HTML", "GET", []string{"Accept", "application/json, text/html;q=0.9"}, false, false},
		{"no HTML, please", "GET", []string{"Accept", "text/html;q=0, */*"}, false, false},
		{"a problem", "GET", []string{"Accept", problemAccept}, false, false},
		{"an image", "GET", []string{"Accept", imageAccept}, false, false},
		{"an image of a new browser", "GET", []string{"Accept", imageAccept, "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, false, false},
		{"a frame", "GET", []string{"Accept", chromeAccept, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, false, true},
		{"a prefetch", "GET", []string{"Accept", chromeAccept, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Purpose", "prefetch;prerender"}, false, true},
		{"a prefetch of an old browser", "GET", []string{"Accept", oldSafari, "Purpose", "prefetch"}, false, true},
		{"a form post", "POST", []string{"Accept", chromeAccept, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, false, true},
		{"a script's post", "POST", []string{"Accept", scriptAccept}, false, false},
		{"a very long Accept", "GET", []string{"Accept", strings.Repeat("a/b,", 5000) + "text/html"}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			begun := len(s.begun)
			p := s.browser().do(c.method, "/in/letters", "", c.headers...)
			if c.login {
				require.Equal(t, http.StatusFound, p.StatusCode)
				require.Len(t, s.begun, begun+1)
				return
			}
			require.Equal(t, http.StatusUnauthorized, p.StatusCode)
			require.Len(t, s.begun, begun, "the broker heard of it")
			require.Empty(t, p.Cookies())
			require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
			if c.html {
				require.Equal(t, "text/html; charset=utf-8", p.Header.Get("Content-Type"))
				return
			}
			require.Equal(t, "application/problem+json", p.Header.Get("Content-Type"))
			if c.method == "HEAD" {
				return
			}
			var body map[string]any
			require.NoError(t, json.Unmarshal([]byte(p.body), &body))
			require.Equal(t, map[string]any{"title": "Unauthorized", "status": 401.0, "kind": "InteractionRequired",
				"detail": "Du skal logge ind med MitID for at fortsætte."}, body)
		})
	}
}

func TestAProgramIsToldInItsOwnFormWhatIsMissing(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Refused = nil })
	b := s.browser()
	b.logIn()
	p := b.do(http.MethodGet, "/high", "", "Accept", "application/json", "Accept-Language", "en")
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	require.Equal(t, "en", p.Header.Get("Content-Language"))
	require.Contains(t, p.body, `"kind":"AssuranceTooLow"`)
	p = b.do(http.MethodGet, "/callback?code=c&state=x", "", "Accept", "application/json")
	require.Equal(t, http.StatusBadRequest, p.StatusCode)
	require.Contains(t, p.body, `"kind":"StateInvalid"`)
	require.NotContains(t, p.body, "code=c")
}

// Start's address is for beginning a login, so a program that walks through it is
// sent on; HEAD is not.
func TestStartIsForProgramsThatWalkThroughALoginToo(t *testing.T) {
	s := newSite(t, true, nil)
	require.Equal(t, http.StatusFound, s.browser().do(http.MethodGet, "/login", "", "Accept", "*/*").StatusCode)
	require.Equal(t, http.StatusMethodNotAllowed, s.browser().do(http.MethodHead, "/login", "").StatusCode)
	require.Equal(t, http.StatusBadRequest, s.browser().do(http.MethodGet, "/login", "", "Connection", "Upgrade", "Upgrade", "websocket").StatusCode)
}

func TestErrorPagesBehindRequireStayOutOfCaches(t *testing.T) {
	s := newSite(t, true, nil)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "brev.txt"), []byte("Kære Åse"), 0o600))
	s.mu.Lock()
	g, was := s.gate, s.handler
	mux := http.NewServeMux()
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(dir))))
	mux.HandleFunc("/error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "nej", http.StatusTeapot) })
	mux.HandleFunc("/cleared", func(w http.ResponseWriter, _ *http.Request) {
		clear(w.Header())
		w.WriteHeader(http.StatusInternalServerError)
	})
	mux.HandleFunc("/public", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "private, max-age=60")
		_, _ = io.WriteString(w, "for a minute")
	})
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" || r.URL.Path == "/callback" {
			was.ServeHTTP(w, r)
			return
		}
		g.Require(claims.Substantial)(mux).ServeHTTP(w, r)
	})
	s.mu.Unlock()
	b := s.browser()
	b.logIn()
	for path, want := range map[string]string{
		"/files/brev.txt": "no-store", "/files/findes-ikke": "no-store", "/error": "no-store", "/cleared": "no-store", "/nowhere": "no-store", "/public": "private, max-age=60",
	} {
		require.Equal(t, want, b.get(path).Header.Get("Cache-Control"), path)
	}
	p := b.do(http.MethodGet, "/files/brev.txt", "", "Range", "bytes=900-")
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, p.StatusCode)
	require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
}

// Streams and WebSockets work behind Require, by either way of asking.
func TestStreamsAndWebSocketsGoThroughRequire(t *testing.T) {
	s := newSite(t, false, nil)
	s.mu.Lock()
	g, was := s.gate, s.handler
	mux := http.NewServeMux()
	mux.HandleFunc("/stream", func(w http.ResponseWriter, _ *http.Request) {
		f, ok := w.(http.Flusher)
		assert.True(t, ok)
		_, _ = io.WriteString(w, "data: a\n\n")
		f.Flush()
		assert.NoError(t, http.NewResponseController(w).Flush())
	})
	mux.HandleFunc("/socket", func(w http.ResponseWriter, _ *http.Request) {
		h, ok := w.(http.Hijacker)
		if !assert.True(t, ok) {
			return
		}
		c, rw, err := h.Hijack()
		if !assert.NoError(t, err) {
			return
		}
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhej")
		_ = rw.Flush()
		_ = c.Close()
	})
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" || r.URL.Path == "/callback" {
			was.ServeHTTP(w, r)
			return
		}
		g.Require(claims.Substantial)(mux).ServeHTTP(w, r)
	})
	s.mu.Unlock()
	b := s.browser()
	b.logIn()
	require.Equal(t, "data: a\n\n", b.get("/stream").body)

	c, err := net.Dial("tcp", s.server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	_, err = io.WriteString(c, "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: "+s.cookie()+"="+b.session()+"\r\n\r\n")
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, res.StatusCode)
	_ = res.Body.Close()

	// A recorder can do none of it, and nothing breaks.
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/in/", nil)
	r.Header.Set("Cookie", s.cookie()+"="+b.session())
	g.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _, err := w.(http.Hijacker).Hijack()
		assert.ErrorIs(t, err, http.ErrNotSupported)
		assert.ErrorIs(t, w.(http.Pusher).Push("/x", nil), http.ErrNotSupported)
		_, err = io.Copy(w, strings.NewReader("æøå"))
		assert.NoError(t, err)
	})).ServeHTTP(w, r)
	require.Equal(t, "æøå", w.Body.String())
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}
