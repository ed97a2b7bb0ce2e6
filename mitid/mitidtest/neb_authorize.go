package mitidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// nebSession is a person who is logged in at the broker. The Broker's lock guards
// it, once it is on a shelf.
type nebSession struct {
	sid         string
	sub         string
	citizen     Citizen
	company     *Company // if nil, for themself
	grantLevel  nebLevel
	at          time.Time
	transaction string // MitID's
	cpr         bool   // the number was typed or looked up
	matched     bool   // by the match API
	tries       int    // of the match API
	ended       bool
}

func (s *nebSession) expiry() time.Time { return s.at.Add(nebSessionLife) }

const nebCookie = "mitidtest-neb-session"

func (n *neb) authorize(w http.ResponseWriter, r *http.Request, form url.Values, s NEBSettings) {
	sent, query := r.URL.Query(), r.URL.RawQuery
	if r.Method == http.MethodPost {
		sent, query = form, form.Encode()
	}
	n.b.recordWith(r, form, n.effective(sent, s))
	if !allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	req, bad := n.read(sent, s)
	if bad != nil {
		n.refuse(w, *bad)
		return
	}
	n.b.NoteNonce(req.params.Get("nonce"))
	old := n.session(r)
	switch {
	case n.reusable(old, req) && !n.needsCPR(old, req, s):
		n.handOut(w, req, n.reuse(old, req, s), s)
	case req.prompt == "none":
		n.sendError(w, req, "login_required", "")
	default:
		n.redirect(w, n.b.Issuer()+"/Account/Login?ReturnUrl="+url.QueryEscape(nebCallback+"?"+query))
	}
}

// redirect answers with an empty body.
func (n *neb) redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

// session returns the session of this browser, or nil.
func (n *neb) session(r *http.Request) *nebSession {
	cookie, err := r.Cookie(n.b.cookie(nebCookie))
	if err != nil {
		return nil
	}
	n.b.mu.Lock()
	defer n.b.mu.Unlock()
	now := n.b.now()
	s, ok := n.sessions.get(cookie.Value, now)
	if !ok || s.ended || now.After(s.expiry()) {
		return nil
	}
	return s
}

// reusable reports whether req is answered from a session, without MitID.
func (n *neb) reusable(old *nebSession, req *nebRequest) bool {
	switch {
	case old == nil, req.prompt == "login", req.prompt == "select_account":
		return false
	case req.maxAge >= 0 && n.b.Now().Sub(old.at) > req.maxAge:
		return false
	case old.company != nil:
		return slices.Contains(req.idps, "mitid_erhverv")
	}
	return slices.Contains(req.idps, "mitid") || req.idp.allowPrivate
}

// login shows who may log in, or lets a scripted person act. ReturnUrl brings
// the request along.
func (n *neb) login(w http.ResponseWriter, r *http.Request, s NEBSettings) {
	if !allow(w, r, http.MethodGet) {
		return
	}
	query := r.URL.RawQuery
	if route(r.URL.Path) == nebLogin {
		var ok bool
		if query, ok = strings.CutPrefix(r.URL.Query().Get("ReturnUrl"), nebCallback+"?"); !ok {
			n.refuse(w, refusal{"invalid_request", "Invalid ReturnUrl"})
			return
		}
	}
	sent, err := url.ParseQuery(query)
	if err != nil {
		n.refuse(w, refusal{"invalid_request", "Invalid request"})
		return
	}
	req, bad := n.read(sent, s)
	if bad != nil {
		n.refuse(w, *bad)
		return
	}
	old := n.session(r)
	if !n.reusable(old, req) || n.b.Now().Sub(old.at) > nebCPRTime {
		old = nil // a login, not a CPR page on top of one
	}
	if o, ok := n.b.Scripted("uri:"+req.uri, "state:"+req.params.Get("state")); ok {
		n.act(w, r, req, s, o, old)
		return
	}
	n.welcome(w, r, req, s, old)
}

// act carries out what a person does: a login, or the CPR page of a session.
func (n *neb) act(w http.ResponseWriter, r *http.Request, req *nebRequest, s NEBSettings, o Outcome, old *nebSession) {
	switch o.Act {
	case Approves:
		g, bad := n.grantTo(r, req, s, o, old)
		if bad != nil {
			n.sendError(w, req, bad.code, bad.why)
			return
		}
		if !g.reused && !req.provesAge() {
			n.remember(w, g.session)
		}
		n.handOut(w, req, g, s)
	case Fails:
		n.sendError(w, req, o.Code, o.Description)
	default:
		n.sendError(w, req, "access_denied", "mitid_user_aborted")
	}
}

// remember keeps a session for this browser.
func (n *neb) remember(w http.ResponseWriter, s *nebSession) {
	id := randomHex(16)
	put(n.b, n.sessions, id, s, nebSessionLife)
	put(n.b, n.subjects, s.sub, s, nebSessionLife)
	http.SetCookie(w, &http.Cookie{Name: n.b.cookie(nebCookie), Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: n.b.cfg.TLS})
}

// handOut sends the browser home with what the response type asks for.
func (n *neb) handOut(w http.ResponseWriter, req *nebRequest, g *nebGrant, s NEBSettings) {
	if !n.spend(w, req) {
		return
	}
	var answer Pairs
	code := ""
	if slices.Contains(req.response, "code") {
		code = strings.ToUpper(randomHex(32)) + "-1"
		put(n.b, n.grants, code, g, nebCodeLife)
		answer = append(answer, Pair{"code", code})
	}
	front := slices.Contains(req.response, "id_token")
	if front {
		token, err := n.idToken(g, s, "c_hash", code)
		if err != nil {
			n.refuse(w, refusal{"server_error", "The ID token cannot be made"})
			return
		}
		answer = append(answer, Pair{"id_token", token})
	}
	if state := req.params.Get("state"); state != "" {
		answer = append(answer, Pair{"state", state})
	}
	answer = append(answer, Pair{"session_state", n.sessionState()})
	if !front {
		answer = append(answer, Pair{"iss", n.b.Issuer()})
	}
	n.sendBack(w, req, answer)
}

// spend uses a pushed request up, or shows the error page if somebody did before.
func (n *neb) spend(w http.ResponseWriter, req *nebRequest) bool {
	if req.uri == "" {
		return true
	}
	if _, ok := take(n.b, n.pushed, req.uri); !ok {
		n.refuse(w, refusal{"invalid_request_uri", "Invalid request_uri"})
		return false
	}
	return true
}

// sendError tells the client how a valid request ended. There is no iss.
func (n *neb) sendError(w http.ResponseWriter, req *nebRequest, code, description string) {
	if !n.spend(w, req) {
		return
	}
	answer := ErrorPairs(code, description)
	if state := req.params.Get("state"); state != "" {
		answer = append(answer, Pair{"state", state})
	}
	n.sendBack(w, req, append(answer, Pair{"session_state", n.sessionState()}))
}

func (n *neb) sendBack(w http.ResponseWriter, req *nebRequest, answer Pairs) {
	back := &Answer{RedirectURI: req.params.Get("redirect_uri"), Post: req.mode == "form_post", Params: answer}
	if spoil := takeStage(n.b, func(p *spoiler) *func(*Broker, *Answer) { return &p.callback }); spoil != nil {
		spoil(n.b, back)
	}
	w.Header().Set("Cache-Control", "no-store, no-cache, max-age=0")
	switch {
	case back.Post:
		ShowFormPost(w, back)
		return
	case req.mode == "fragment":
		n.redirect(w, back.RedirectURI+"#"+back.Params.Encode())
	case answer[0].Name == "error":
		n.redirect(w, back.Address()+"#_")
	default:
		n.redirect(w, back.Address())
	}
}

// sessionState is a digest and its salt (OpenID Connect Session Management 1.0).
func (n *neb) sessionState() string {
	salt := strings.ToUpper(randomHex(16))
	sum := sha256.Sum256([]byte(n.b.ClientID() + salt))
	return base64.RawURLEncoding.EncodeToString(sum[:]) + "." + salt
}

// refuse leads the browser to the error page; it never returns to the client.
func (n *neb) refuse(w http.ResponseWriter, why refusal) {
	id := "CfDJ8" + base64.RawURLEncoding.EncodeToString([]byte(randomHex(32)))
	put(n.b, n.errors, id, why, visitLife)
	n.redirect(w, n.b.Issuer()+"/Error?errorId="+id)
}

// showError shows the error page.
func (n *neb) showError(w http.ResponseWriter, r *http.Request) {
	why, ok := get(n.b, n.errors, r.URL.Query().Get("errorId"))
	if !ok {
		why = refusal{"unknown", "Unknown error"}
	}
	v := newView(r, "")
	v.Detail = why.code + ": " + why.why
	n.b.pages.show(w, http.StatusOK, "error", v)
}
