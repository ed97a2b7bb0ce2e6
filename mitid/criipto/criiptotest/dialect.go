package criiptotest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The acr values of MitID (https://docs.idura.app/verify/e-ids/danish-mitid).
const (
	acrLow         = "urn:grn:authn:dk:mitid:low"
	acrSubstantial = "urn:grn:authn:dk:mitid:substantial"
	acrHigh        = "urn:grn:authn:dk:mitid:high"
	acrBusiness    = "urn:grn:authn:dk:mitid:business"
)

// acrs returns the acr values in discovery's order.
func acrs() []string { return []string{acrLow, acrSubstantial, acrHigh, acrBusiness} }

// The broker's paths.
const (
	pathDiscovery = "/.well-known/openid-configuration"
	pathJWKS      = "/.well-known/jwks"
	pathJWKSAlias = "/.well-known/jwks.json"
	pathProbe     = "/.well-known/criipto-configuration"
	pathAuthorize = "/oauth2/authorize"
	pathPAR       = "/oauth2/par"
	pathToken     = "/oauth2/token"
	pathUserinfo  = "/oauth2/userinfo"
	pathLogout    = "/oauth2/logout"
)

// dialect is the dialect of Criipto (Idura) Verify.
type dialect struct {
	b        *mitidtest.Broker
	switches *mitidtest.Switches[Settings]
	pushed   *mitidtest.Store[url.Values]
	grants   *mitidtest.Store[*grant]           // by code
	access   *mitidtest.Store[mitidtest.Object] // claims by access token
	jtis     *mitidtest.Store[bool]             // of client assertions
	sessions *mitidtest.Store[session]          // of single sign-on, by cookie
	consents *mitidtest.Store[bool]             // remembered CPR numbers, by the person's UUID

	mu     sync.Mutex                    // held while the silent logins of a person are counted
	reuses *mitidtest.Store[[]time.Time] // silent logins, by the person's UUID
}

func newDialect(b *mitidtest.Broker) (*dialect, error) {
	return &dialect{
		b:        b,
		switches: mitidtest.NewSwitches(defaultSettings()),
		pushed:   mitidtest.NewStore[url.Values](b, 1<<15),
		grants:   mitidtest.NewStore[*grant](b, 1<<15),
		access:   mitidtest.NewStore[mitidtest.Object](b, 1<<15),
		jtis:     mitidtest.NewStore[bool](b, 1<<15),
		sessions: mitidtest.NewStore[session](b, 1<<12),
		reuses:   mitidtest.NewStore[[]time.Time](b, 1<<12),
		consents: mitidtest.NewStore[bool](b, 1<<15),
	}, nil
}

// snapshot returns the switches as they are now.
func (c *dialect) snapshot() Settings { return c.switches.Now() }

// ServeHTTP answers as the broker does.
func (c *dialect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, err := fakeoidc.ReadForm(w, r)
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	s := c.snapshot()
	if s.TraceID {
		w.Header().Set("Trace-Id", fakehttp.RandomHex(16))
	}
	path, _ := mitidtest.CutElsewhere(r.URL.Path)
	acr, path := pinned(path)
	path = mitidtest.NormalizePath(path)
	if path == pathAuthorize {
		c.authorize(w, r, form, acr, s)
		return
	}
	if path == pathPAR {
		c.b.Record(r, form, form)
	} else {
		c.b.Record(r, form, nil)
	}
	if acr != "" && path != pathDiscovery {
		http.NotFound(w, r)
		return
	}
	switch path {
	case pathDiscovery:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			c.b.Send(w, r, mitidtest.StageDiscovery, c.discovery(acr, s))
		}
	case pathJWKS, pathJWKSAlias:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			c.b.Send(w, r, mitidtest.StageKeys, c.jwks())
		}
	case pathProbe:
		c.probe(r).Write(w, r)
	case pathPAR:
		switch {
		case s.PAR == PARAbsent:
			http.NotFound(w, r)
		case fakeoidc.Allow(w, r, http.MethodPost):
			c.b.Send(w, r, mitidtest.StagePAR, c.push(r, form, s))
		}
	case pathToken:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			c.b.Send(w, r, mitidtest.StageToken, c.token(r, form, s))
		}
	case pathUserinfo:
		if fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
			c.b.Send(w, r, mitidtest.StageUserinfo, c.userinfo(r, s))
		}
	case pathLogout:
		c.logout(w, r)
	default:
		if !c.b.ServeOwn(w, r, path, form) {
			http.NotFound(w, r)
		}
	}
}

// pinned cuts the segment that pins an address to one eID: the acr in standard
// Base64 with padding.
func pinned(path string) (acr, rest string) {
	segment, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !ok {
		return "", path
	}
	raw, err := base64.StdEncoding.DecodeString(segment)
	if err != nil || !slices.Contains(acrs(), string(raw)) {
		return "", path
	}
	return string(raw), "/" + rest
}

func pin(acr string) string {
	if acr == "" {
		return ""
	}
	return "/" + base64.StdEncoding.EncodeToString([]byte(acr))
}
