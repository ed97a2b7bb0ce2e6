package main

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// forged is what somebody sends who would like to be another person.
const forged = "forged-identity"

// In every spelling: as WSGI, CGI and PHP read it, more than once, as a trailer, and listed
// as a header of the connection.
func TestForgedIdentityDoesNotArrive(t *testing.T) {
	for name, c := range map[string]struct {
		lines  string
		chunks bool
	}{
		"plain":                  {"X-Dkeid-Identity: " + forged, false},
		"letter case":            {"x-dkeid-identity: " + forged + "\r\nX-DKEID-IDENTITY: " + forged, false},
		"underscores":            {"X_Dkeid_Identity: " + forged + "\r\nX-Dkeid_Identity: " + forged + "\r\nx_dkeid-identity: " + forged, false},
		"other signs":            {"X.Dkeid.Identity: " + forged + "\r\nX~Dkeid~Identity: " + forged + "\r\nX-Dkeid'Identity: " + forged, false},
		"twice":                  {"X-Dkeid-Identity: " + forged + "\r\nX-Dkeid-Identity: " + forged, false},
		"listed in Connection":   {"X-Dkeid-Identity: " + forged + "\r\nConnection: X-Dkeid-Identity", false},
		"Connection lists alone": {"Connection: keep-alive, X-Dkeid-Identity, X-Forwarded-For", false},
		"trailer":                {"Transfer-Encoding: chunked\r\nTrailer: X-Dkeid-Identity", true},
		"unannounced trailer":    {"Transfer-Encoding: chunked", true},
	} {
		for _, in := range []bool{false, true} {
			t.Run(name+map[bool]string{false: ", nobody", true: ", logged in"}[in], func(t *testing.T) {
				h := newHouse(t)
				var trailer http.Header
				h.app = func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					trailer = r.Trailer
				}
				cookies := "a=b"
				if in {
					b := h.browser()
					b.logIn("/x")
					cookies = b.cookies()
				}
				body := ""
				if c.chunks {
					body = "3\r\næ1\r\n0\r\nX-Dkeid-Identity: " + forged + "\r\nX_Dkeid_Identity: " + forged + "\r\n\r\n"
				}
				connection := "Connection: close\r\n"
				res := h.raw("POST /open HTTP/1.1\r\nHost: x\r\nCookie: " + cookies + "\r\n" + connection + c.lines + "\r\n\r\n" + body)
				require.Contains(t, res, "HTTP/1.1 200", res)
				got := h.last()
				for name, values := range got.Header {
					require.NotContains(t, strings.Join(values, " "), forged, name)
					require.NotContains(t, name, "_")
				}
				require.Empty(t, trailer)
				require.Empty(t, got.Header.Get("Trailer"))
				require.Equal(t, "127.0.0.1", got.Header.Get("X-Forwarded-For"))
				if in {
					require.Equal(t, "Ditlev Von Testesen", h.told()["name"])
				} else {
					require.Nil(t, h.told())
				}
			})
		}
	}
}

func TestOnlyTheProxySaysWhoAsksForWhat(t *testing.T) {
	h := newHouse(t, func(h *house) { h.set.Upstream.DropHeaders = []string{"Remote-User"} })
	sent := []string{
		"X-Forwarded-For", "6.6.6.6", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "X-Forwarded-User", "evil", "X-Forwarded-Prefix", "/evil",
		"Forwarded", "for=6.6.6.6", "X-Real-Ip", "6.6.6.6", "X-Original-Url", "/admin", "X-Rewrite-Url", "/admin", "X-Original-Uri", "/admin", "Proxy", "http://evil.example",
		"Client-Ip", "6.6.6.6", "X-Forwarded", "for=6.6.6.6", "Forwarded-For", "6.6.6.6", "Cf-Connecting-Ip", "6.6.6.6", "X-Envoy-Original-Path", "/admin",
		"X_Forwarded_For", "6.6.6.6", "Remote-User", "evil", "X-Http-Method-Override", "DELETE", "User-Agent", "æ", "Accept-Language", "da",
	}
	h.browser().do(http.MethodGet, "/open", nil, sent...)
	got := h.last().Header
	require.Equal(t, "127.0.0.1", got.Get("X-Forwarded-For"))
	require.Equal(t, strings.TrimPrefix(h.url, "http://"), got.Get("X-Forwarded-Host"))
	require.Equal(t, "http", got.Get("X-Forwarded-Proto"))
	for _, name := range []string{"X-Forwarded-User", "X-Forwarded-Prefix", "Forwarded", "X-Real-Ip", "X-Original-Url", "X-Rewrite-Url", "X-Original-Uri", "Proxy", "X_Forwarded_For", "Remote-User",
		"Client-Ip", "X-Forwarded", "Forwarded-For", "Cf-Connecting-Ip", "X-Envoy-Original-Path"} {
		require.NotContains(t, got, name)
	}
	require.Equal(t, "DELETE", got.Get("X-Http-Method-Override"), "what belongs to the app stays")
	require.Equal(t, "æ", got.Get("User-Agent"))
}

func TestTrustedProxySaysWhoAsks(t *testing.T) {
	for name, c := range map[string]struct{ trusted, sent, want string }{
		"trusted":     {"127.0.0.0/8", "9.9.9.9, 10.0.0.1", "9.9.9.9, 10.0.0.1, 127.0.0.1"},
		"not trusted": {"10.0.0.0/8", "9.9.9.9", "127.0.0.1"},
		"malformed":   {"127.0.0.0/8", "9.9.9.9, <script>", "127.0.0.1"},
		"nothing":     {"127.0.0.0/8", "", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(h *house) { h.set.TrustedProxies = []addressRange{addressRange(netip.MustParsePrefix(c.trusted))} })
			h.browser().do(http.MethodGet, "/open", nil, "X-Forwarded-For", c.sent)
			require.Equal(t, c.want, h.last().Header.Get("X-Forwarded-For"))
		})
	}
}

func TestCookiesOfTheGateAndOfTheAppDoNotMix(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	name := h.proxy.gate.CookieName()
	answered := []string{
		"kurv=æbler; Path=/", name + "=stolen", name + ".x=stolen; Path=/", " " + strings.ToUpper(name) + " =stolen", "=" + name + "=stolen", "==" + name + ".y=stolen", name, name + "x=mine",
	}
	h.app = func(w http.ResponseWriter, _ *http.Request) {
		for _, c := range answered {
			w.Header().Add("Set-Cookie", c)
		}
		w.Header().Set("Trailer", "Set-Cookie")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusOK)
	}
	p := b.do(http.MethodGet, "/x", nil, "Cookie", "tema=mørk;"+name+".abc=1; "+strings.ToUpper(name)+"=;"+name+"x=2;b=3")
	require.Equal(t, "tema=mørk; "+name+"x=2; b=3", h.last().Header.Get("Cookie"), "the app gets its own cookies alone")
	require.Equal(t, []string{"kurv=æbler; Path=/", name + "x=mine"}, p.Header.Values("Set-Cookie"))

	res := h.raw("GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	require.True(t, strings.HasPrefix(res, "HTTP/1.1 200"), "no early hints: "+res)
	require.NotContains(t, res, "stolen")
}

func TestAnswerForOnePersonStaysOutOfSharedCaches(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x")
	for sent, want := range map[string]string{
		"":                                   "no-store",
		"no-store":                           "private, no-store",
		"public, max-age=600":                "private, max-age=600",
		"Public,S-MaxAge=9, immutable":       "private, immutable",
		"max-age=60":                         "private, max-age=60",
		`no-cache="a, b", s-maxage=1,public`: `private, no-cache="a, b"`,
	} {
		h.app = func(w http.ResponseWriter, _ *http.Request) {
			if sent != "" {
				w.Header().Set("Cache-Control", sent)
			}
			w.Header().Set("Cdn-Cache-Control", "max-age=60")
			w.Header().Set("Surrogate-Control", "max-age=60")
		}
		p := b.do(http.MethodGet, "/x", nil)
		require.Equal(t, []string{want}, p.Header.Values("Cache-Control"), sent)
		require.NotContains(t, p.Header, "Cdn-Cache-Control")
		require.NotContains(t, p.Header, "Surrogate-Control")
		p = h.browser().do(http.MethodGet, "/open", nil)
		require.Equal(t, sent, p.Header.Get("Cache-Control"), "a public page for nobody in particular is the app's own affair")
		require.NotEqual(t, "", b.do(http.MethodGet, "/open", nil).Header.Get("Cache-Control"), "the same page for a person is not")
	}
}

// What could make two requests of one to another server.
func TestRequestSmugglingDoesNotArrive(t *testing.T) {
	for name, request := range map[string]string{
		"two lengths":               "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 30\r\n\r\nhello",
		"unknown encoding":          "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"two encodings":             "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		"blank before the colon":    "POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"signed length":             "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
		"line end in a header":      "GET /open HTTP/1.1\r\nHost: x\r\nX-A: b\rX-Dkeid-Identity: forged\r\n\r\n",
		"two hosts":                 "GET /open HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"a host of two":             "GET /open HTTP/1.1\r\nHost: x/y z\r\n\r\n",
		"continuation of a header":  "GET /open HTTP/1.1\r\nHost: x\r\n X-Dkeid-Identity: forged\r\n\r\n",
		"blank in the request line": "GET /open /admin HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			res := h.raw(strings.Replace(request, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
			require.Regexp(t, `^HTTP/1.1 (400|501)`, res)
			require.Zero(t, h.count())
		})
	}
	// A length beside chunks counts for nothing, and is not passed on (RFC 9112 section 6.3).
	h := newHouse(t)
	var bodies []string
	h.app = func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body)+" "+r.Header.Get("Content-Length"))
	}
	h.raw("POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n2\r\næ\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	require.Equal(t, []string{"æ "}, bodies)
}

func FuzzCookiesOfTheGateStayHere(f *testing.F) {
	for _, s := range []string{"a=b; dkeid-proxy-1=x", "=dkeid-proxy-1=x", "dkeid-proxy-1", ";;", "DKEID-proxy-1.a = b", `a="; dkeid-proxy-1=x"`} {
		f.Add(s)
	}
	const name = "dkeid-proxy-1"
	f.Fuzz(func(t *testing.T, line string) {
		h := http.Header{"Cookie": {withoutCookies([]string{line}, name)}}
		for _, c := range (&http.Request{Header: h}).Cookies() {
			require.NotEqual(t, name, c.Name)
			require.False(t, strings.HasPrefix(c.Name, name+"."))
		}
		answer := http.Header{"Set-Cookie": {line}}
		dropSetCookies(answer, name)
		for _, c := range (&http.Response{Header: answer}).Cookies() {
			require.NotEqual(t, name, c.Name)
			require.False(t, strings.HasPrefix(c.Name, name+"."))
		}
	})
}
