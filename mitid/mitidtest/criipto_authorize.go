package mitidtest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Lifetimes of the real broker (the code's is a guess, see Settings).
const (
	pushedLife  = 120 * time.Second
	accessLife  = 120 * time.Second
	consentLife = 365 * 24 * time.Hour
	visitLife   = 15 * time.Minute
	sessionLife = 8 * time.Hour
)

// The fake's cookies.
const (
	cookieBrowser = "mitidtest-browser"
	cookieSession = "mitidtest-session"
)

// session is a login that single sign-on can use again.
type session struct {
	grant grant
	index string // the claim sessionindex
}

func (c *criipto) authorize(w http.ResponseWriter, r *http.Request, form url.Values, acr string, s Settings) {
	sent := r.URL.Query()
	if r.Method == http.MethodPost {
		sent = form
	}
	params, uri, bad := c.read(sent, s)
	var req *request
	if bad == nil {
		req, bad = c.check(params, r.Header.Get("acr_values"), acr, s)
	}
	var h *hint
	if req != nil {
		h = req.hint
	}
	c.b.record(r, form, h)
	if !allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	switch {
	case bad != nil && bad.code == "":
		c.b.ShowError(w, r, bad.why)
		return
	case bad != nil:
		c.sendBack(w, req, s, Pairs{{"error", bad.code}, {"error_description", bad.why}})
		return
	}
	c.b.NoteNonce(req.params.Get("nonce"))
	if c.singleSignOn(w, r, req, s) {
		return
	}
	if req.prompt == "none" {
		c.sendBack(w, req, s, Pairs{{"error", "login_required"}})
		return
	}
	if o, ok := c.b.Scripted("uri:"+uri, "state:"+req.params.Get("state")); ok {
		c.act(w, r, req, s, o)
		return
	}
	c.welcome(w, r, req, s)
}

// act carries out what a scripted person does.
func (c *criipto) act(w http.ResponseWriter, r *http.Request, req *request, s Settings, o Outcome) {
	var g *grant
	var bad *refusal
	switch o.Act {
	case Approves:
		if g, bad = c.grantTo(req, s, o); bad == nil {
			c.approve(w, req, s, g)
			return
		}
	case Fails:
		bad = &refusal{o.Code, o.Description}
	default:
		bad = &refusal{"access_denied", s.AbortDescription}
	}
	c.sendBack(w, req, s, ErrorPairs(bad.code, bad.why))
}

func ErrorPairs(code, description string) Pairs {
	p := Pairs{{"error", code}}
	if description != "" {
		p = append(p, Pair{"error_description", description})
	}
	return p
}

// approve ends a login well: the browser carries a code home.
func (c *criipto) approve(w http.ResponseWriter, req *request, s Settings, g *grant) {
	if req.prompt == "consent_revoke" {
		take(c.b, c.consents, g.citizen.uuid())
	}
	if s.SSO {
		id := randomHex(16)
		put(c.b, c.sessions, id, session{*g, g.session}, sessionLife)
		http.SetCookie(w, &http.Cookie{Name: c.b.cookie(cookieSession), Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.b.cfg.TLS})
	}
	c.handOut(w, req, s, g)
}

// handOut sends the browser home with a code for g.
func (c *criipto) handOut(w http.ResponseWriter, req *request, s Settings, g *grant) {
	code := randomHex(16)
	put(c.b, c.grants, code, g, s.CodeLifetime)
	c.sendBack(w, req, s, Pairs{{"code", code}})
}

// singleSignOn answers from an earlier login with the same eID method, when the
// domain does so.
func (c *criipto) singleSignOn(w http.ResponseWriter, r *http.Request, req *request, s Settings) bool {
	cookie, err := r.Cookie(c.b.cookie(cookieSession))
	if !s.SSO || err != nil || req.prompt != "" && req.prompt != "none" {
		return false
	}
	old, ok := get(c.b, c.sessions, cookie.Value)
	if !ok || !slices.Contains(req.acrs, old.grant.acr) {
		return false
	}
	if !c.mayReuse(old.grant.citizen.uuid()) {
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return true
	}
	g := old.grant // keeps the time of the real login
	g.req = req
	g.session = old.index
	g.tellCPR = g.tellCPR && wantsCPR(req, s)
	c.handOut(w, req, s, &g)
	return true
}

// mayReuse counts silent logins: two in five seconds, six in twenty minutes
// (https://docs.idura.app/verify/reference/rate-limiting).
func (c *criipto) mayReuse(uuid string) bool {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	now := c.b.now()
	times, _ := c.reuses.get(uuid, now)
	times = slices.DeleteFunc(slices.Clone(times), func(t time.Time) bool { return now.Sub(t) >= 20*time.Minute })
	lately := 0
	for _, t := range times {
		if now.Sub(t) < 5*time.Second {
			lately++
		}
	}
	if lately >= 2 || len(times) >= 6 {
		return false
	}
	c.reuses.put(uuid, append(times, now), now, now.Add(20*time.Minute))
	return true
}
