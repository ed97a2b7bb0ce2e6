package eidenttest

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The addresses of E-Ident. Where keys are published is not known; the start page
// lies outside the issuer's path.
const (
	pathDiscovery = "/oidc/.well-known/openid-configuration"
	pathJWKS      = "/oidc/jwks"
	pathStart     = "/its/index.html"
	pathToken     = "/oidc/token"
	pathUserinfo  = "/oidc/userinfo"

	pathGetAssertion = "/saml1resp/getassertion"
)

// accessLife is how long an access token opens userinfo: as long as the ID
// token lives. The real one's is not known.
const accessLife = 15 * time.Minute

// dialect is the dialect of Nets E-Ident. Both protocols are always spoken; saml says which
// one the Broker is for: what Walk scripts, the suite tries and tamperings spoil.
type dialect struct {
	b            *mitidtest.Broker
	saml         bool
	switches     *mitidtest.Switches[Settings]
	grants       *mitidtest.Store[*grant]           // by code
	used         *mitidtest.Store[handedOut]        // what a code brought, by code
	access       *mitidtest.Store[mitidtest.Object] // claims by access token
	transactions *mitidtest.Store[*grant]           // by jti, for step-up
	artifacts    *mitidtest.Store[*artifact]        // what was not fetched yet
	fetched      *mitidtest.Store[bool]             // artifacts that were
}

// handedOut are what a second use of the code takes back.
type handedOut struct{ access, transaction string }

func newDialect(b *mitidtest.Broker) (*dialect, error) { return makeDialect(b, false), nil }

func newSAMLDialect(b *mitidtest.Broker) (*dialect, error) { return makeDialect(b, true), nil }

func makeDialect(b *mitidtest.Broker, saml bool) *dialect {
	return &dialect{
		saml:         saml,
		b:            b,
		switches:     mitidtest.NewSwitches(defaultSettings(saml)),
		grants:       mitidtest.NewStore[*grant](b, 1<<15),
		used:         mitidtest.NewStore[handedOut](b, 1<<15),
		access:       mitidtest.NewStore[mitidtest.Object](b, 1<<15),
		transactions: mitidtest.NewStore[*grant](b, 1<<15),
		artifacts:    mitidtest.NewStore[*artifact](b, 1<<15),
		fetched:      mitidtest.NewStore[bool](b, 1<<15),
	}
}

// issuer returns the issuer of ID tokens.
func (e *dialect) issuer() string { return e.b.Origin() + "/oidc" }

// snapshot returns the switches as they are now.
func (e *dialect) snapshot() Settings { return e.switches.Now() }

// ServeHTTP answers as the broker does.
func (e *dialect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, err := fakeoidc.ReadForm(w, r)
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	s := e.snapshot()
	path, _ := mitidtest.CutElsewhere(r.URL.Path)
	path = mitidtest.NormalizePath(path)
	if path == pathStart {
		e.b.Record(r, form, sentParams(r, form))
	} else {
		e.b.Record(r, form, nil)
	}
	switch path {
	case pathDiscovery:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			e.b.Send(w, r, mitidtest.StageDiscovery, e.discovery(s))
		}
	case pathJWKS:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			e.b.Send(w, r, mitidtest.StageKeys, e.jwks())
		}
	case pathStart:
		e.authorize(w, r, form, s)
	case pathToken:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			e.b.Send(w, r, mitidtest.StageToken, e.token(r, form, s))
		}
	case pathGetAssertion:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			e.b.Send(w, r, mitidtest.StageToken, e.getAssertion(r, s))
		}
	case pathUserinfo:
		if fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
			e.b.Send(w, r, mitidtest.StageUserinfo, e.userinfo(r))
		}
	default:
		if !e.b.ServeOwn(w, r, path, form) {
			http.NotFound(w, r)
		}
	}
}

// discovery returns the metadata document: a reconstruction, since no real one
// could be had.
func (e *dialect) discovery(s Settings) *mitidtest.Reply {
	base := e.issuer()
	o := mitidtest.Object{
		{"issuer", base},
		{"authorization_endpoint", e.b.Origin() + pathStart},
		{"token_endpoint", e.b.Origin() + pathToken},
		{"userinfo_endpoint", e.b.Origin() + pathUserinfo},
		{"jwks_uri", e.b.Origin() + pathJWKS},
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
func (e *dialect) jwks() *mitidtest.Reply {
	return metadata(mitidtest.Object{{"keys", e.b.Keys().JWKs()}})
}

// metadata returns an answer of a metadata endpoint. Whether the real broker
// sends cache headers with it is not known, so there are none.
func metadata(o mitidtest.Object) *mitidtest.Reply {
	p := mitidtest.NewReply(http.StatusOK, o)
	p.Header.Del("Cache-Control")
	return p
}
