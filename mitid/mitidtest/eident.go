package mitidtest

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

// The addresses of E-Ident. Where keys are published is not known; the start page
// lies outside the issuer's path.
const (
	pathEIdentDiscovery = "/oidc/.well-known/openid-configuration"
	pathEIdentJWKS      = "/oidc/jwks"
	pathEIdentStart     = "/its/index.html"
	pathEIdentToken     = "/oidc/token"
	pathEIdentUserinfo  = "/oidc/userinfo"
)

// eidentAccessLife is how long an access token opens userinfo: as long as the ID
// token lives. The real one's is not known.
const eidentAccessLife = 15 * time.Minute

// NewEIdent starts a fake Nets E-Ident, with one merchant, and stops it when the
// test ends. It knows the citizens of [Citizens] and accepts every redirect URI on
// a loopback address or below .example.
func NewEIdent(tb testing.TB) *Broker {
	tb.Helper()
	return New(tb, EIdent)
}

// StartEIdent starts a fake Nets E-Ident. It fails when Config.Addr is no loopback
// address or is taken. Close stops it.
func StartEIdent(cfg Config) (*Broker, error) { return Start(EIdent, cfg) }

// eident is the dialect of Nets E-Ident over OpenID Connect. The Broker's lock
// guards it.
type eident struct {
	b            *Broker
	settings     EIdentSettings
	visits       *shelf[*eidentVisit] // people in front of a page
	grants       *shelf[*eidentGrant] // by code
	used         *shelf[eidentTokens] // what a code brought, by code
	access       *shelf[Object]       // claims by access token
	transactions *shelf[*eidentGrant] // by jti, for step-up
}

// eidentTokens are what a second use of the code takes back.
type eidentTokens struct{ access, transaction string }

func newEIdentDialect(b *Broker) *eident {
	return &eident{
		b:            b,
		settings:     defaultEIdentSettings(),
		visits:       newShelf[*eidentVisit](1 << 12),
		grants:       newShelf[*eidentGrant](1 << 15),
		used:         newShelf[eidentTokens](1 << 15),
		access:       newShelf[Object](1 << 15),
		transactions: newShelf[*eidentGrant](1 << 15),
	}
}

// ConfigureEIdent changes the switches of an E-Ident fake. The function runs under
// the fake's lock: it must not call the Broker. On a fake of another dialect it
// fails the test that owns it, and changes nothing.
func (b *Broker) ConfigureEIdent(change func(*EIdentSettings)) {
	e, ok := b.wire.(*eident)
	if !ok {
		b.complain("ConfigureEIdent is for E-Ident; this fake speaks another dialect")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&e.settings)
}

// snapshot returns the switches as they are now.
func (e *eident) snapshot() EIdentSettings {
	e.b.mu.Lock()
	defer e.b.mu.Unlock()
	return e.settings
}

func (e *eident) serve(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	s := e.snapshot()
	path, elsewhere := cutElsewhere(r.URL.Path)
	if path == pathEIdentStart {
		e.b.recordWith(r, form, sentParams(r, form))
	} else {
		e.b.record(r, form, nil)
	}
	if elsewhere {
		e.elsewhere(w, r, path, form, s)
		return
	}
	switch path {
	case pathEIdentDiscovery:
		if allow(w, r, http.MethodGet) {
			e.b.send(w, r, e.discovery(s), func(p *spoiler) *func(*Broker, *Reply) { return &p.discovery })
		}
	case pathEIdentJWKS:
		if allow(w, r, http.MethodGet) {
			e.b.send(w, r, e.jwks(), func(p *spoiler) *func(*Broker, *Reply) { return &p.jwks })
		}
	case pathEIdentStart:
		e.authorize(w, r, form, s)
	case pathEIdentToken:
		if allow(w, r, http.MethodPost) {
			e.b.send(w, r, e.token(r, form, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.token })
		}
	case pathEIdentUserinfo:
		if allow(w, r, http.MethodGet, http.MethodPost) {
			e.b.send(w, r, e.userinfo(r), func(p *spoiler) *func(*Broker, *Reply) { return &p.userinfo })
		}
	case pathPage:
		if allow(w, r, http.MethodPost) {
			e.page(w, r, form, s)
		}
	case pathDifferences, "/":
		e.b.showDifferences(w, r)
	default:
		http.NotFound(w, r)
	}
}

// cutElsewhere cuts the prefix that tampered answers point below.
func cutElsewhere(path string) (rest string, elsewhere bool) {
	path = route(path)
	if len(path) > len(pathElsewhere) && path[:len(pathElsewhere)] == pathElsewhere {
		return path[len(pathElsewhere):], true
	}
	return path, false
}

// elsewhere answers at the addresses that tampered answers point to, as the
// right address would have: a client that goes there shows itself.
func (e *eident) elsewhere(w http.ResponseWriter, r *http.Request, path string, form url.Values, s EIdentSettings) {
	switch path {
	case pathEIdentDiscovery:
		e.discovery(s).Write(w, r)
	case pathEIdentJWKS:
		e.jwks().Write(w, r)
	case pathEIdentToken:
		e.token(r, form, s).Write(w, r)
	case pathEIdentUserinfo:
		e.userinfo(r).Write(w, r)
	default:
		http.NotFound(w, r)
	}
}

// discovery returns the metadata document: a reconstruction, since no real one
// could be had.
func (e *eident) discovery(s EIdentSettings) *Reply {
	base := e.b.Issuer()
	o := Object{
		{"issuer", base},
		{"authorization_endpoint", e.b.Origin() + pathEIdentStart},
		{"token_endpoint", e.b.Origin() + pathEIdentToken},
		{"userinfo_endpoint", e.b.Origin() + pathEIdentUserinfo},
		{"jwks_uri", e.b.Origin() + pathEIdentJWKS},
		{"response_types_supported", []string{"code"}},
		{"subject_types_supported", []string{"public"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"scopes_supported", e.scopes(s)},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_basic", "client_secret_post"}},
		{"code_challenge_methods_supported", []string{"S256", "plain"}},
		{"grant_types_supported", []string{"authorization_code"}},
	}
	if s.IssParameter {
		o.Add("authorization_response_iss_parameter_supported", true)
	}
	return metadata(o)
}

// jwks returns the published keys.
func (e *eident) jwks() *Reply { return metadata(Object{{"keys", e.b.keys.JWKs()}}) }
