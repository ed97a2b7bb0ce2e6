package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// maxControlBody bounds a request's body in bytes.
const maxControlBody = 64 << 10

// guard lets requests through that come from the developer's own programs and pages.
//
// Without a token the fakes' addresses are all that a caller needs to know, and every page that the
// developer visits could send requests there. So a browser must say that the page is the
// control's own, and whoever calls must name a host of this machine: a name that somebody
// pointed here (DNS rebinding) is another one.
func (c *control) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if err := c.admit(r); err != nil {
			if err.Status == http.StatusUnauthorized {
				h.Set("WWW-Authenticate", `Bearer realm="fakes"`)
			}
			writeProblem(w, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxControlBody)
		next.ServeHTTP(w, r)
	})
}

// admit returns why a request is not let through, or nil.
func (c *control) admit(r *http.Request) *problem {
	switch {
	case !c.isMine(r.Host):
		return refuse(http.StatusMisdirectedRequest, "the control API is not at this host; use the url of the ready line, or -control-token")
	case !c.fromHere(r):
		return refuse(http.StatusForbidden, "a web page of another origin may not drive the fakes")
	case c.isOpen(r):
		return nil
	case !c.knowsToken(r):
		return refuse(http.StatusUnauthorized, "send the token of the ready line, or of -control-token, as Authorization: Bearer TOKEN")
	case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodDelete && !isJSON(r):
		return refuse(http.StatusUnsupportedMediaType, "send JSON with Content-Type: application/json; {} if there is nothing to say")
	}
	return nil
}

// isMine reports whether a Host header names this server.
func (c *control) isMine(host string) bool {
	if c.token != "" { // which somebody else's page does not have
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return fakehttp.IsLoopback(host) || slices.ContainsFunc(c.hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// fromHere reports whether a request comes from no web page, or from one of this origin
// (https://www.w3.org/TR/fetch-metadata/).
func (c *control) fromHere(r *http.Request) bool {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != scheme+r.Host {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return false
}

// isOpen reports whether a request needs no token.
func (c *control) isOpen(r *http.Request) bool {
	return r.Method == http.MethodGet && slices.Contains([]string{"/healthz", "/readyz", "/control/openapi.yaml"}, r.URL.Path)
}

// knowsToken reports whether a request shows the token, if one is demanded.
func (c *control) knowsToken(r *http.Request) bool {
	if c.token == "" {
		return true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(c.token))
	return strings.EqualFold(scheme, "bearer") && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
