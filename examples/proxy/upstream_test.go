package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAppThatDoesNotAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*house)
		app    http.HandlerFunc
		status int
		da, en string
	}{
		"nobody listens": {change: func(h *house) { h.set.Upstream.URL = "http://127.0.0.1:1" }, status: 502, da: "Du er stadig logget ind", en: "You are still logged on"},
		"a connection that ends": {app: func(w http.ResponseWriter, _ *http.Request) {
			c, _, _ := http.NewResponseController(w).Hijack()
			_ = c.Close()
		}, status: 502, da: "Du er stadig logget ind", en: "You are still logged on"},
		"no HTTP": {app: func(w http.ResponseWriter, _ *http.Request) {
			c, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(c, "hemmelig æøå\r\n\r\n")
			_ = c.Close()
		}, status: 502, da: "Du er stadig logget ind", en: "You are still logged on"},
		"too slow": {change: func(h *house) { h.set.Upstream.Timeout = 50 * time.Millisecond }, app: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			status: 504, da: "alligevel nået frem", en: "may have arrived all the same"},
		"untrusted certificate": {change: func(h *house) {
			s := httptest.NewUnstartedServer(nil)
			s.Config.ErrorLog = discard()
			s.StartTLS()
			h.t.Cleanup(s.Close)
			h.set.Upstream.URL = s.URL
		}, status: 502, da: "Du er stadig logget ind", en: "You are still logged on"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(h *house) {
				h.app = c.app
				if c.change != nil {
					c.change(h)
				}
			})
			for lang, want := range map[string]string{"da": c.da, "en": c.en} {
				p := h.browser().do(http.MethodGet, "/open/hemmelig?kode=hemmelig", nil, "Accept", "text/html", "Accept-Language", lang)
				require.Equal(t, c.status, p.StatusCode)
				require.Contains(t, p.body, want)
				require.NotContains(t, p.body, "hemmelig")
				require.NotContains(t, p.body, "127.0.0.1")
				p = h.browser().do(http.MethodPost, "/open", nil, "Accept", "application/json", "Accept-Language", lang)
				require.Equal(t, "application/problem+json", p.Header.Get("Content-Type"))
				require.Contains(t, p.body, want)
			}
			require.NotContains(t, h.logs.String(), "kode=")
		})
	}
}

func TestAppBehindHTTPS(t *testing.T) {
	var host string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		_, _ = io.WriteString(w, "hemmeligt")
	}))
	t.Cleanup(s.Close)
	h := newHouse(t, func(h *house) {
		h.set.Upstream.URL, h.set.Upstream.Host = s.URL, "intern.example"
		h.material.roots = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	})
	require.Equal(t, "hemmeligt", h.browser().get("/open").body)
	require.Equal(t, "intern.example", host)
}

func TestAppOnAUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "s") // a socket has a short name
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	ln, err := net.Listen("unix", filepath.Join(dir, "æ.sock"))
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) }))
	_ = s.Listener.Close()
	s.Listener = ln
	s.Start()
	t.Cleanup(s.Close)
	h := newHouse(t, func(h *house) { h.set.Upstream.URL = "unix://" + ln.Addr().String() })
	require.Equal(t, "/open/ø", h.browser().get("/open/%C3%B8").body)
}

// What the app answers is passed on as it is.
func TestAnswerOfTheAppIsNotChanged(t *testing.T) {
	h := newHouse(t)
	h.app = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Location", "/elsewhere?a=%20b")
		w.Header().Add("X-To", "1")
		w.Header().Add("X-To", "2")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte{0, 0xff, 0xfe})
	}
	p := h.browser().do(http.MethodGet, "/open", nil, "Accept-Encoding", "br")
	require.Equal(t, http.StatusTeapot, p.StatusCode)
	require.Equal(t, "\x00\xff\xfe", p.body)
	require.Equal(t, "br", p.Header.Get("Content-Encoding"))
	require.Equal(t, "/elsewhere?a=%20b", p.Header.Get("Location"))
	require.Equal(t, []string{"1", "2"}, p.Header.Values("X-To"))
	require.Equal(t, "br", h.last().Header.Get("Accept-Encoding"))
}
