package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// parseUpstream reads the address of the app: http or https with a host, or the path of a
// Unix socket as unix:///run/app.sock.
func parseUpstream(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
	case u.Scheme == "unix" && u.Host == "" && strings.HasPrefix(u.Path, "/") && u.RawQuery == "":
		return u, nil
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == "":
		return u, nil
	}
	return nil, errors.New("scheme and host without a path, such as http://127.0.0.1:3000, or unix:///run/app.sock")
}

// passing is what is passed on with one request.
type passing struct {
	path     string // escaped
	identity string // the token; empty if nobody is logged in
	private  bool   // the answer is for one person
}

type passingKey struct{}

// newUpstream returns the handler that passes requests on to the app. The context of each
// holds a *passing.
func (p *proxy) newUpstream(roots *x509.CertPool) (http.Handler, error) {
	target, err := parseUpstream(p.set.Upstream.URL)
	if err != nil {
		return nil, err
	}
	public, err := url.Parse(p.set.PublicURL)
	if err != nil {
		return nil, err
	}
	host := public.Host
	if p.set.Upstream.Host != "" {
		host = p.set.Upstream.Host
	}
	rp := &httputil.ReverseProxy{
		Transport:     withoutTrace{newTransport(target, roots, p.set.Upstream.Timeout)},
		FlushInterval: -1, // what the app has written, people see
		BufferPool:    &buffers{},
		ErrorLog:      slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // its lines may hold addresses
		ErrorHandler:  p.upstreamError,
		Rewrite: func(r *httputil.ProxyRequest) {
			on := r.In.Context().Value(passingKey{}).(*passing)
			u := r.Out.URL
			u.Scheme, u.Host = target.Scheme, target.Host
			if target.Scheme == "unix" {
				u.Scheme, u.Host = "http", "unix"
			}
			u.Path, _ = url.PathUnescape(on.path) // valid: rules.judge has read it
			u.RawPath, u.RawQuery = on.path, r.In.URL.RawQuery
			r.Out.Host = host
			r.Out.Trailer = nil // it could hold an identity
			h := r.Out.Header
			cleanHeader(h, p.set.Identity.Header, p.set.Upstream.DropHeaders)
			h.Del("Trailer")
			if !strings.EqualFold(h.Get("Upgrade"), "websocket") {
				// Through h2c, requests would reach the app that nobody has judged.
				h.Del("Upgrade")
				h.Del("Connection")
				h.Del("Http2-Settings")
			}
			if cookies := withoutCookies(h["Cookie"], p.gate.CookieName()); cookies != "" {
				h.Set("Cookie", cookies)
			} else {
				h.Del("Cookie")
			}
			h.Set("X-Forwarded-For", p.forwardedFor(r.In))
			h.Set("X-Forwarded-Host", public.Host)
			h.Set("X-Forwarded-Proto", public.Scheme)
			if on.identity != "" {
				h.Set(p.set.Identity.Header, on.identity)
			}
		},
		ModifyResponse: func(res *http.Response) error {
			dropSetCookies(res.Header, p.gate.CookieName())
			if res.StatusCode != http.StatusSwitchingProtocols {
				res.Body = withoutCookieTrailer{res.Body, res}
			}
			if on := res.Request.Context().Value(passingKey{}).(*passing); on.private {
				keepPrivate(res.Header)
			}
			return nil
		},
	}
	return rp, nil
}

// forwardedFor returns who asks, and by way of which proxies. Only a trusted proxy is
// believed.
func (p *proxy) forwardedFor(r *http.Request) string {
	peer := peerOf(r)
	before := strings.Join(r.Header.Values("X-Forwarded-For"), ", ")
	if before == "" || !p.set.trusts(peer) {
		return peer.String()
	}
	for part := range strings.SplitSeq(before, ",") {
		if _, err := netip.ParseAddr(strings.TrimSpace(part)); err != nil {
			return peer.String()
		}
	}
	return before + ", " + peer.String()
}

// upstreamError answers for an app that does not.
func (p *proxy) upstreamError(w http.ResponseWriter, r *http.Request, err error) {
	switch timeout, _ := errors.AsType[net.Error](err); {
	case context.Cause(r.Context()) == errSessionEnded:
		p.pages.show(w, r, http.StatusUnauthorized)
	case r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // the browser has gone
	case timeout != nil && timeout.Timeout():
		p.log.LogAttrs(r.Context(), slog.LevelError, "proxy: the upstream did not answer in time")
		p.pages.show(w, r, http.StatusGatewayTimeout)
	default:
		p.log.LogAttrs(r.Context(), slog.LevelError, "proxy: the upstream cannot be reached, or its answer is no HTTP")
		p.pages.show(w, r, http.StatusBadGateway)
	}
}

func newTransport(target *url.URL, roots *x509.CertPool, timeout time.Duration) *http.Transport {
	t := &http.Transport{
		DisableCompression: true, MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: 90 * time.Second,
		ResponseHeaderTimeout: timeout, TLSHandshakeTimeout: 10 * time.Second, ExpectContinueTimeout: time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		TLSClientConfig:        &tls.Config{RootCAs: roots},
	}
	d := &net.Dialer{Timeout: 10 * time.Second}
	t.DialContext = d.DialContext
	if target.Scheme == "unix" {
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "unix", target.Path)
		}
	}
	return t
}

// withoutTrace keeps interim answers (1xx) of the upstream back. ReverseProxy passes them
// on with headers that nobody has looked at.
type withoutTrace struct{ http.RoundTripper }

func (t withoutTrace) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(r.WithContext(untraced{r.Context()}))
	if res != nil {
		res.Request = r
	}
	return res, err
}

// withoutCookieTrailer is the body of an answer. A cookie is no trailer (RFC 9110 section
// 6.5.1), and nobody looks at those.
type withoutCookieTrailer struct {
	io.ReadCloser
	res *http.Response
}

func (b withoutCookieTrailer) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		delete(b.res.Trailer, "Set-Cookie")
	}
	return n, err
}

// untraced is a context without a trace.
type untraced struct{ context.Context }

func (c untraced) Value(key any) any {
	v := c.Context.Value(key)
	if _, is := v.(*httptrace.ClientTrace); is {
		return nil
	}
	return v
}

// buffers are used again.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if buf, ok := b.pool.Get().(*[]byte); ok {
		return *buf
	}
	return make([]byte, 32<<10)
}

func (b *buffers) Put(buf []byte) { b.pool.Put(&buf) }
