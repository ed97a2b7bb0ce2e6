package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Start returns a handler that begins a login as r says and redirects the browser to
// the broker (302). The query parameter "return" names the path to return to, as
// browsers show it. If it is no path of this site, Start refuses the request with
// mitid.ErrInputInvalid and status 400.
//
// A Request with an Age begins a proof of age: Config.OnLogin gets the answer in
// Login.Age, no session begins, and the browser's session stays as it is.
//
// Start answers GET alone, and only a person who opens a page: no script, no frame
// (MitID may not be framed), and no page that a browser fetches in advance. A request
// for the address of the Client's RedirectURL goes to Callback. Behind Require, Start
// redirects to the return path at once if the session has what r asks for, so that
// nobody logs in twice.
func (g *Gate) Start(r mitid.Request) http.Handler {
	return g.beginHandler(func(w http.ResponseWriter, hr *http.Request, back string) {
		if s, ok := hr.Context().Value(sessionKey{g}).(*Session); ok && satisfies(s, r) {
			redirect(w, hr, back)
			return
		}
		g.login(w, hr, r, back)
	})
}

// satisfies reports whether s has all that want asks for. If it cannot tell, it reports
// false.
func satisfies(s *Session, want mitid.Request) bool {
	has := missing(s, want) == nil
	want.Level, want.Capacity, want.CPR, want.Address, want.Locale, want.Action = 0, 0, 0, false, 0, 0
	return has && want == (mitid.Request{})
}

// StepUp returns a handler that asks the person who is logged in for more, such as
// their CPR number or a higher level, and replaces the session with the result. It also
// asks for the facts that the session has already, so that none is lost. Without a
// session, and for a proof of age, it does what Start does. The query parameter
// "return" is that of Start.
func (g *Gate) StepUp(r mitid.Request) http.Handler {
	return g.beginHandler(func(w http.ResponseWriter, hr *http.Request, back string) {
		s, _, err := g.liveSession(hr)
		switch {
		case err != nil:
			g.refuse(w, hr, back, err)
		case s != nil && r.Age == 0:
			g.stepUp(w, hr, s, r, back)
		default:
			g.login(w, hr, r, back)
		}
	})
}

func (g *Gate) beginHandler(begin func(w http.ResponseWriter, r *http.Request, back string)) http.Handler {
	callback := g.Callback()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.isCallback(r) { // a login that began here would lead back here
			callback.ServeHTTP(w, r)
			return
		}
		setPrivateHeaders(w)
		if !allowMethods(w, r, http.MethodGet) {
			return
		}
		back, err := g.requestedReturn(r)
		if err == nil && !mayOpenPage(r) {
			err = &mitid.Error{Kind: mitid.InputInvalid, Op: "begin", Why: "only a page that a person opens can begin a login"}
		}
		if err != nil {
			g.logRefusal(r, err)
			g.refuse(w, r, g.home, err)
			return
		}
		if g.redirectToHost(w, r, g.requestedPage(r)) {
			return
		}
		begin(w, r, back)
	})
}

// login begins a login with want and redirects the browser to the broker.
func (g *Gate) login(w http.ResponseWriter, r *http.Request, want mitid.Request, back string) {
	if want.Age != 0 && !g.hasOnLogin {
		err := &mitid.Error{Kind: mitid.ConfigInvalid, Op: "begin", Why: "Request.Age needs Config.OnLogin, which alone sees the answer"}
		g.logRefusal(r, err)
		g.refuse(w, r, back, err)
		return
	}
	rd, err := g.client.Begin(r.Context(), g.withLocale(r, g.freshIfDemanded(r, want)))
	if err != nil {
		g.refuse(w, r, back, err)
		return
	}
	g.redirectAndRemember(w, r, rd, &pending{Purpose: purposeLogin, Return: back, Asked: askedBy(want), Stored: g.storedID(r)})
}

// stepUp asks the person of s for want and redirects the browser to the broker.
func (g *Gate) stepUp(w http.ResponseWriter, r *http.Request, s *Session, want mitid.Request, back string) {
	rd, err := g.client.StepUp(r.Context(), s.Login(), g.withLocale(r, keepingFacts(s, want)))
	if err != nil {
		g.refuse(w, r, back, err)
		return
	}
	from := &startingSession{Person: personKey(s.Identity.Subject), LoggedInAt: s.LoggedInAt.UnixMilli(), Expires: uint32(s.Expires.Unix())}
	if !s.Identity.AuthTime.IsZero() {
		from.AuthTime = uint32(s.Identity.AuthTime.Unix())
	}
	g.redirectAndRemember(w, r, rd, &pending{Purpose: purposeStepUp, Return: back, Asked: askedBy(want) | s.asked, From: from, Stored: g.storedID(r)})
}

// withLocale returns want with the language of Config.Locale, unless want names one.
func (g *Gate) withLocale(r *http.Request, want mitid.Request) mitid.Request {
	if want.Locale == mitid.LocaleDefault {
		want.Locale = g.locale(r)
	}
	return want
}

// keepingFacts returns want with the facts that s has, because the new login replaces
// s: two answers of the broker are never mixed. Client.StepUp asks for the level of s.
func keepingFacts(s *Session, want mitid.Request) mitid.Request {
	if !s.Identity.CPR.IsZero() {
		want.CPR = mitid.CPRRequired
	}
	want.Address = want.Address || s.Identity.Address != nil
	want.Organisation = want.Organisation && s.Identity.Capacity != claims.CapacityPrivate
	return want
}

// redirectAndRemember gives the browser the pending record p and redirects it to rd.
func (g *Gate) redirectAndRemember(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect, p *pending) {
	p.Handle, p.Expires, p.Page = rd.Handle, rd.Expires.Unix(), isFromPage(r)
	if err := g.setPending(w, r, p, rd.State); err != nil {
		g.logRefusal(r, err)
		g.refuse(w, r, p.Return, err)
		return
	}
	sendToBroker(w, r, rd)
}
