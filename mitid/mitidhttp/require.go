package mitidhttp

import (
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Require returns middleware that lets only people through who are logged in at
// level or above (and at Config.Request's level and the Client's MinLevel, if they
// are higher), in the capacity that Config.Request names. The handler behind
// it finds them with FromContext.
//
// A person who opens a page (GET or HEAD) without such a session is sent to log
// in, or to step up, and comes back to the same page. Every other request, such
// as a form post or a script's fetch, is refused with 401 (mitid.InteractionRequired)
// or, with a session below level, 403 (mitid.AssuranceTooLow), so that nothing a
// person typed disappears on a journey that could not bring it back.
//
// Pages behind it are not to be cached (Cache-Control: no-store) unless the
// handler says otherwise.
func (g *Gate) Require(level claims.Level) func(http.Handler) http.Handler {
	want := g.request
	want.Level = max(want.Level, level, g.floor)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			s, garbage, err := g.live(r)
			if err != nil {
				guard(w)
				g.refuse(w, r, g.home, err)
				return
			}
			if garbage {
				http.SetCookie(w, g.sessionCookie("", 0))
			}
			if s != nil && s.Level >= want.Level && suits(s.Identity.Kind, want.Identity) {
				next.ServeHTTP(w, r.WithContext(g.withSession(r.Context(), s)))
				return
			}
			guard(w)
			g.admit(w, r, s, want)
		})
	}
}

// admit starts a login or a step-up where that is possible.
func (g *Gate) admit(w http.ResponseWriter, r *http.Request, s *Session, want mitid.Request) {
	known := s != nil && suits(s.Identity.Kind, want.Identity)
	if !opensPage(r) {
		err := &mitid.Error{Kind: mitid.InteractionRequired, Op: "require", Why: "nobody is logged in"}
		if known {
			err = &mitid.Error{Kind: mitid.AssuranceTooLow, Op: "require", Level: want.Level, Why: "the session is below the level that is required here"}
		}
		g.refuse(w, r, g.home, err)
		return
	}
	back := g.home
	if here := r.URL.RequestURI(); len(here) <= maxReturnPath {
		p, ok := localPath(here)
		if !ok {
			err := &mitid.Error{Kind: mitid.InputInvalid, Op: "require", Why: "the page's own address is no path to come back to"}
			g.note(r, err)
			g.refuse(w, r, g.home, err)
			return
		}
		back, r = p, fromPage(r)
	}
	if known {
		g.stepUp(w, r, s, want, back)
		return
	}
	g.login(w, r, want, back)
}

// suits reports whether somebody of kind k may be where kind want is asked for.
func suits(k claims.Kind, want mitid.IdentityKind) bool {
	switch want {
	case mitid.Private:
		return k == claims.KindPrivate
	case mitid.Professional:
		return k == claims.KindProfessional || k == claims.KindSignatory
	default:
		return k != claims.KindUnknown
	}
}

// opensPage reports whether a person is opening a page, as far as the browser
// tells (https://www.w3.org/TR/fetch-metadata/): scripts, images and frames
// cannot be led through MitID, and a page fetched in advance must not begin a
// login that nobody asked for.
func opensPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document") &&
		!strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch")
}
