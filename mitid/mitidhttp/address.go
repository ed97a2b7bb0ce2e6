package mitidhttp

import (
	"net/http"
	"net/url"
	"strings"
)

// browserPath returns the address that the person's browser shows for r, from the path
// on. A prefix that http.StripPrefix or a router takes away is still in the
// request line; what a proxy takes away, Config.PathPrefix or Config.OuterPath
// tells.
func (g *Gate) browserPath(r *http.Request) string {
	if g.outerPath != nil {
		return g.outerPath(r)
	}
	u := r.URL
	if sent, err := url.ParseRequestURI(r.RequestURI); err == nil { // also the absolute form, of which the path alone counts
		u = sent
	}
	return g.pathPrefix + u.RequestURI()
}

// requestedPage returns the page that r asks for as a path to come back to, or home if no
// browser can be led there safely.
func (g *Gate) requestedPage(r *http.Request) string {
	if p, ok := localPath(g.browserPath(r)); ok {
		return p
	}
	return g.home
}

// isCallback reports whether r brings the broker's answer, or is a request for the
// redirect address, wherever it turns up. To begin a login there would send
// people in circles.
func (g *Gate) isCallback(r *http.Request) bool {
	if strings.Contains(r.URL.RawQuery, g.rule.State+"=") && g.namesPendingLogin(r) {
		return true
	}
	path, query, _ := strings.Cut(g.browserPath(r), "?")
	if g.home == g.redirectURL.EscapedPath() { // there is a page as well
		return false
	}
	decoded, err := url.PathUnescape(path)
	return err == nil && decoded == g.redirectURL.Path && queryContains(query, g.redirectURL.RawQuery)
}

// namesPendingLogin reports whether the query of r names a login that this browser
// began at this gate.
func (g *Gate) namesPendingLogin(r *http.Request) bool {
	q, _ := url.ParseQuery(r.URL.RawQuery) // the readable part is enough to recognise an answer
	for _, handle := range firstHandles(q[g.rule.State]) {
		if p, _, _ := g.findPending(r, handle); p != nil {
			return true
		}
	}
	return false
}

// queryContains reports whether query has every pair of want.
func queryContains(query, want string) bool {
	if want == "" {
		return true
	}
	got, _ := url.ParseQuery(query)
	wanted, _ := url.ParseQuery(want)
	for name := range wanted {
		if got.Get(name) != wanted.Get(name) {
			return false
		}
	}
	return true
}

// parsePathPrefix reads Config.PathPrefix.
func parsePathPrefix(raw string) (string, bool) {
	p, ok := localPath(raw)
	return p, ok && !strings.HasSuffix(p, "/") && !strings.ContainsAny(p, "?#")
}
