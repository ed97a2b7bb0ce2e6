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
// After a login, Callback begins a new session and redirects to the return path
// (302, or 303 after a form post). After a proof of age, it calls Config.OnLogin,
// redirects there too, and leaves any session as it is. A login that is refused
// leaves an existing session as it is. In each case this browser forgets the pending
// login. A browser that did not begin the login is refused with
// mitid.ErrStateInvalid, and the login stays pending where it began.
//
// A broker with single sign-on would answer the next login like the last one.
// Therefore the next login of this browser is a fresh one (mitid.Request.Fresh) if
// the level was too low, if Config.OnLogin returned an error that is not Temporary, or if
// the login came of a session that the broker has ended. This holds for an hour.
//
// An answer that comes a second time, by "reload" or "back", is refused too. If
// somebody is logged in, the page says so, and FromContext returns their session in
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
		others := slices.DeleteFunc(g.pendingOf(r), func(k openedPending) bool { return k.Handle == p.Handle })
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
		if s == nil { // a proof of age
			g.expireExcess(w, others, 0)
			redirect(w, r, p.Return)
			return
		}
		if err := g.setSession(w, r, s, p); err != nil {
			g.logRefusal(r, err)
			g.refuse(w, r, p.Return, err)
			return
		}
		g.clearFresh(w, r)
		g.expireExcess(w, g.expireStepUpsOfOthers(w, others, s.Identity.Subject), 0)
		redirect(w, r, p.Return)
	})
}

// withCurrentSession puts the session of r, if there is one, into the context for
// Config.Refused. It does so for a login that was used or has expired, and for no
// step-up.
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

// takePending returns the pending record of the journey that cb ends, with the
// Client's sealed state, and makes the browser forget both. If this browser has no
// such record, it returns one without a Handle, and no state.
func (g *Gate) takePending(w http.ResponseWriter, r *http.Request, cb mitid.Callback) (*pending, string) {
	values, _ := cb.Values() // if malformed, the part that can be read; Client.Complete refuses the whole
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

// takeLogout returns the pending logout of this browser and makes the browser forget
// it, for a broker that returns no state after a logout. It returns nil if there is
// none.
func (g *Gate) takeLogout(w http.ResponseWriter, r *http.Request) *pending {
	for _, k := range g.pendingOf(r) {
		if k.Purpose == purposeLogout && g.isPending(k.pending) {
			g.expirePending(w, k.cookie.Name)
			return k.pending
		}
	}
	return nil
}

// complete verifies the broker's answer and returns the new session. It returns nil
// for a proof of age, which begins none.
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
	if err := g.checkNotEnded(r, l, p); err != nil {
		if p.From == nil && mitid.KindOf(err) == mitid.StateInvalid {
			g.demandFresh(w)
		}
		g.logRefusal(r, err)
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
	s := g.newSession(l, p.From)
	s.asked = p.Asked
	return s, nil
}

// loginFacts are the parts of a login that Config.OnLogin must not change.
type loginFacts struct {
	kind           claims.Capacity
	subject        string
	uuid           claims.UUID
	level          claims.Level
	broker, issuer string
	age            *mitid.AgeProof
}

func loginFactsOf(l *mitid.Login) loginFacts {
	return loginFacts{l.Identity.Capacity, l.Identity.Subject, l.Identity.UUID, l.Level, l.Broker, l.Issuer, l.Age}
}

// checkStepUpSession returns an error unless the browser still has the session that
// began the step-up. The browser sends no Lax cookie with a form post of the broker.
// In that case the pending step-up is enough: Logout, and a login of another person,
// remove it.
func (g *Gate) checkStepUpSession(r *http.Request, from *startingSession) error {
	s, useless, err := g.liveSession(r)
	switch {
	case err != nil:
		return err
	case s != nil && personKey(s.Identity.Subject) == from.Person:
		return nil
	case s == nil && !useless && r.Method == http.MethodPost && g.now().Before(time.Unix(int64(from.Expires), 0)):
		return nil
	}
	err = sessionOver()
	g.logRefusal(r, err)
	return err
}

// expireStepUpsOfOthers makes the browser forget the step-ups in own that another
// person than subject began, and returns the rest of own.
func (g *Gate) expireStepUpsOfOthers(w http.ResponseWriter, own []openedPending, subject string) []openedPending {
	return slices.DeleteFunc(own, func(k openedPending) bool {
		theirs := k.From != nil && k.From.Person != personKey(subject)
		if theirs {
			g.expirePending(w, k.cookie.Name)
		}
		return theirs
	})
}
