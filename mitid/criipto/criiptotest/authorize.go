package criiptotest

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Lifetimes of the real broker (the code's is a guess, see Settings).
const (
	pushedLife  = 120 * time.Second
	accessLife  = 120 * time.Second
	consentLife = 365 * 24 * time.Hour
	sessionLife = 8 * time.Hour
)

// cookieSession is the cookie of single sign-on.
const cookieSession = "mitidtest-session"

// session is a login that single sign-on can use again.
type session struct {
	grant grant
	index string // the claim sessionindex
}

func (c *dialect) authorize(w http.ResponseWriter, r *http.Request, form url.Values, acr string, s Settings) {
	sent := r.URL.Query()
	if r.Method == http.MethodPost {
		sent = form
	}
	params, uri, bad := c.read(sent, s)
	var req *request
	if bad == nil {
		req, bad = c.check(params, r.Header.Get("acr_values"), acr, s)
	}
	inForce := params
	if inForce == nil {
		inForce = sent
	}
	c.b.Record(r, form, inForce)
	if !fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	c.b.Follow(r, inForce)
	switch {
	case bad != nil && bad.code == "":
		c.b.ShowError(w, r, bad.why)
		return
	case bad != nil:
		c.sendBack(w, r, req, s, mitidtest.Pairs{{"error", bad.code}, {"error_description", bad.why}})
		return
	}
	c.b.NoteNonce(req.params.Get("nonce"))
	if c.singleSignOn(w, r, req, s) {
		return
	}
	if req.prompt == "none" {
		c.sendBack(w, r, req, s, mitidtest.Pairs{{"error", "login_required"}})
		return
	}
	if o, ok := c.b.Scripted(r, req.params.Get("state"), uri); ok {
		c.act(w, r, req, s, o)
		return
	}
	c.welcome(w, r, req)
}

// act carries out what a scripted person does.
func (c *dialect) act(w http.ResponseWriter, r *http.Request, req *request, s Settings, o mitidtest.Outcome) {
	var g *grant
	var bad *refusal
	switch o.Act {
	case mitidtest.Approves:
		if g, bad = c.grantTo(req, s, o); bad == nil {
			c.approve(w, r, req, s, g)
			return
		}
	case mitidtest.Fails:
		bad = &refusal{o.Code, o.Description}
	default:
		bad = &refusal{"access_denied", s.AbortDescription}
	}
	c.sendBack(w, r, req, s, mitidtest.ErrorPairs(bad.code, bad.why))
}

// approve ends the login of a person who approves: the browser gets a code.
func (c *dialect) approve(w http.ResponseWriter, r *http.Request, req *request, s Settings, g *grant) {
	if req.prompt == "consent_revoke" {
		c.consents.Take(g.citizen.MitIDUUID(nil))
	}
	if s.SSO {
		id := fakehttp.RandomHex(16)
		c.sessions.Put(id, session{*g, g.session}, sessionLife)
		c.b.SetCookie(w, cookieSession, id)
		c.b.Remember(r, id)
	}
	c.handOut(w, r, req, s, g)
}

// handOut sends the browser to the app with a code for g.
func (c *dialect) handOut(w http.ResponseWriter, r *http.Request, req *request, s Settings, g *grant) {
	code := fakehttp.RandomHex(16)
	c.grants.Put(code, g, s.CodeLifetime)
	c.sendBack(w, r, req, s, mitidtest.Pairs{{"code", code}})
}

// singleSignOn answers from an earlier login with the same eID method, if the domain
// has single sign-on. It reports whether it has answered.
func (c *dialect) singleSignOn(w http.ResponseWriter, r *http.Request, req *request, s Settings) bool {
	cookie := c.b.Cookie(r, cookieSession)
	if !s.SSO || cookie == "" || req.prompt != "" && req.prompt != "none" {
		return false
	}
	old, ok := c.sessions.Get(cookie)
	if !ok || !slices.Contains(req.acrs, old.grant.acr) {
		return false
	}
	if !c.mayReuse(old.grant.citizen.MitIDUUID(nil)) {
		c.b.Refuse(r, "too many logins by single sign-on")
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return true
	}
	c.b.FromSession(r, old.grant.citizen)
	g := old.grant // keeps the time of the real login
	g.req = req
	g.session = old.index
	g.tellCPR = g.tellCPR && wantsCPR(req, s)
	c.handOut(w, r, req, s, &g)
	return true
}

// mayReuse counts silent logins: two in five seconds, six in twenty minutes
// (https://docs.idura.app/verify/reference/rate-limiting).
func (c *dialect) mayReuse(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.b.Now()
	times, _ := c.reuses.Get(uuid)
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
	c.reuses.Put(uuid, append(times, now), 20*time.Minute)
	return true
}

// sendBack sends the browser to the app with params, the state and, where the
// domain does so, the issuer (RFC 9207).
func (c *dialect) sendBack(w http.ResponseWriter, r *http.Request, req *request, s Settings, params mitidtest.Pairs) {
	back := &mitidtest.Answer{RedirectURI: req.params.Get("redirect_uri"), Post: req.params.Get("response_mode") == "form_post", Params: params}
	if state := req.params.Get("state"); state != "" {
		back.Add("state", state)
	}
	if s.IssParameter {
		back.Add("iss", c.b.Issuer())
	}
	c.b.Conclude(r, back, params.Problem())
	w.Header().Set("Cache-Control", "no-store")
	back.Show(w)
}
