package mitidtest

import (
	"net/http"
	"net/url"
	"strings"
)

// crossOrigin lets the pages of browser apps read what the broker opens to them: the
// metadata to everybody, the other endpoints that scripts call to the origins of
// redirect addresses. It reports whether it has answered, as it does to a
// preflight (Fetch standard, CORS protocol).
//
// Pages that people see, and the addresses that a browser is sent to, are not
// opened: a script of another site must not read or drive them.
func (b *Broker) crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	if origin == "" || !b.wire.opensToScripts() {
		return false
	}
	at := b.Endpoints()
	_, path := pinned(r.URL.Path)
	path = route(path)
	methods := "GET, HEAD"
	switch path {
	case at.Discovery, at.Keys:
		w.Header().Set("Access-Control-Allow-Origin", "*")
	case pathJWKSAlias:
		if b.criipto == nil {
			return false
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
	case at.Token, at.Userinfo, at.PAR, pathProbe:
		if path == "" || path == pathProbe && b.criipto == nil {
			return false
		}
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

func (c *criipto) opensToScripts() bool { return !c.snapshot().NoCrossOrigin }
func (n *neb) opensToScripts() bool     { return n.snapshot().CrossOrigin }
func (e *eident) opensToScripts() bool  { return e.snapshot().CrossOrigin }
