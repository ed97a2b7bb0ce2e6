package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/nostore"
	"github.com/dkeid/dkeid/mitid"
)

// Require returns middleware that admits only people who are logged in: at level or
// above, at the level of Config.Request and the Client's MinLevel or above, and in the
// capacity that Config.Request names. The handler behind it gets their session from
// FromContext.
//
// A person who opens a page without such a session is redirected to log in, or to step
// up, and returns to the address that their browser showed. If that address is longer
// than 1 kB or is no path of this site, they return to Config.Home.
//
// Require refuses every other request without a call to the broker: with 401
// (mitid.InteractionRequired), or with 403 (mitid.AssuranceTooLow) if the session is
// below level. These are form posts, because a redirect would lose what the person
// typed; HEAD requests; scripts, event streams, WebSockets and frames; pages that a
// browser fetches in advance; and monitors and programs that do not ask for HTML. A
// CORS preflight carries no session, so answer it in a handler before Require.
//
// Require may also stand around Callback: a request for the address of the Client's
// RedirectURL goes to Callback.
//
// Answers behind Require have "Cache-Control: no-store", unless the handler sets
// another value.
func (g *Gate) Require(level claims.Level) func(http.Handler) http.Handler {
	want := g.request
	want.Level = max(want.Level, level, g.minLevel)
	callback := g.Callback()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if g.isCallback(r) {
				callback.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Cache-Control", "no-store")
			s, over, err := g.liveSession(r)
			if err != nil {
				setPrivateHeaders(w)
				g.refuse(w, r, g.requestedPage(r), err)
				return
			}
			if over && g.ownsSessionCookie(r) {
				http.SetCookie(w, g.sessionCookie("", 0))
			}
			if s != nil && s.Level >= want.Level && want.Capacity.Takes(s.Identity.Capacity) {
				g.expireExcessPending(w, r)
				next.ServeHTTP(nostore.Wrap(w), r.WithContext(g.withSession(r.Context(), s)))
				return
			}
			setPrivateHeaders(w)
			g.beginLogin(w, r, s, want)
		})
	}
}

// ownsSessionCookie reports whether the session cookie of r is this gate's, even if the
// session has ended.
func (g *Gate) ownsSessionCookie(r *http.Request) bool {
	s, _, _ := g.readSession(r)
	return s != nil
}

// beginLogin begins a login, or a step-up of s, if r can. Otherwise it refuses r.
func (g *Gate) beginLogin(w http.ResponseWriter, r *http.Request, s *Session, want mitid.Request) {
	known := s != nil && want.Capacity.Takes(s.Identity.Capacity)
	if !opensPage(r) {
		err := &mitid.Error{Kind: mitid.InteractionRequired, Op: "require", Why: "nobody is logged in"}
		if known {
			err = &mitid.Error{Kind: mitid.AssuranceTooLow, Op: "require", Level: want.Level, Why: "the session is below the level that is required here"}
		}
		g.refuse(w, r, g.home, err)
		return
	}
	back := g.requestedPage(r)
	if _, ok := localPath(g.browserPath(r)); ok {
		r = markFromPage(r)
	}
	switch {
	case g.redirectToHost(w, r, back):
	case known:
		g.stepUp(w, r, s, want, back)
	default:
		g.login(w, r, want, back)
	}
}
