package mitidhttp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Callback returns the handler that finishes what Start, StepUp, Require and
// Logout began. Mount it at the path of the Client's RedirectURL.
//
// A login begins a new session and leads to its return path (302, or 303 after
// a form post). A proof of age leads there too, once Config.OnLogin has seen it,
// and touches no session. A refused one leaves an existing session as it is. Either way
// the pending login is gone from this browser; a browser that did not begin it
// is refused with mitid.ErrStateInvalid and uses nothing up.
func (g *Gate) Callback() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w)
		if !allow(w, r, http.MethodGet, http.MethodPost) {
			return
		}
		cb, err := mitid.ReadCallback(r)
		if err != nil {
			g.note(r, err)
			g.refuse(w, r, g.home, err)
			return
		}
		p, state := g.claim(w, r, cb)
		if p.Purpose == logsOut {
			redirect(w, r, p.Return)
			return
		}
		s, err := g.complete(w, r, p, state, cb)
		if err != nil {
			g.refuse(w, r, p.Return, err)
			return
		}
		if s == nil { // a proof of age: whoever is logged in stays so
			redirect(w, r, p.Return)
			return
		}
		sealed, err := g.sealSession(s)
		if err != nil {
			g.note(r, err)
			g.refuse(w, r, p.Return, err)
			return
		}
		http.SetCookie(w, g.sessionCookie(sealed, s.Expires.Sub(g.now())))
		g.forgetStepUps(w, r, p.Handle, s.Identity.Subject)
		redirect(w, r, p.Return)
	})
}

// claim finds what this browser remembers of the journey that cb ends, and lets
// it forget. What it does not remember is a login without a state.
func (g *Gate) claim(w http.ResponseWriter, r *http.Request, cb mitid.Callback) (*pending, string) {
	values, _ := cb.Values() // what was readable; the client refuses the malformed
	handles := values[g.rule.State]
	handles = handles[:min(len(handles), maxPending)] // more is an attack on the loop below
	var p *pending
	var state string
	for _, c := range g.pendingOf(r) {
		if !slices.Contains(handles, strings.TrimPrefix(c.Name, g.cookie+".")) {
			continue
		}
		g.forget(w, c.Name)
		if p == nil {
			p, state = g.openPending(c)
		}
	}
	if p == nil && cb.Method == http.MethodGet && cb.RawQuery == "" {
		p = g.loggedOut(w, r)
	}
	if p == nil {
		p = &pending{Return: g.home}
	}
	return p, state
}

// loggedOut finds a logout that the broker did not name on the way back.
func (g *Gate) loggedOut(w http.ResponseWriter, r *http.Request) *pending {
	for _, c := range g.pendingOf(r) {
		if p, _ := g.openPending(c); p != nil && p.Purpose == logsOut {
			g.forget(w, c.Name)
			return p
		}
	}
	return nil
}

// complete finishes a login, up to the session that it begins; nil: a proof of
// age, which begins none.
func (g *Gate) complete(w http.ResponseWriter, r *http.Request, p *pending, state string, cb mitid.Callback) (*Session, error) {
	if p.From != nil && !g.continues(r, p.From) {
		err := &mitid.Error{Kind: mitid.StateInvalid, Op: "step up", Why: "the session that asked for more has ended or is another person's"}
		g.note(r, err)
		return nil, err
	}
	l, err := g.client.Complete(r.Context(), state, cb)
	if err != nil {
		return nil, err
	}
	before := personOf(l)
	err = g.onLogin(w, r, l)
	if err == nil && personOf(l) != before {
		err = &mitid.Error{Kind: mitid.ConfigInvalid, Op: "begin session", Why: "Config.OnLogin changed who logged in"}
	}
	if err != nil {
		g.note(r, err)
		return nil, err
	}
	if l.Age != nil {
		return nil, nil
	}
	return g.newSession(l, p.From), nil
}

// person is what no application may change about a login.
type person struct {
	kind           claims.Kind
	subject        string
	uuid           claims.UUID
	level          claims.Level
	broker, issuer string
	age            *mitid.AgeProof
}

func personOf(l *mitid.Login) person {
	return person{l.Identity.Kind, l.Identity.Subject, l.Identity.UUID, l.Level, l.Broker, l.Issuer, l.Age}
}

// continues reports whether the browser is still in the session that began a
// step-up. A form post from the broker brings no Lax cookie; there, Logout and
// the login of somebody else have taken the pending step-up away.
func (g *Gate) continues(r *http.Request, from *origin) bool {
	s, garbage, err := g.live(r)
	switch {
	case err != nil:
		return false
	case s != nil:
		return s.Identity.Subject == from.Subject
	case garbage || r.Method != http.MethodPost:
		return false
	}
	return g.now().Before(time.Unix(from.Expires, 0))
}

// forgetStepUps takes away what another person's session asked for.
func (g *Gate) forgetStepUps(w http.ResponseWriter, r *http.Request, done, subject string) {
	for _, c := range g.pendingOf(r) {
		if p, _ := g.openPending(c); p != nil && p.Handle != done && p.From != nil && p.From.Subject != subject {
			g.forget(w, c.Name)
		}
	}
}
