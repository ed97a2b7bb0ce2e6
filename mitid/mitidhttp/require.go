package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/nostore"
	"github.com/dkeid/dkeid/mitid"
)

// Require returns middleware that lets only people through who are logged in at
// level or above (and at Config.Request's level and the Client's MinLevel, if they
// are higher), in the capacity that Config.Request names. The handler behind
// it finds them with FromContext.
//
// A person who opens a page without such a session is sent to log in, or to step
// up, and comes back to the address that their browser showed; to Config.Home
// where that address is longer than 1 kB or could lead elsewhere. Every other
// request is refused with 401 (mitid.InteractionRequired) or, with a session below
// level, 403 (mitid.AssuranceTooLow), and the broker hears nothing of it: form
// posts, so that nothing a person typed disappears on a journey that could not
// bring it back; HEAD; scripts, event streams, WebSockets, frames, what a browser
// fetches in advance; monitors and programs that do not ask for HTML. A CORS
// preflight never carries a session, so the handler that answers it stands before
// Require.
//
// The address of the Client's RedirectURL is no page: Require may stand around
// the Callback as well, which then answers.
//
// Pages behind it are not to be cached (Cache-Control: no-store) unless the
// handler says otherwise.
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

// ownsSessionCookie reports whether the session cookie of r is this gate's, be it over or not.
func (g *Gate) ownsSessionCookie(r *http.Request) bool {
	s, _, _ := g.readSession(r)
	return s != nil
}

// beginLogin starts a login or a step-up where that is possible.
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
