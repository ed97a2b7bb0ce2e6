package mitidhttp

import (
	"net/http"
	"net/url"
	"strings"
)

// browserPath returns path and query of r as the person's browser shows them. A
// prefix that http.StripPrefix or a router removed is still in the request line. A
// prefix that a proxy removed comes from Config.PathPrefix or Config.OuterPath.
func (g *Gate) browserPath(r *http.Request) string {
	if g.outerPath != nil {
		return g.outerPath(r)
	}
	u := r.URL
	if sent, err := url.ParseRequestURI(r.RequestURI); err == nil { // the request line may hold the absolute form
		u = sent
	}
	return g.pathPrefix + u.RequestURI()
}

// requestedPage returns the return path of the page that r asks for. It is Home if
// that page has no safe return path.
func (g *Gate) requestedPage(r *http.Request) string {
	if p, ok := localPath(g.browserPath(r)); ok {
		return p
	}
	return g.home
}

// isCallback reports whether r brings the broker's answer or asks for the redirect
// address. A login that began there would lead back there, without end.
func (g *Gate) isCallback(r *http.Request) bool {
	if strings.Contains(r.URL.RawQuery, g.rule.State+"=") && g.namesPendingLogin(r) {
		return true
	}
	path, query, _ := strings.Cut(g.browserPath(r), "?")
	if g.home == g.redirectURL.EscapedPath() { // the home page has the same address
		return false
	}
	decoded, err := url.PathUnescape(path)
	return err == nil && decoded == g.redirectURL.Path && queryContains(query, g.redirectURL.RawQuery)
}

// namesPendingLogin reports whether the query of r names a login that this browser
// began at this gate.
func (g *Gate) namesPendingLogin(r *http.Request) bool {
	q, _ := url.ParseQuery(r.URL.RawQuery) // if malformed, the part that can be read is enough
	for _, handle := range firstHandles(q[g.rule.State]) {
		if p, _, _ := g.findPending(r, handle); p != nil {
			return true
		}
	}
	return false
}

// queryContains reports whether query has every parameter of want, with its value.
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

// parsePathPrefix validates Config.PathPrefix.
func parsePathPrefix(raw string) (string, bool) {
	p, ok := localPath(raw)
	return p, ok && !strings.HasSuffix(p, "/") && !strings.ContainsAny(p, "?#")
}
