package nemlogintest

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"sync"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The addresses of NemLog-in. One address takes requests for a login and for a logout.
const (
	pathSAML = "/idp/saml/3.0" // and a slash
	// The fake's own.
	pathMetadata = "/metadata"
	pathLogout   = "/fake/logout"
)

// dialect is the dialect of NemLog-in, SAML 2.0 with OIOSAML Web SSO 3.0.3.
type dialect struct {
	b        *mitidtest.Broker
	switches *mitidtest.Switches[Settings]
	sessions *mitidtest.Store[*session] // by cookie
	subjects *mitidtest.Store[*session] // the latest, by NameID
	indexes  *mitidtest.Store[*session] // by SessionIndex
	logouts  *mitidtest.Store[*logout]  // by RelayState

	mu        sync.Mutex // guards all below, and session.parts
	providers map[string]*provider
	atStart   map[string]*provider // what Reset brings back
}

func newDialect(b *mitidtest.Broker) (*dialect, error) {
	e := &dialect{
		b:         b,
		switches:  mitidtest.NewSwitches(defaultSettings()),
		sessions:  mitidtest.NewStore[*session](b, 1<<15),
		subjects:  mitidtest.NewStore[*session](b, 1<<15),
		indexes:   mitidtest.NewStore[*session](b, 1<<15),
		logouts:   mitidtest.NewStore[*logout](b, 1<<12),
		providers: make(map[string]*provider),
	}
	b.OnReset(e.reset, e.rememberStart)
	return e, nil
}

// reset brings back the service providers that were registered at the start.
func (e *dialect) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.providers = maps.Clone(e.atStart)
}

func (e *dialect) rememberStart() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.atStart = maps.Clone(e.providers)
}

// address is that of the SingleSignOnService and the SingleLogoutService.
func (e *dialect) address() string { return e.b.Origin() + pathSAML + "/" }

// provider returns a registered service provider, or nil.
func (e *dialect) provider(entityID string) *provider {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.providers[entityID]
}

// ServeHTTP answers as NemLog-in does.
func (e *dialect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, err := fakeoidc.ReadForm(w, r)
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	e.b.Record(r, form, nil)
	switch path := mitidtest.NormalizePath(r.URL.Path); path {
	case pathSAML:
		if fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
			e.serve(w, r, form)
		}
	case pathMetadata:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			e.serveMetadata(w)
		}
	case pathLogout:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			e.endHere(w, r)
		}
	default:
		if !e.b.ServeOwn(w, r, path, form) {
			http.NotFound(w, r)
		}
	}
}

// serve takes a message of a service provider. Without a signature by a registered one
// the browser is sent nowhere.
func (e *dialect) serve(w http.ResponseWriter, r *http.Request, form url.Values) {
	m, err := receive(r, form)
	switch {
	case err != nil:
		e.b.Follow(r, r.URL.Query())
	case m.kind == "AuthnRequest":
		e.b.Follow(r, url.Values{"Issuer": {m.Issuer}, "ID": {m.ID}})
	}
	var p *provider
	if err == nil {
		p, err = e.judge(m)
	}
	if missing := e.switches.Now().Missing; missing != nil && (errors.Is(err, errUnknownProvider) || errors.Is(err, errOtherKey)) {
		missing(m.Issuer)
		p, err = e.judge(m)
	}
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case err != nil:
		e.b.ShowError(w, r, err.Error())
	case m.kind == "AuthnRequest" && m.post:
		e.b.ShowError(w, r, "an AuthnRequest comes by HTTP-Redirect alone")
	case m.kind == "AuthnRequest":
		e.authenticate(w, r, m, p, e.switches.Now())
	case m.kind == "LogoutRequest":
		e.endSession(w, r, m, p)
	case m.kind == "LogoutResponse":
		e.loggedOut(w, r, m, p)
	default:
		e.b.ShowError(w, r, "this message is not for an identity provider")
	}
}
