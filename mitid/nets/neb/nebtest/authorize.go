package nebtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// session is a person who is logged in at the broker. The lock of dialect guards it,
// once it is in a store.
type session struct {
	sid         string
	sub         string
	citizen     mitidtest.Citizen
	company     *mitidtest.Company // if nil, for themself
	grantLevel  levels
	at          time.Time
	transaction string // MitID's
	cpr         bool   // the number was typed or looked up
	matched     bool   // by the match API
	tries       int    // of the match API
	ended       bool
}

func (s *session) expiry() time.Time { return s.at.Add(sessionLife) }

const cookieSession = "mitidtest-neb-session"

func (n *dialect) authorize(w http.ResponseWriter, r *http.Request, form url.Values, s Settings) {
	sent, query := r.URL.Query(), r.URL.RawQuery
	if r.Method == http.MethodPost {
		sent, query = form, form.Encode()
	}
	params := n.effective(sent, s)
	n.b.Record(r, form, params)
	if !fakeoidc.Allow(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	n.b.Follow(r, params)
	req, bad := n.read(sent, s)
	if bad != nil {
		n.refuse(w, r, *bad)
		return
	}
	n.b.NoteNonce(req.params.Get("nonce"))
	old := n.session(r)
	switch {
	case n.reusable(old, req) && !n.needsCPR(old, req, s):
		n.b.FromSession(r, old.citizen)
		n.handOut(w, r, req, n.reuse(old, req, s), s)
	case req.prompt == "none":
		n.sendError(w, r, req, "login_required", "")
	default:
		n.redirect(w, n.b.Issuer()+"/Account/Login?ReturnUrl="+url.QueryEscape(pathCallback+"?"+query))
	}
}

// redirect answers with an empty body.
func (n *dialect) redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}

// session returns the session of this browser, or nil.
func (n *dialect) session(r *http.Request) *session {
	s, ok := n.sessions.Get(n.b.Cookie(r, cookieSession))
	now := n.b.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !ok || s.ended || now.After(s.expiry()) {
		return nil
	}
	return s
}

// reusable reports whether req is answered from a session, without MitID.
func (n *dialect) reusable(old *session, req *request) bool {
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
func (n *dialect) login(w http.ResponseWriter, r *http.Request, s Settings) {
	if !fakeoidc.Allow(w, r, http.MethodGet) {
		return
	}
	query := r.URL.RawQuery
	if mitidtest.NormalizePath(r.URL.Path) == pathLogin {
		var ok bool
		if query, ok = strings.CutPrefix(r.URL.Query().Get("ReturnUrl"), pathCallback+"?"); !ok {
			n.refuse(w, r, refusal{"invalid_request", "Invalid ReturnUrl"})
			return
		}
	}
	sent, err := url.ParseQuery(query)
	if err != nil {
		n.refuse(w, r, refusal{"invalid_request", "Invalid request"})
		return
	}
	n.b.Follow(r, n.effective(sent, s))
	req, bad := n.read(sent, s)
	if bad != nil {
		n.refuse(w, r, *bad)
		return
	}
	old := n.session(r)
	if !n.reusable(old, req) || n.b.Now().Sub(old.at) > cprTime {
		old = nil // a login, not a CPR page on top of one
	}
	if o, ok := n.b.Scripted(r, req.params.Get("state"), req.uri); ok {
		n.act(w, r, req, s, o, old)
		return
	}
	n.welcome(w, r, req, old)
}

// act carries out what a person does: a login, or the CPR page of a session.
func (n *dialect) act(w http.ResponseWriter, r *http.Request, req *request, s Settings, o mitidtest.Outcome, old *session) {
	switch o.Act {
	case mitidtest.Approves:
		g, bad := n.grantTo(r, req, s, o, old)
		if bad != nil {
			n.sendError(w, r, req, bad.code, bad.why)
			return
		}
		if !g.reused && !req.provesAge() {
			n.remember(w, r, g.session)
		}
		n.handOut(w, r, req, g, s)
	case mitidtest.Fails:
		n.sendError(w, r, req, o.Code, o.Description)
	default:
		n.sendError(w, r, req, "access_denied", "mitid_user_aborted")
	}
}

// remember keeps a session for this browser.
func (n *dialect) remember(w http.ResponseWriter, r *http.Request, s *session) {
	id := fakehttp.RandomHex(16)
	n.sessions.Put(id, s, sessionLife)
	n.subjects.Put(s.sub, s, sessionLife)
	n.b.SetCookie(w, cookieSession, id)
	n.b.Remember(r, s.sid)
}

// handOut sends the browser to the client with what the response type asks for.
func (n *dialect) handOut(w http.ResponseWriter, r *http.Request, req *request, g *grant, s Settings) {
	if why := n.signWorkflow(g); why != "" {
		n.sendError(w, r, req, "access_denied", why)
		return
	}
	if !n.spend(w, r, req) {
		return
	}
	var answer mitidtest.Pairs
	code := ""
	if slices.Contains(req.response, "code") {
		code = strings.ToUpper(fakehttp.RandomHex(32)) + "-1"
		n.grants.Put(code, g, codeLife)
		answer = append(answer, mitidtest.Pair{"code", code})
	}
	front := slices.Contains(req.response, "id_token")
	if front {
		token, err := n.idToken(g, s, "c_hash", code)
		if err != nil {
			n.refuse(w, r, refusal{"server_error", "The ID token cannot be made"})
			return
		}
		answer = append(answer, mitidtest.Pair{"id_token", token})
	}
	if state := req.params.Get("state"); state != "" {
		answer = append(answer, mitidtest.Pair{"state", state})
	}
	answer = append(answer, mitidtest.Pair{"session_state", n.sessionState()})
	if !front {
		answer = append(answer, mitidtest.Pair{"iss", n.b.Issuer()})
	}
	n.sendBack(w, r, req, answer)
}

// spend uses a pushed request up. If it was used before, it shows the error page.
func (n *dialect) spend(w http.ResponseWriter, r *http.Request, req *request) bool {
	if req.uri == "" {
		return true
	}
	if _, ok := n.pushed.Take(req.uri); !ok {
		n.refuse(w, r, refusal{"invalid_request_uri", "Invalid request_uri"})
		return false
	}
	return true
}

// sendError tells the client how a valid request ended. There is no iss.
func (n *dialect) sendError(w http.ResponseWriter, r *http.Request, req *request, code, description string) {
	if !n.spend(w, r, req) {
		return
	}
	answer := mitidtest.ErrorPairs(code, description)
	if state := req.params.Get("state"); state != "" {
		answer = append(answer, mitidtest.Pair{"state", state})
	}
	n.sendBack(w, r, req, append(answer, mitidtest.Pair{"session_state", n.sessionState()}))
}

func (n *dialect) sendBack(w http.ResponseWriter, r *http.Request, req *request, answer mitidtest.Pairs) {
	back := &mitidtest.Answer{RedirectURI: req.params.Get("redirect_uri"), Post: req.mode == "form_post", Params: answer}
	n.b.Conclude(r, back, answer.Problem())
	w.Header().Set("Cache-Control", "no-store, no-cache, max-age=0")
	switch {
	case back.Post:
		back.Show(w)
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
func (n *dialect) sessionState() string {
	salt := strings.ToUpper(fakehttp.RandomHex(16))
	sum := sha256.Sum256([]byte(n.b.ClientID() + salt))
	return base64.RawURLEncoding.EncodeToString(sum[:]) + "." + salt
}

// refuse leads the browser to the error page; it never returns to the client.
func (n *dialect) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	n.b.Refuse(r, why.code+": "+why.why)
	id := "CfDJ8" + base64.RawURLEncoding.EncodeToString([]byte(fakehttp.RandomHex(32)))
	n.errors.Put(id, why, pageLife)
	n.redirect(w, n.b.Issuer()+"/Error?errorId="+id)
}

// showError shows the error page.
func (n *dialect) showError(w http.ResponseWriter, r *http.Request) {
	why, ok := n.errors.Get(r.URL.Query().Get("errorId"))
	if !ok {
		why = refusal{"unknown", "Unknown error"}
	}
	n.b.ShowErrorWith(w, r, http.StatusOK, why.code+": "+why.why)
}
