package mitidtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
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

	// The fake's own; the real broker has nothing there.
	pathPage        = "/fake/page"
	pathDifferences = "/differences"
	pathElsewhere   = "/fake/elsewhere" // prefix: where tampered answers point to
)

// maxForm bounds what the fake reads of a request, in bytes.
const maxForm = 256 << 10

// criipto is the dialect of Criipto (Idura) Verify. The Broker's lock guards it.
type criipto struct {
	b        *Broker
	settings Settings
	pushed   *shelf[url.Values]
	visits   *shelf[*visit]  // people in front of a page
	grants   *shelf[*grant]  // by code
	access   *shelf[Object]  // claims by access token
	jtis     *shelf[bool]    // of client assertions
	sessions *shelf[session] // of single sign-on, by cookie
	reuses   *shelf[[]time.Time]
	consents *shelf[bool] // remembered CPR numbers, by the person's UUID
}

func newCriiptoDialect(b *Broker) *criipto {
	return &criipto{
		b:        b,
		settings: defaultSettings(),
		pushed:   newShelf[url.Values](1 << 15),
		visits:   newShelf[*visit](1 << 12),
		grants:   newShelf[*grant](1 << 15),
		access:   newShelf[Object](1 << 15),
		jtis:     newShelf[bool](1 << 15),
		sessions: newShelf[session](1 << 12),
		reuses:   newShelf[[]time.Time](1 << 12),
		consents: newShelf[bool](1 << 15),
	}
}

// snapshot returns the switches as they are now.
func (c *criipto) snapshot() Settings {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	return c.settings
}

func (c *criipto) serve(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err != nil {
		http.Error(w, "the request is too large or unreadable", http.StatusBadRequest)
		return
	}
	s := c.snapshot()
	if s.TraceID {
		w.Header().Set("Trace-Id", randomHex(16))
	}
	path, elsewhere := strings.CutPrefix(r.URL.Path, pathElsewhere)
	acr, path := pinned(path)
	path = route(path)
	if path == pathAuthorize {
		c.authorize(w, r, form, acr, s)
		return
	}
	var h *hint
	if path == pathPAR {
		h, _ = parseHint(form.Get("login_hint"))
	}
	c.b.record(r, form, h)
	if acr != "" && path != pathDiscovery {
		http.NotFound(w, r)
		return
	}
	if elsewhere {
		c.elsewhere(w, r, path, form, s)
		return
	}
	switch path {
	case pathDiscovery:
		if allow(w, r, http.MethodGet) {
			c.b.send(w, r, c.discovery(acr, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.discovery })
		}
	case pathJWKS, pathJWKSAlias:
		if allow(w, r, http.MethodGet) {
			c.b.send(w, r, c.jwks(), func(p *spoiler) *func(*Broker, *Reply) { return &p.jwks })
		}
	case pathProbe:
		c.probe(r).Write(w, r)
	case pathPAR:
		switch {
		case s.PAR == PARAbsent:
			http.NotFound(w, r)
		case allow(w, r, http.MethodPost):
			c.b.send(w, r, c.push(r, form, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.par })
		}
	case pathToken:
		if allow(w, r, http.MethodPost) {
			c.b.send(w, r, c.token(r, form, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.token })
		}
	case pathUserinfo:
		if allow(w, r, http.MethodGet, http.MethodPost) {
			c.b.send(w, r, c.userinfo(r, s), func(p *spoiler) *func(*Broker, *Reply) { return &p.userinfo })
		}
	case pathLogout:
		c.logout(w, r)
	case pathPage:
		if allow(w, r, http.MethodPost) {
			c.page(w, r, form, s)
		}
	case pathDifferences, "/":
		c.b.showDifferences(w, r)
	default:
		http.NotFound(w, r)
	}
}

// elsewhere answers at the addresses that tampered answers point to, as the
// right address would have: a client that goes there shows itself.
func (c *criipto) elsewhere(w http.ResponseWriter, r *http.Request, path string, form url.Values, s Settings) {
	switch path {
	case pathDiscovery:
		c.discovery("", s).Write(w, r)
	case pathJWKS:
		c.jwks().Write(w, r)
	case pathToken:
		c.token(r, form, s).Write(w, r)
	case pathUserinfo:
		c.userinfo(r, s).Write(w, r)
	case pathPAR:
		c.push(r, form, s).Write(w, r)
	default:
		http.NotFound(w, r)
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

func allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) || r.Method == http.MethodHead && slices.Contains(methods, http.MethodGet) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// readForm reads the form of a POST, within bounds.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return nil, nil
	}
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.PostForm, nil
}

// newUUID returns a random UUID.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
