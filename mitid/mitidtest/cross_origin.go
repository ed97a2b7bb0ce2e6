package mitidtest

import (
	"net/http"
	"net/url"
	"strings"
)

// ScriptAccess says which pages of other origins may call a path with a script.
type ScriptAccess uint8

// The answers.
const (
	ClosedToScripts ScriptAccess = iota
	OpenToAll                    // metadata: to every page
	OpenToApps                   // to pages whose origin is that of a registered redirect URI
)

// ScriptAccess returns the usual answer of a dialect: metadata is open to every page, and
// the token, userinfo and PAR endpoints to the pages of apps.
func (p Endpoints) ScriptAccess(path string) ScriptAccess {
	switch path = NormalizePath(path); path {
	case p.Discovery, p.Keys:
		return OpenToAll
	case p.Token, p.Userinfo, p.PAR:
		if path != "" {
			return OpenToApps
		}
	}
	return ClosedToScripts
}

// crossOrigin lets the pages of browser apps read what the broker opens to them: the
// metadata to everybody, the other endpoints that scripts call to the origins of
// redirect addresses. It reports whether it has answered, as it does to a
// preflight (Fetch standard, CORS protocol).
//
// Pages that people see, and the addresses that a browser is sent to, are not
// opened: a script of another site must not read or drive them.
func (b *Broker) crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	methods := "GET, HEAD"
	switch b.dialect.ScriptAccess(r.URL.Path) {
	case OpenToAll:
		w.Header().Set("Access-Control-Allow-Origin", "*")
	case OpenToApps:
		w.Header().Add("Vary", "Origin")
		if !b.originAllowed(origin) {
			return false
		}
		methods = "GET, HEAD, POST"
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "Trace-Id")
	default:
		return false
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", methods)
	w.Header().Set("Access-Control-Allow-Headers", "authorization, content-type, prefer, traceparent, tracestate")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// originAllowed reports whether a redirect address of this origin is registered.
func (b *Broker) originAllowed(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Scheme+"://"+u.Host != origin {
		return false
	}
	if b.RedirectAllowed(origin) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for registered := range b.redirects {
		if strings.HasPrefix(registered, origin+"/") || registered == origin {
			return true
		}
	}
	return false
}
