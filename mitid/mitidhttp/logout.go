package mitidhttp

import (
	"log/slog"
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/mitid"
)

// Logout returns the handler that ends the session: here, and at the broker
// where the broker can. It answers POST alone and refuses requests from other
// sites with 403: those that Sec-Fetch-Site calls so, and where a browser sends
// none, those whose Origin or Referer is not the origin of the Client's
// RedirectURL. The header Host decides about nothing, so a proxy may rewrite it.
//
// The query parameter "return" names the local path to go to; without it that is
// Config.LoggedOut. The broker sends the browser back to the Client's RedirectURL,
// which is registered there already, and Callback leads it on. A broker that does
// not answer cannot keep anybody logged in here. If Config.Sessions does not
// answer, the browser forgets the session all the same, and the answer is 503.
func (g *Gate) Logout() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPrivateHeaders(w)
		if !allowMethods(w, r, http.MethodPost) {
			return
		}
		if !g.isSameSite(r) {
			g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: logout refused: the form comes from another site than that of RedirectURL")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		back := g.loggedOutPath // also for a bad wish, which keeps nobody logged in
		if p, err := g.requestedReturn(r); err == nil && r.URL.Query().Has(returnParameter) {
			back = p
		}
		if len(r.CookiesNamed(g.cookieName)) == 0 && !namesOrigin(r) {
			redirect(w, r, back) // perhaps a form of another site, which brings no Lax cookie
			return
		}
		s, _, err := g.readSession(r)
		if err == nil {
			err = g.deleteStored(r)
		}
		if s != nil || err != nil { // another cookie of that name is not ours to drop
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
		rd, err := g.client.EndSession(r.Context(), s.Login(), g.client.RedirectURL())
		if err != nil { // the client has logged why
			redirect(w, r, back)
			return
		}
		g.endAtBroker(w, r, rd, back)
	})
}

// isSameSite reports whether a page of this site, or the person by hand, sends r
// (https://www.w3.org/TR/fetch-metadata/, RFC 6454 section 7). What sends none of
// the headers is no browser, or one of before 2020; there SameSite=Lax keeps the
// session out of another site's form.
func (g *Gate) isSameSite(r *http.Request) bool {
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

// namesOrigin reports whether fromHere had something to go by.
func namesOrigin(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" || r.Header.Get("Referer") != ""
}

// endAtBroker sends the browser through the broker's logout.
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

// LoggedOut returns the handler of a small page in Danish or English that says
// that the person is logged out, with the way to log in again. Mount it at the path
// of Config.LoggedOut. Somebody who is logged in is led to Home.
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
