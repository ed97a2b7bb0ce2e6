package nebtest

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// NEB's paths. All but one lie below the issuer's.
const (
	pathBase       = "/op"
	pathDiscovery  = pathBase + "/.well-known/openid-configuration"
	pathJWKS       = pathDiscovery + "/jwks"
	pathAuthorize  = pathBase + "/connect/authorize"
	pathCallback   = pathAuthorize + "/callback"
	pathPAR        = pathBase + "/connect/par"
	pathToken      = pathBase + "/connect/token"
	pathUserinfo   = pathBase + "/connect/userinfo"
	pathEndSession = pathBase + "/connect/endsession"
	pathCIBA       = pathBase + "/connect/ciba"
	pathLogin      = pathBase + "/account/login" // as route folds it
	pathLogout     = pathBase + "/account/logout"
	pathError      = pathBase + "/error"
	pathMatchCPR   = pathBase + "/api/v1/mitid/matchcpr"
	pathLogoutAPI  = pathBase + "/api/v1/session/logout"
	pathErrorCodes = pathBase + "/api/v1/documentation/errorcodes"
	pathSigning    = "/transactionsigning/api" // prefix of the signing APIs; see signing.go
	cookieLife     = 3 * 24 * time.Hour
	pushedLife     = 600 * time.Second
	codeLife       = 300 * time.Second
	accessLife     = 10800 * time.Second
	serviceLife    = 3600 * time.Second
	idLife         = 300 * time.Second
	// sessionLife is what recorded logins show: four and a half hours less two
	// or three seconds.
	sessionLife = 16198 * time.Second
	pageLife    = 15 * time.Minute // of an error page, and of a logout under way
	// cprTime is how long after the MitID login a CPR number can be matched.
	cprTime = 15 * time.Minute
)

// dialect is the dialect of Nets eID Broker.
type dialect struct {
	b        *mitidtest.Broker
	switches *mitidtest.Switches[Settings]
	keys     *keySet
	pushed   *mitidtest.Store[url.Values]
	texts    *mitidtest.Store[*approvalText] // by signtext_id
	grants   *mitidtest.Store[*grant]        // by code
	access   *mitidtest.Store[*grant]        // by digest of the access token
	service  *mitidtest.Store[string]        // scope by digest of a service token
	jtis     *mitidtest.Store[bool]          // of client assertions
	sessions *mitidtest.Store[*session]      // by the browser's cookie
	subjects *mitidtest.Store[*session]      // the latest of each subject
	hints    *mitidtest.Store[*session]      // by digest of an ID token, while it is valid
	errors   *mitidtest.Store[refusal]       // by errorId
	logouts  *mitidtest.Store[string]        // where to go on to, by logoutId
	flows    *mitidtest.Store[*workflow]     // by id
	signed   *mitidtest.Store[*receipt]      // by digest of the transaction token
	shown    *mitidtest.Store[*shownFile]    // documents that a page links to

	mu      sync.Mutex // guards every session and workflow in a store, and what follows
	flowIDs []string   // of the workflows, oldest first
	seals   func() (*fakepdf.Authority, error)
}

func newDialect(b *mitidtest.Broker) (*dialect, error) {
	keys, err := loadKeys()
	if err != nil {
		return nil, err
	}
	n := &dialect{
		b:        b,
		switches: mitidtest.NewSwitches(defaultSettings()),
		keys:     keys,
		pushed:   mitidtest.NewStore[url.Values](b, 1<<15),
		texts:    mitidtest.NewStore[*approvalText](b, 1<<10),
		grants:   mitidtest.NewStore[*grant](b, 1<<15),
		access:   mitidtest.NewStore[*grant](b, 1<<15),
		service:  mitidtest.NewStore[string](b, 1<<10),
		jtis:     mitidtest.NewStore[bool](b, 1<<15),
		sessions: mitidtest.NewStore[*session](b, 1<<12),
		subjects: mitidtest.NewStore[*session](b, 1<<15),
		hints:    mitidtest.NewStore[*session](b, 1<<15),
		errors:   mitidtest.NewStore[refusal](b, 1<<10),
		logouts:  mitidtest.NewStore[string](b, 1<<10),
		flows:    mitidtest.NewStore[*workflow](b, 1<<10),
		signed:   mitidtest.NewStore[*receipt](b, 1<<10),
		shown:    mitidtest.NewStore[*shownFile](b, 1<<8),
	}
	n.reset()
	b.OnReset(n.reset, nil)
	return n, nil
}

// reset forgets the workflows and the authority that seals PDFs, whose certificates begin
// when it is first needed.
func (n *dialect) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flowIDs = nil
	n.seals = sync.OnceValues(func() (*fakepdf.Authority, error) {
		key, err := n.keys.request.Private() // one that is there already; it protects nothing
		if err != nil {
			return nil, err
		}
		return fakepdf.NewAuthority(fakepdf.Config{Now: n.b.Now, Name: "Nets eID Broker", SealKey: key})
	})
}

// snapshot returns the switches as they are now.
func (n *dialect) snapshot() Settings { return n.switches.Now() }

// ServeHTTP answers as the broker does.
func (n *dialect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := n.snapshot()
	path, _ := mitidtest.CutElsewhere(r.URL.Path)
	path = mitidtest.NormalizePath(path)
	n.headers(w, r, path)
	form, body, err := fakeoidc.ReadPost(w, r, postLimit(path, s))
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	switch path {
	case pathAuthorize:
		n.authorize(w, r, form, s)
		return
	case pathPAR:
		n.b.Record(r, form, n.effective(form, s))
	default:
		n.b.Record(r, form, nil)
	}
	switch path {
	case pathDiscovery:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			n.b.Send(w, r, mitidtest.StageDiscovery, n.discovery())
		}
	case pathJWKS:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			n.b.Send(w, r, mitidtest.StageKeys, n.jwks())
		}
	case pathPAR:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			n.b.Send(w, r, mitidtest.StagePAR, n.push(r, form, s))
		}
	case pathToken:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			n.b.Send(w, r, mitidtest.StageToken, n.token(r, form, s))
		}
	case pathUserinfo:
		if fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
			n.b.Send(w, r, mitidtest.StageUserinfo, n.userinfo(r, s))
		}
	case pathLogin, pathCallback:
		n.login(w, r, s)
	case pathError:
		n.showError(w, r)
	case pathEndSession:
		n.endSession(w, r, form, s)
	case pathLogout:
		n.loggedOut(w, r, s)
	case pathMatchCPR:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			n.b.Send(w, r, mitidtest.StageMatch, n.matchCPR(r, body, s))
		}
	case pathLogoutAPI:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			n.logoutAPI(r, body, s).Write(w, r)
		}
	case pathErrorCodes:
		if fakeoidc.Allow(w, r, http.MethodGet) {
			errorList().Write(w, r)
		}
	default:
		if rest, ok := strings.CutPrefix(path, pathSigning); ok {
			n.signingAPI(w, r, rest, body, s)
			return
		}
		if id, ok := strings.CutPrefix(path, pathShown); ok {
			n.showFile(w, id)
			return
		}
		if !n.b.ServeOwn(w, r, path, form) {
			n.notFound(w)
		}
	}
}

func (n *dialect) notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!doctype html><html lang=\"en\"><title>404</title><p>There is nothing here.</p></html>\n"))
}

// headers sets what every answer carries, as recorded.
func (n *dialect) headers(w http.ResponseWriter, r *http.Request, path string) {
	h := w.Header()
	h.Set("X-Neb-Site", "neb")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Content-Security-Policy", "frame-ancestors *; default-src 'self'; connect-src 'self' blob:")
	if host, _, err := net.SplitHostPort(r.Host); r.TLS == nil || err == nil && net.ParseIP(host) != nil {
		// Browsers ignore it over http and for IP addresses. For a name such as
		// localhost it would lock a developer's browser out of http for a year.
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload")
	}
	now := n.b.Now().UTC()
	h.Set("Date", now.Format(http.TimeFormat))
	if path == pathDiscovery || path == pathJWKS {
		return
	}
	h.Set("Expires", now.Format(http.TimeFormat))
	until := now.Add(cookieLife).Format(http.TimeFormat)
	cookie := func(name string) {
		h.Add("Set-Cookie", name+"="+fakeoidc.NewUUID()+"; expires="+until+"; path=/; secure; samesite=none; httponly")
	}
	cookie("X-Correlation-Id")
	if path == pathAuthorize {
		cookie("nebcausationid")
	}
}
