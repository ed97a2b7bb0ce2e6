package main

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// material is what the files hold that the settings name.
type material struct {
	broker       mitid.Broker
	sessionKeys  [][]byte // nil with sessions in memory
	identityKeys []*ecdsa.PrivateKey
	roots        *x509.CertPool // of the upstream; nil for the system's
}

// A proxy puts MitID in front of an app.
type proxy struct {
	set       *settings
	rules     rules
	gate      *mitidhttp.Gate
	signer    *signer
	exchanges *exchanges
	pages     pages
	log       *slog.Logger
	upstream  http.Handler // nil if other proxies ask and pass on themselves
	app       map[*rule]http.Handler
	own       map[string]http.Handler // by path
	bodyTime  time.Duration
}

// newProxy returns the proxy of complete and checked settings. It calls nobody.
func newProxy(s *settings, m material, now func() time.Time, log *slog.Logger) (*proxy, error) {
	all, err := s.rules()
	if err != nil {
		return nil, err
	}
	p := &proxy{set: s, rules: all, pages: pages{s.LogoutPath}, log: log, bodyTime: bodyTime}
	client, err := mitid.New(mitid.Config{
		Broker: m.broker, RedirectURL: s.PublicURL + s.OwnPath + "/callback", StateKeys: m.sessionKeys, MinLevel: all.lowest(), Now: now, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	cfg := mitidhttp.Config{
		Client: client, Keys: m.sessionKeys, Lifetime: s.Session.Lifetime, Name: "dkeid-proxy", LoggedOut: s.OwnPath + "/logged-out", Login: s.OwnPath + "/login",
		Now: now, Logger: log,
	}
	if !s.Session.Store {
		cfg.Sessions = newMemorySessions(now)
	}
	if p.gate, err = mitidhttp.New(cfg); err != nil {
		return nil, err
	}
	if p.signer, err = newSigner(s.PublicURL, s.Identity.Audience, m.identityKeys, s.Identity.Lifetime, now); err != nil {
		return nil, err
	}
	p.exchanges = newExchanges(p.gate)
	if s.Upstream.URL != "" {
		if p.upstream, err = p.newUpstream(m.roots); err != nil {
			return nil, err
		}
	}
	p.appPaths()
	return p, p.ownPaths(m.broker, client.RedirectURL())
}

// appPaths makes the handlers of the app's paths.
func (p *proxy) appPaths() {
	p.app = map[*rule]http.Handler{}
	for i := range p.rules {
		switch r := &p.rules[i]; {
		case r.own || p.upstream == nil:
		case r.public:
			p.app[r] = http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
				s, _ := p.gate.Session(hr)
				p.pass(w, hr, r, s)
			})
		default:
			p.app[r] = p.gate.RequireLogin(r.want)(http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
				s, _ := mitidhttp.FromContext(hr.Context())
				p.pass(w, hr, r, s)
			}))
		}
	}
}

// ownPaths makes the handlers below own_path.
func (p *proxy) ownPaths(broker mitid.Broker, redirectURL string) error {
	at := p.set.OwnPath
	p.own = map[string]http.Handler{
		at + "/callback":      p.gate.Callback(),
		at + "/login":         http.HandlerFunc(p.serveLogin),
		at + "/logged-out":    p.gate.LoggedOut(),
		at + "/broker-logout": p.gate.ReceiveLogout(),
		at + "/jwks.json":     http.HandlerFunc(p.signer.serveKeys),
		at + "/health": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNoContent)
		}),
		p.set.LogoutPath: http.HandlerFunc(p.serveLogout),
	}
	metadata, has, err := dialect.Metadata(broker, redirectURL)
	if has && err == nil {
		p.own[at+"/metadata"] = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/samlmetadata+xml")
			_, _ = w.Write(metadata)
		})
	}
	return err
}

type pathKey struct{}

// bodyTime is how long a body may take that is not for the app. The server reads it before
// it answers.
const bodyTime = 30 * time.Second

// ServeHTTP judges the path and hands the request to whom it belongs.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(p.bodyTime))
	}
	if r.Method == http.MethodTrace || r.Method == http.MethodConnect { // an answer to TRACE would repeat the identity
		p.pages.show(w, r, http.StatusMethodNotAllowed)
		return
	}
	rule, path, err := p.rules.judge(r.URL.EscapedPath())
	if err != nil {
		p.pages.show(w, r, http.StatusBadRequest)
		return
	}
	handler := p.app[rule]
	if rule.own {
		handler = p.own[path]
	}
	if handler == nil {
		p.pages.show(w, r, http.StatusNotFound)
		return
	}
	handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), pathKey{}, path)))
}

// pass passes a request on to the app. If s is nil, nobody is logged in.
func (p *proxy) pass(w http.ResponseWriter, r *http.Request, by *rule, s *mitidhttp.Session) {
	if isUpgrade(r) && !p.mayUpgrade(r) {
		p.pages.show(w, r, http.StatusForbidden)
		return
	}
	on := &passing{path: r.Context().Value(pathKey{}).(string), private: s != nil}
	ctx := r.Context()
	if s != nil {
		var err error
		if on.identity, err = p.signer.token(s, by, r.Method, on.path); err != nil {
			p.log.LogAttrs(ctx, slog.LevelError, "proxy: the identity cannot be signed")
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		if !p.set.Session.KeepOpen {
			var over func()
			ctx, over = p.exchanges.begin(r)
			defer over()
		}
	}
	w.Header().Del("Cache-Control")                                // the app's own counts; see keepPrivate
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // an upload takes the time that it takes
	p.upstream.ServeHTTP(w, r.WithContext(context.WithValue(ctx, passingKey{}, on)))
}

// mayUpgrade reports whether the page that opens a WebSocket is one of this site, or one
// that the settings name. Browsers always say which page it is, and they let a page of any
// site open one.
func (p *proxy) mayUpgrade(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true // no browser
	}
	return len(origins) == 1 && (origins[0] == p.set.PublicURL || slices.Contains(p.set.Upstream.WebSocketOrigins, origins[0]))
}

// serveLogin logs a person in as the path asks for that they return to. A path that is
// public is for whoever wants to.
func (p *proxy) serveLogin(w http.ResponseWriter, r *http.Request) {
	back, _, _ := strings.Cut(cmp.Or(r.URL.Query().Get("return"), "/"), "?")
	u, err := url.ParseRequestURI(back)
	if err != nil || !strings.HasPrefix(back, "/") {
		p.pages.show(w, r, http.StatusBadRequest)
		return
	}
	by, _, err := p.rules.judge(u.EscapedPath())
	if err != nil {
		p.pages.show(w, r, http.StatusBadRequest)
		return
	}
	want := by.want
	if by.public || by.own {
		want = mitid.Request{Level: max(claims.Substantial, p.rules.lowest()), Capacity: claims.CapacityEither}
	}
	handler := p.gate.Start(want)
	if s, ok := p.gate.Session(r); ok && want.Capacity.Takes(s.Identity.Capacity) {
		if _, err := p.gate.Admit(r, want); err == nil {
			handler = p.gate.RequireLogin(want)(handler) // Start leads on at once
		} else {
			handler = p.gate.StepUp(want)
		}
	}
	handler.ServeHTTP(w, r)
}

// serveLogout logs a person out and ends what they have open.
func (p *proxy) serveLogout(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		p.pages.askLogout(w, r)
		return
	}
	cookie := p.exchanges.cookieOf(r)
	p.gate.Logout().ServeHTTP(w, r)
	for _, c := range (&http.Response{Header: w.Header()}).Cookies() {
		if c.Name == p.gate.CookieName() && c.MaxAge < 0 { // another site's form logs nobody out
			p.exchanges.endOf(cookie)
		}
	}
}
