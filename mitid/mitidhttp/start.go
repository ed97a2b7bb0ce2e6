package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Start returns a handler that begins a login as r says and sends the browser
// to the broker (302). The query parameter "return" names the local path to come
// back to, as browsers show it; anything but a path of this site is refused with
// mitid.ErrInputInvalid and status 400.
//
// A Request with an Age begins a proof of age: Config.OnLogin finds the answer in
// Login.Age, no session begins, and one that the browser has stays as it is.
//
// It answers GET alone, and only where a person opens a page: not scripts, not
// frames (MitID may not be framed), not links that a browser fetches in advance.
// Mounted at the address of the Client's RedirectURL it is the Callback. Behind
// Require, where somebody is logged in already, it leads straight to the return
// path if their session has what r asks for, so that nobody logs in twice.
func (g *Gate) Start(r mitid.Request) http.Handler {
	return g.beginHandler(func(w http.ResponseWriter, hr *http.Request, back string) {
		if s, ok := hr.Context().Value(sessionKey{g}).(*Session); ok && satisfies(s, r) {
			redirect(w, hr, back)
			return
		}
		g.login(w, hr, r, back)
	})
}

// satisfies reports whether s surely has all that want asks for.
func satisfies(s *Session, want mitid.Request) bool {
	has := s.Level >= want.Level && want.Capacity.Takes(s.Identity.Capacity) &&
		(want.CPR == mitid.CPRNo || !s.Identity.CPR.IsZero()) && (!want.Address || s.Identity.Address != nil)
	want.Level, want.Capacity, want.CPR, want.Address, want.Locale, want.Action = 0, 0, 0, false, 0, 0
	return has && want == (mitid.Request{})
}

// StepUp returns a handler that asks the logged-in person for more, such as
// their CPR number or a higher level, and replaces the session when it comes. It
// also asks for what the session has already, so that nothing is lost. Without
// a session it is Start, and for a proof of age too, since that is about no session.
// For the query parameter "return" see there.
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
		if g.isCallback(r) { // to begin a login here would send people in circles
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

// login sends the browser to the broker.
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
	g.redirectAndRemember(w, r, rd, &pending{Purpose: purposeLogin, Return: back, Stored: g.storedID(r)})
}

// stepUp sends the browser to the broker for more about the person of s.
func (g *Gate) stepUp(w http.ResponseWriter, r *http.Request, s *Session, want mitid.Request, back string) {
	rd, err := g.client.StepUp(r.Context(), s.Login(), g.withLocale(r, keepingFacts(s, want)))
	if err != nil {
		g.refuse(w, r, back, err)
		return
	}
	from := &origin{Person: personKey(s.Identity.Subject), LoggedInAt: s.LoggedInAt.UnixMilli(), Expires: uint32(s.Expires.Unix())}
	if !s.Identity.AuthTime.IsZero() {
		from.AuthTime = uint32(s.Identity.AuthTime.Unix())
	}
	g.redirectAndRemember(w, r, rd, &pending{Purpose: purposeStepUp, Return: back, From: from, Stored: g.storedID(r)})
}

// withLocale gives want the language of the page that it comes from.
func (g *Gate) withLocale(r *http.Request, want mitid.Request) mitid.Request {
	if want.Locale == mitid.LocaleDefault {
		want.Locale = g.locale(r)
	}
	return want
}

// keepingFacts adds to want what s has, because the new login replaces it whole: two
// answers of the broker are never mixed. The client keeps the level.
func keepingFacts(s *Session, want mitid.Request) mitid.Request {
	if !s.Identity.CPR.IsZero() {
		want.CPR = mitid.CPRRequired
	}
	want.Address = want.Address || s.Identity.Address != nil
	want.Organisation = want.Organisation && s.Identity.Capacity != claims.CapacityPrivate
	return want
}

// redirectAndRemember remembers the journey and sends the browser on it.
func (g *Gate) redirectAndRemember(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect, p *pending) {
	p.Handle, p.Expires, p.Page = rd.Handle, rd.Expires.Unix(), isFromPage(r)
	if err := g.setPending(w, r, p, rd.State); err != nil {
		g.logRefusal(r, err)
		g.refuse(w, r, p.Return, err)
		return
	}
	sendToBroker(w, r, rd)
}
