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
	return g.requiring(want, mitid.Request{Level: want.Level, Capacity: want.Capacity})
}

// RequireLogin is Require for applications whose paths differ in more than the level. It
// admits people whose session has the level, capacity, CPR number and address that want
// asks for, and asks the broker for want; Config.Request does not count. The other fields
// of want are sent to the broker and not compared with the session.
//
// With mitid.CPRIfPresent, a person is asked for the number once in a session: who has
// none, or declines, is admitted without. So is who has a protected address. With
// mitid.CPRRequired, Config.OnLogin must leave the number in the identity, or the person
// is asked again and again.
//
// Beside the errors of Require, it refuses a request that cannot begin a login with 403
// (mitid.ClaimMissing) if the session lacks a fact. If want has an Age, no session ever
// has it: RequireLogin refuses every request with mitid.ErrConfigInvalid.
func (g *Gate) RequireLogin(want mitid.Request) func(http.Handler) http.Handler {
	want.Level = max(want.Level, g.minLevel)
	return g.requiring(want, want)
}

// Admit returns the session of r if it has what want asks for, as RequireLogin compares
// them. Otherwise it returns the error of RequireLogin for a request that cannot begin a
// login: mitid.ErrInteractionRequired, ErrAssuranceTooLow, ErrClaimMissing, or
// ErrBrokerUnavailable if Config.Sessions or Config.Ended does not answer. It writes no
// answer. It is for programs that judge requests for others, such as the forward
// authentication of a proxy.
func (g *Gate) Admit(r *http.Request, want mitid.Request) (*Session, error) {
	want.Level = max(want.Level, g.minLevel)
	s, _, err := g.liveSession(r)
	if err == nil {
		err = missing(s, want)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// requiring returns middleware that asks for want and admits sessions that have need.
func (g *Gate) requiring(want, need mitid.Request) func(http.Handler) http.Handler {
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
			lacks := missing(s, need)
			if lacks == nil {
				g.expireExcessPending(w, r)
				next.ServeHTTP(nostore.Wrap(w), r.WithContext(g.withSession(r.Context(), s)))
				return
			}
			setPrivateHeaders(w)
			g.beginLogin(w, r, s, want, lacks)
		})
	}
}

// missing returns nil if s has what need asks for, and otherwise the error of a request
// that cannot begin a login.
func missing(s *Session, need mitid.Request) error {
	switch {
	case need.Age != 0:
		return &mitid.Error{Kind: mitid.ConfigInvalid, Op: "require", Why: "a proof of age begins no session, so no session has it"}
	case s == nil:
		return &mitid.Error{Kind: mitid.InteractionRequired, Op: "require", Why: "nobody is logged in"}
	case !need.Capacity.Takes(s.Identity.Capacity):
		return &mitid.Error{Kind: mitid.InteractionRequired, Op: "require", Why: "nobody is logged in in the capacity that is required here"}
	case s.Level < need.Level:
		return &mitid.Error{Kind: mitid.AssuranceTooLow, Op: "require", Level: need.Level, Why: "the session is below the level that is required here"}
	case s.Identity.CPR.IsZero() && (need.CPR == mitid.CPRRequired || need.CPR == mitid.CPRIfPresent && s.asked&askedCPR == 0):
		return &mitid.Error{Kind: mitid.ClaimMissing, Op: "require", Why: "the session has no CPR number, which is asked for here"}
	case need.Address && s.Identity.Address == nil && s.asked&askedAddress == 0:
		return &mitid.Error{Kind: mitid.ClaimMissing, Op: "require", Why: "the session has no address, which is asked for here"}
	}
	return nil
}

// ownsSessionCookie reports whether the session cookie of r is this gate's, even if the
// session has ended.
func (g *Gate) ownsSessionCookie(r *http.Request) bool {
	s, _, _ := g.readSession(r)
	return s != nil
}

// beginLogin begins a login, or a step-up of s, if r can. Otherwise it refuses r with lacks.
func (g *Gate) beginLogin(w http.ResponseWriter, r *http.Request, s *Session, want mitid.Request, lacks error) {
	if !OpensPage(r) || mitid.KindOf(lacks) == mitid.ConfigInvalid {
		g.refuse(w, r, g.home, lacks)
		return
	}
	back := g.requestedPage(r)
	if _, ok := localPath(g.browserPath(r)); ok {
		r = markFromPage(r)
	}
	switch {
	case g.redirectToHost(w, r, back):
	case s != nil && want.Capacity.Takes(s.Identity.Capacity):
		g.stepUp(w, r, s, want, back)
	default:
		g.login(w, r, want, back)
	}
}
