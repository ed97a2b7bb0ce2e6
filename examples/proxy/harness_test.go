package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// house is a proxy on a fake broker, whose clock moves both, in front of an app that tells
// what it got.
type house struct {
	t        testing.TB
	fake     *fakebroker.Fake
	set      *settings
	proxy    *proxy
	url      string
	server   *httptest.Server
	asked    *httptest.Server // see asksAt
	logs     *logtest.Buffer
	mu       sync.Mutex
	arrived  []*http.Request
	material material

	transport http.RoundTripper

	// app answers, once a request is noted. If nil, the answer is "app".
	app http.HandlerFunc
}

// somePaths are the rules of most tests.
func somePaths() []pathSettings {
	return []pathSettings{
		{Path: "/open", Public: true},
		{Path: "/admin", Level: level(claims.High)},
		{Path: "/cpr", CPR: cprUse(mitid.CPRRequired)},
		{Path: "/måske", CPR: cprUse(mitid.CPRIfPresent)},
		{Path: "/firma", Identity: capacity(claims.CapacityProfessional)},
		{Path: "/alle", Identity: capacity(claims.CapacityEither)},
	}
}

func newHouse(t testing.TB, change ...func(*house)) *house {
	t.Helper()
	return newHouseAt(t, "criipto", change...)
}

// newHouseAt is newHouse with the fake of a broker.
func newHouseAt(t testing.TB, broker string, change ...func(*house)) *house {
	t.Helper()
	h := &house{t: t, logs: &logtest.Buffer{}}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.arrived = append(h.arrived, r.Clone(context.Background()))
		h.mu.Unlock()
		if h.app != nil {
			h.app(w, r)
			return
		}
		_, _ = io.WriteString(w, "app")
	}))
	t.Cleanup(upstream.Close)
	var err error
	h.fake, err = fakebroker.Start(broker, fakebroker.App{}, mitidtest.Config{AnyLoopbackRedirect: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.fake.Close() })
	h.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { logged(h.proxy, h.proxy.log).ServeHTTP(w, r) }))
	h.server.Config.ErrorLog = discard()
	scheme := "http://"
	if broker == "nemlogin" { // its answers need cookies that are Secure
		scheme = "https://"
	}
	h.url = scheme + h.server.Listener.Addr().String()
	h.set = &settings{PublicURL: h.url, Upstream: upstreamSettings{URL: upstream.URL}, Broker: brokerSettings{Name: broker}, Paths: somePaths()}
	for _, c := range change {
		c(h)
	}
	h.set.complete()
	known, err := h.fake.Application(h.url)
	require.NoError(t, err)
	h.material.broker, err = dialect.Open(broker, known)
	require.NoError(t, err)
	h.restart()
	if broker == "nemlogin" {
		h.server.StartTLS()
	} else {
		h.server.Start()
	}
	h.transport = h.server.Client().Transport
	t.Cleanup(h.server.Close)
	return h
}

// restart makes the proxy anew, as after a restart or in another replica.
func (h *house) restart() {
	h.t.Helper()
	p, err := newProxy(h.set, h.material, h.fake.Now, slog.New(slog.NewTextHandler(h.logs, nil)))
	require.NoError(h.t, err)
	h.proxy = p
}

// last returns the request that the app got last, and count how many it got.
func (h *house) last() *http.Request {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	require.NotEmpty(h.t, h.arrived)
	return h.arrived[len(h.arrived)-1]
}

func (h *house) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.arrived)
}

// told returns the claims of the identity that the app got last; nil if there was none. It
// does not look at the signature.
func (h *house) told() map[string]any {
	h.t.Helper()
	raw := h.last().Header.Values(h.set.Identity.Header)
	if len(raw) == 0 {
		return nil
	}
	require.Len(h.t, raw, 1)
	return payloadOf(h.t, raw[0])
}

func payloadOf(t testing.TB, token string) (claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(payload, &claims))
	return claims
}

// browser is one person's browser.
type browser struct {
	h      *house
	client *http.Client
}

func (h *house) browser() *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(h.t, err)
	return &browser{h, &http.Client{Jar: jar, Transport: h.transport}}
}

// answer is an answer that a browser ended on.
type answer struct {
	*http.Response
	body string
}

// get opens a page. The people in as log in where they are asked to.
func (b *browser) get(path string, as ...mitidtest.Outcome) answer {
	b.h.t.Helper()
	b.h.fake.Next(as...)
	return b.do(http.MethodGet, path, nil, "Accept", "text/html")
}

// do sends a request and follows redirects.
func (b *browser) do(method, path string, body io.Reader, header ...string) answer {
	b.h.t.Helper()
	return b.doAt(b.h.url+path, method, body, header...)
}

// doAt is do at an address.
func (b *browser) doAt(address, method string, body io.Reader, header ...string) answer {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), method, address, body)
	require.NoError(b.h.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header[header[i]] = append(r.Header[header[i]], header[i+1])
	}
	res, err := b.client.Do(r)
	require.NoError(b.h.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.h.t, err)
	return answer{res, string(text)}
}

// logIn logs Ditlev in by way of a page.
func (b *browser) logIn(path string) {
	b.h.t.Helper()
	b.see(path, mitidtest.Approve(mitidtest.Ditlev()))
}

// see opens a page of the app. The people in as log in where they are asked to.
func (b *browser) see(path string, as ...mitidtest.Outcome) {
	b.h.t.Helper()
	p := b.get(path, as...)
	require.Equal(b.h.t, http.StatusOK, p.StatusCode, p.body)
}

// cookies returns the Cookie header of the browser for the proxy.
func (b *browser) cookies() string {
	b.h.t.Helper()
	u, err := url.Parse(b.h.url)
	require.NoError(b.h.t, err)
	var all []string
	for _, c := range b.client.Jar.Cookies(u) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// raw sends bytes to the proxy and returns what comes back.
func (h *house) raw(request string) string {
	h.t.Helper()
	c, err := net.Dial("tcp", h.server.Listener.Addr().String())
	require.NoError(h.t, err)
	defer c.Close()
	require.NoError(h.t, c.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.WriteString(c, request)
	require.NoError(h.t, err)
	all, err := io.ReadAll(c)
	require.NoError(h.t, err)
	return strings.TrimSpace(string(all))
}

func discard() *log.Logger { return slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) }
