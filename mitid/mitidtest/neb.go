package mitidtest

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NEB's paths. All but one lie below the issuer's.
const (
	nebBase        = "/op"
	nebDiscovery   = nebBase + "/.well-known/openid-configuration"
	nebJWKS        = nebDiscovery + "/jwks"
	nebAuthorize   = nebBase + "/connect/authorize"
	nebCallback    = nebAuthorize + "/callback"
	nebPAR         = nebBase + "/connect/par"
	nebToken       = nebBase + "/connect/token"
	nebUserinfo    = nebBase + "/connect/userinfo"
	nebEndSession  = nebBase + "/connect/endsession"
	nebCIBA        = nebBase + "/connect/ciba"
	nebLogin       = nebBase + "/account/login" // as route folds it
	nebLogout      = nebBase + "/account/logout"
	nebError       = nebBase + "/error"
	nebMatchCPR    = nebBase + "/api/v1/mitid/matchcpr"
	nebLogoutAPI   = nebBase + "/api/v1/session/logout"
	nebErrorCodes  = nebBase + "/api/v1/documentation/errorcodes"
	nebSignText    = "/transactionsigning/api/v2/signtext"
	nebCookieLife  = 3 * 24 * time.Hour
	nebPushedLife  = 600 * time.Second
	nebCodeLife    = 300 * time.Second
	nebAccessLife  = 10800 * time.Second
	nebServiceLife = 3600 * time.Second
	nebIDLife      = 300 * time.Second
	// nebSessionLife is what recorded logins show: four and a half hours less two
	// or three seconds.
	nebSessionLife = 16198 * time.Second
	// nebCPRTime is how long after the MitID login a CPR number can be matched.
	nebCPRTime = 15 * time.Minute
)

// neb is the dialect of Nets eID Broker. The Broker's lock guards it.
type neb struct {
	b        *Broker
	settings NEBSettings
	keys     *nebKeys
	pushed   *shelf[url.Values]
	texts    *shelf[*nebText]    // by signtext_id
	visits   *shelf[*nebVisit]   // people in front of a page
	grants   *shelf[*nebGrant]   // by code
	access   *shelf[*nebGrant]   // by digest of the access token
	service  *shelf[string]      // scope by digest of a service token
	jtis     *shelf[bool]        // of client assertions
	sessions *shelf[*nebSession] // by the browser's cookie
	subjects *shelf[*nebSession] // the latest of each subject
	hints    *shelf[*nebSession] // by digest of an ID token, while it is valid
	errors   *shelf[refusal]     // by errorId
	logouts  *shelf[string]      // where to go on to, by logoutId
}

func newNEBDialect(b *Broker) (*neb, error) {
	keys, err := loadNEBKeys()
	if err != nil {
		return nil, err
	}
	b.keys = keys.ring
	return &neb{
		b:        b,
		settings: defaultNEBSettings(),
		keys:     keys,
		pushed:   newShelf[url.Values](1 << 15),
		texts:    newShelf[*nebText](1 << 10),
		visits:   newShelf[*nebVisit](1 << 12),
		grants:   newShelf[*nebGrant](1 << 15),
		access:   newShelf[*nebGrant](1 << 15),
		service:  newShelf[string](1 << 10),
		jtis:     newShelf[bool](1 << 15),
		sessions: newShelf[*nebSession](1 << 12),
		subjects: newShelf[*nebSession](1 << 15),
		hints:    newShelf[*nebSession](1 << 15),
		errors:   newShelf[refusal](1 << 10),
		logouts:  newShelf[string](1 << 10),
	}, nil
}

// snapshot returns the switches as they are now.
func (n *neb) snapshot() NEBSettings {
	n.b.mu.Lock()
	defer n.b.mu.Unlock()
	return n.settings
}

func (n *neb) serve(w http.ResponseWriter, r *http.Request) {
	s := n.snapshot()
	path, elsewhere := strings.CutPrefix(r.URL.Path, pathElsewhere)
	path = route(path)
	n.headers(w, r, path)
	form, body, err := readPost(w, r)
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	switch path {
	case nebAuthorize:
		n.authorize(w, r, form, s)
		return
	case nebPAR:
		n.b.recordWith(r, form, n.effective(form, s))
	default:
		n.b.record(r, form, nil)
	}
	if elsewhere {
		n.elsewhere(w, r, path, form, s)
		return
	}
	switch path {
	case nebDiscovery:
		if allow(w, r, http.MethodGet) {
			n.b.send(w, r, n.discovery(), func(p *spoiler) *func(*Broker, *Reply) { return &p.discovery })
		}
	case nebJWKS:
		if allow(w, r, http.MethodGet) {
			n.b.send(w, r, n.jwks(), func(p *spoiler) *func(*Broker, *Reply) { return &p.jwks })
		}
	case nebPAR:
		if allow(w, r, http.MethodPost) {
			n.b.send(w, r, n.push(r, form, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.par })
		}
	case nebToken:
		if allow(w, r, http.MethodPost) {
			n.b.send(w, r, n.token(r, form, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.token })
		}
	case nebUserinfo:
		if allow(w, r, http.MethodGet, http.MethodPost) {
			n.b.send(w, r, n.userinfo(r, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.userinfo })
		}
	case nebLogin, nebCallback:
		n.login(w, r, s)
	case nebError:
		n.showError(w, r)
	case nebEndSession:
		n.endSession(w, r, form, s)
	case nebLogout:
		n.loggedOut(w, r, s)
	case nebMatchCPR:
		if allow(w, r, http.MethodPost) {
			n.b.send(w, r, n.matchCPR(r, body, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.match })
		}
	case nebLogoutAPI:
		if allow(w, r, http.MethodPost) {
			n.logoutAPI(r, body, s).Write(w, r)
		}
	case nebSignText:
		if allow(w, r, http.MethodPost) {
			n.signText(r, body).Write(w, r)
		}
	case nebErrorCodes:
		if allow(w, r, http.MethodGet) {
			nebErrorList().Write(w, r)
		}
	case pathPage:
		if allow(w, r, http.MethodPost) {
			n.page(w, r, form, s)
		}
	case pathDifferences, "/":
		n.b.showDifferences(w, r)
	default:
		n.notFound(w)
	}
}

// elsewhere answers at the addresses that tampered answers point to, as the
// right address would have: a client that goes there shows itself.
func (n *neb) elsewhere(w http.ResponseWriter, r *http.Request, path string, form url.Values, s NEBSettings) {
	switch path {
	case nebDiscovery:
		n.discovery().Write(w, r)
	case nebJWKS:
		n.jwks().Write(w, r)
	case nebToken:
		n.token(r, form, s).Write(w, r)
	case nebUserinfo:
		n.userinfo(r, s).Write(w, r)
	case nebPAR:
		n.push(r, form, s).Write(w, r)
	default:
		n.notFound(w)
	}
}

func (n *neb) notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!doctype html><html lang=\"en\"><title>404</title><p>There is nothing here.</p></html>\n"))
}

// headers sets what every answer carries, as recorded.
func (n *neb) headers(w http.ResponseWriter, r *http.Request, path string) {
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
	if path == nebDiscovery || path == nebJWKS {
		return
	}
	h.Set("Expires", now.Format(http.TimeFormat))
	until := now.Add(nebCookieLife).Format(http.TimeFormat)
	cookie := func(name string) {
		h.Add("Set-Cookie", name+"="+newUUID()+"; expires="+until+"; path=/; secure; samesite=none; httponly")
	}
	cookie("X-Correlation-Id")
	if path == nebAuthorize {
		cookie("nebcausationid")
	}
}
