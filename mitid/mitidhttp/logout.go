package mitidhttp

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/mitid"
)

// Logout returns the handler that ends the session here, and at the broker if the
// broker has a logout. It answers POST alone.
//
// Logout refuses a request from another site with 403. Sec-Fetch-Site decides which
// site it is. If the browser does not send it, Origin or Referer must be the origin of
// the Client's RedirectURL. The header Host does not matter, so a proxy may rewrite it.
//
// The query parameter "return" names the path to return to. Without it, that is
// Config.LoggedOut. The broker sends the browser back to the Client's RedirectURL,
// which is registered there already, and Callback redirects to the path; or to
// mitid.CallbackRule.LogoutURL, and ReceiveLogout redirects. If the broker does not
// answer, the session here ends all the same. If Config.Sessions does not
// answer, the browser forgets the session, and the answer is 503.
func (g *Gate) Logout() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPrivateHeaders(w)
		if !allowMethods(w, r, http.MethodPost) {
			return
		}
		if !g.isSameOrigin(r) {
			g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: logout refused: the form comes from another site than that of RedirectURL")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		back := g.loggedOutPath // also if the request names no valid path: the logout goes on
		if p, err := g.requestedReturn(r); err == nil && r.URL.Query().Has(returnParameter) {
			back = p
		}
		if len(r.CookiesNamed(g.cookieName)) == 0 && !namesOrigin(r) {
			redirect(w, r, back) // it may be a form of another site, with which the browser sends no Lax cookie
			return
		}
		s, _, err := g.readSession(r)
		if err == nil {
			err = g.deleteStored(r)
		}
		if s != nil || err != nil { // a cookie that does not open belongs to another application
			http.SetCookie(w, g.sessionCookie("", 0))
		}
		g.expireAll(w, g.pendingOf(r))
		if err != nil {
			g.logRefusal(r, err)
			g.refuse(w, r, back, err)
			return
		}
		if s == nil {
			redirect(w, r, back)
			return
		}
		rd, err := g.client.EndSession(r.Context(), s.Login(), cmp.Or(g.rule.LogoutURL, g.client.RedirectURL()))
		if err != nil { // the client has logged why
			redirect(w, r, back)
			return
		}
		g.endAtBroker(w, r, rd, back)
	})
}

// isSameOrigin reports whether a page of this origin, or the person without a page, sent
// r (https://www.w3.org/TR/fetch-metadata/, RFC 6454 section 7). A request without any
// of the headers is from a program or from a browser older than 2020. SameSite=Lax
// keeps the session cookie out of a form of another site there.
func (g *Gate) isSameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "":
	case "same-origin", "none":
		return true
	default:
		return false
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		return origin == g.origin
	}
	referer := r.Header.Get("Referer")
	if referer == "" {
		return true
	}
	u, err := url.Parse(referer)
	return err == nil && originOf(u) == g.origin
}

// namesOrigin reports whether r has a header by which isSameOrigin decides.
func namesOrigin(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" || r.Header.Get("Referer") != ""
}

// endAtBroker redirects the browser to the broker's logout, from where it returns to
// back.
func (g *Gate) endAtBroker(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect, back string) {
	p := &pending{Purpose: purposeLogout, Handle: rd.Handle, Expires: rd.Expires.Unix(), Return: back}
	value, err := g.sealPending(p, "")
	if err != nil {
		redirect(w, r, back)
		return
	}
	http.SetCookie(w, g.pendingCookie(g.pendingName(p.Handle), value, rd.Expires.Sub(g.now())))
	sendToBroker(w, r, rd)
}

// LoggedOut returns the handler of a small page in Danish or English that says that
// the person is logged out and offers to log in again. Mount it at the path of
// Config.LoggedOut. It redirects a person who is logged in to Config.Home.
func (g *Gate) LoggedOut() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPrivateHeaders(w)
		if !allowMethods(w, r, http.MethodGet, http.MethodHead) {
			return
		}
		if _, ok := g.Session(r); ok {
			redirect(w, r, g.home)
			return
		}
		g.loggedOutPage(w, r)
	})
}
