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
)

// accessLife is how long an access token opens userinfo: as long as the ID
// token lives. The real one's is not known.
const accessLife = 15 * time.Minute

// dialect is the dialect of Nets E-Ident over OpenID Connect.
type dialect struct {
	b            *mitidtest.Broker
	switches     *mitidtest.Switches[Settings]
	grants       *mitidtest.Store[*grant]           // by code
	used         *mitidtest.Store[handedOut]        // what a code brought, by code
	access       *mitidtest.Store[mitidtest.Object] // claims by access token
	transactions *mitidtest.Store[*grant]           // by jti, for step-up
}

// handedOut are what a second use of the code takes back.
type handedOut struct{ access, transaction string }

func newDialect(b *mitidtest.Broker) (*dialect, error) {
	return &dialect{
		b:            b,
		switches:     mitidtest.NewSwitches(defaultSettings()),
		grants:       mitidtest.NewStore[*grant](b, 1<<15),
		used:         mitidtest.NewStore[handedOut](b, 1<<15),
		access:       mitidtest.NewStore[mitidtest.Object](b, 1<<15),
		transactions: mitidtest.NewStore[*grant](b, 1<<15),
	}, nil
}

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
	base := e.b.Issuer()
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
