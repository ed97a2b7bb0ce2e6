package mitidhttp

import (
	"net/http"
	"slices"
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
//
// A broker with single sign-on would answer the next login like the last one. So
// after a level that is too low, and after an error of Config.OnLogin (one that is
// not mitid.Kind.Temporary), the next login of this browser is a fresh one
// (mitid.Request.Fresh), for an hour.
//
// An answer that comes again, by "reload" or "back", is refused as well. Where
// somebody is logged in the page says so, and FromContext finds them in
// Config.Refused.
func (g *Gate) Callback() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPrivateHeaders(w)
		if !allowMethods(w, r, http.MethodGet, http.MethodPost) {
			return
		}
		cb, err := mitid.ReadCallback(r)
		if err != nil {
			g.logRefusal(r, err)
			g.refuse(w, r, g.home, err)
			return
		}
		p, state := g.takePending(w, r, cb)
		others := slices.DeleteFunc(g.pendingOf(r), func(k kept) bool { return k.Handle == p.Handle })
		if p.Purpose == purposeLogout {
			g.expireExcess(w, others, 0)
			redirect(w, r, p.Return)
			return
		}
		if p.Page {
			r = markFromPage(r)
		}
		s, err := g.complete(w, r, p, state, cb)
		if err != nil {
			g.expireExcess(w, others, 0)
			g.refuse(w, g.withCurrentSession(r, p, err), p.Return, err)
			return
		}
		if s == nil { // a proof of age: whoever is logged in stays so
			g.expireExcess(w, others, 0)
			redirect(w, r, p.Return)
			return
		}
		if err := g.keepSession(w, r, s, p); err != nil {
			g.logRefusal(r, err)
			g.refuse(w, r, p.Return, err)
			return
		}
		g.clearFresh(w, r)
		g.expireExcess(w, g.expireStepUpsOfOthers(w, others, s.Identity.Subject), 0)
		redirect(w, r, p.Return)
	})
}

// withCurrentSession tells the refusal of an answer that came too late, or again, who is
// logged in all the same.
func (g *Gate) withCurrentSession(r *http.Request, p *pending, err error) *http.Request {
	if mitid.KindOf(err) != mitid.StateInvalid || p.From != nil {
		return r
	}
	s, ok := g.Session(r)
	if !ok {
		return r
	}
	return r.WithContext(g.withSession(r.Context(), s))
}

// takePending finds what this browser remembers of the journey that cb ends, and lets
// it forget. What it does not remember is a login without a state.
func (g *Gate) takePending(w http.ResponseWriter, r *http.Request, cb mitid.Callback) (*pending, string) {
	values, _ := cb.Values() // what was readable; the client refuses the malformed
	found, state := &pending{Return: g.home}, ""
	for _, handle := range firstHandles(values[g.rule.State]) {
		p, s, c := g.findPending(r, handle)
		if p == nil {
			continue
		}
		g.expirePending(w, c.Name)
		if found.Handle == "" {
			found, state = p, s
		}
	}
	if found.Handle == "" && cb.Method == http.MethodGet && cb.RawQuery == "" {
		if p := g.takeLogout(w, r); p != nil {
			found = p
		}
	}
	return found, state
}

// takeLogout finds a logout that the broker did not name on the way back.
func (g *Gate) takeLogout(w http.ResponseWriter, r *http.Request) *pending {
	for _, k := range g.pendingOf(r) {
		if k.Purpose == purposeLogout && g.isPending(k.pending) {
			g.expirePending(w, k.cookie.Name)
			return k.pending
		}
	}
	return nil
}

// complete finishes a login, up to the session that it begins. It returns nil for a proof of
// age, which begins none.
func (g *Gate) complete(w http.ResponseWriter, r *http.Request, p *pending, state string, cb mitid.Callback) (*Session, error) {
	if p.From != nil {
		if err := g.checkStepUpSession(r, p.From); err != nil {
			return nil, err
		}
	}
	l, err := g.client.Complete(r.Context(), state, cb)
	if err != nil {
		if p.From == nil && mitid.KindOf(err) == mitid.AssuranceTooLow {
			g.demandFresh(w)
		}
		return nil, err
	}
	before := loginFactsOf(l)
	err = g.onLogin(w, r, l)
	if err != nil && p.From == nil && l.Age == nil && !mitid.KindOf(err).Temporary() {
		g.demandFresh(w)
	}
	if err == nil && loginFactsOf(l) != before {
		err = &mitid.Error{Kind: mitid.ConfigInvalid, Op: "begin session", Why: "Config.OnLogin changed who logged in"}
	}
	if err != nil {
		g.logRefusal(r, err)
		return nil, err
	}
	if l.Age != nil {
		return nil, nil
	}
	return g.newSession(l, p.From), nil
}

// person is what no application may change about a login.
type person struct {
	kind           claims.Capacity
	subject        string
	uuid           claims.UUID
	level          claims.Level
	broker, issuer string
	age            *mitid.AgeProof
}

func loginFactsOf(l *mitid.Login) person {
	return person{l.Identity.Capacity, l.Identity.Subject, l.Identity.UUID, l.Level, l.Broker, l.Issuer, l.Age}
}

// checkStepUpSession refuses unless the browser is still in the session that began a
// step-up. A form post from the broker brings no Lax cookie; there, Logout and
// the login of somebody else have taken the pending step-up away.
func (g *Gate) checkStepUpSession(r *http.Request, from *origin) error {
	s, garbage, err := g.liveSession(r)
	switch {
	case err != nil:
		return err
	case s != nil && personKey(s.Identity.Subject) == from.Person:
		return nil
	case s == nil && !garbage && r.Method == http.MethodPost && g.now().Before(time.Unix(int64(from.Expires), 0)):
		return nil
	}
	err = sessionOver()
	g.logRefusal(r, err)
	return err
}

// expireStepUpsOfOthers takes away what another person's session asked for, and returns
// the rest.
func (g *Gate) expireStepUpsOfOthers(w http.ResponseWriter, own []kept, subject string) []kept {
	return slices.DeleteFunc(own, func(k kept) bool {
		theirs := k.From != nil && k.From.Person != personKey(subject)
		if theirs {
			g.expirePending(w, k.cookie.Name)
		}
		return theirs
	})
}
