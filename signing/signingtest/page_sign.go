package signingtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// visitor is one browser.
type visitor struct {
	id     string
	opened map[string]bool     // links
	seen   map[string]claimSet // who logged in to see the documents, by the party's token
	proved map[string]bool     // parties that have logged in to download
}

// sees reports whether the visitor may see a party's documents.
func (v *visitor) sees(p *party) bool { return !p.validatesView() || v.seen[p.token] != nil }

// browsers are the visitors by cookie.
type browsers struct {
	seen  map[string]*visitor
	order []string // oldest first
}

const (
	cookieName  = "signingtest"
	maxVisitors = 4096
)

// visitorOf returns the browser behind a request, which may be a new one.
func (s *Service) visitorOf(w http.ResponseWriter, r *http.Request) *visitor {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, err := r.Cookie(cookieName); err == nil {
		if v := s.browsers.seen[c.Value]; v != nil {
			return v
		}
	}
	v := &visitor{id: newToken(), opened: make(map[string]bool), seen: make(map[string]claimSet), proved: make(map[string]bool)}
	for len(s.browsers.order) >= maxVisitors {
		delete(s.browsers.seen, s.browsers.order[0])
		s.browsers.order = s.browsers.order[1:]
	}
	s.browsers.seen[v.id] = v
	s.browsers.order = append(s.browsers.order, v.id)
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: v.id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.cfg.TLS})
	return v
}

// toTenant sends the browser to the tenant to log in.
func (s *Service) toTenant(w http.ResponseWriter, r *http.Request, p *pending) {
	acrs := s.acrs(p.provider)
	acr := acrs[0]
	if substantial := "urn:grn:authn:dk:mitid:substantial"; slices.Contains(acrs, substantial) {
		acr = substantial
	}
	p.redirect, p.lang = s.callback(), s.viewFor(r, p.party).Lang
	address, _ := s.begin(p, acr, p.lang)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
}

func (s *Service) startLogin(w http.ResponseWriter, r *http.Request, p *party, who *visitor) {
	s.mu.Lock()
	state := s.partyView(r, p, who).State
	var v *provider
	for _, candidate := range p.providers() {
		if v == nil {
			v = candidate.find(kindVerify)
		}
	}
	s.mu.Unlock()
	if state != "login" || v == nil {
		s.showParty(w, r, p, who, "")
		return
	}
	s.toTenant(w, r, &pending{party: p, provider: v, stage: stageView, visitor: who.id})
}

// startSigning takes the form of somebody who wants to sign or to approve.
func (s *Service) startSigning(w http.ResponseWriter, r *http.Request, p *party, who *visitor) {
	t := s.viewFor(r, p).T
	if r.PostFormValue("read") == "" {
		s.showParty(w, r, p, who, t.MustRead)
		return
	}
	s.mu.Lock()
	if s.partyView(r, p, who).State != "sign" {
		s.mu.Unlock()
		s.showParty(w, r, p, who, "")
		return
	}
	for _, part := range p.parts() {
		for _, status := range []string{statusOpened, statusApproved} {
			_, _ = s.setStatus(p, part.document.id, status, s.Now()) // it may be so already
		}
	}
	if p.first().kind != roleSigner {
		s.mu.Unlock()
		s.goHome(w, r, p)
		return
	}
	all := p.providers()
	chosen := providerByID(all, r.PostFormValue("provider"))
	if chosen == nil && len(all) > 0 {
		chosen = all[0]
	}
	s.mu.Unlock()
	if chosen == nil { // a batch whose members have been changed
		s.showAlert(w, r, p, t.Outcomes[statusError])
		return
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	if v := chosen.find(kindVerify); v != nil {
		s.toTenant(w, r, &pending{party: p, provider: v, stage: stageSign, visitor: who.id, chosen: chosen.id, name: name})
		return
	}
	s.finish(w, r, p, who, chosen, nil, name)
}

// finish signs with what the person has proven and typed.
func (s *Service) finish(w http.ResponseWriter, r *http.Request, p *party, who *visitor, chosen *provider, got *proof, name string) {
	t := s.viewFor(r, p).T
	evidence := s.evidenceOfPage(chosen, got, name)
	s.mu.Lock()
	s.settle()
	err := s.signAll(p, chosen, evidence, nil)
	s.mu.Unlock()
	if err != nil {
		alert := t.Outcomes[statusError]
		switch err.Error() {
		case wrongPerson:
			alert = t.WrongPerson
		case usedBefore:
			alert = t.UsedBefore
		}
		s.showAlert(w, r, p, alert)
		return
	}
	s.goHome(w, r, p)
}

// evidenceOfPage makes a signature of what was done on the page.
func (s *Service) evidenceOfPage(p *provider, got *proof, name string) *signature {
	switch p.kind {
	case kindVerify:
		return &signature{kind: kindJWT, jwt: got.jwt, jwks: got.jwks, claims: got.claims}
	case kindDrawable:
		g := &signature{kind: kindDrawn, image: drawing()}
		if name != "" {
			g.name = text(name)
		}
		return g
	case kindAllOf:
		all := &signature{kind: kindComposite}
		for _, part := range p.all {
			all.parts = append(all.parts, s.evidenceOfPage(part, got, name))
		}
		return all
	}
	return &signature{kind: kindEmpty}
}

// comeBack takes the browser that returns from the tenant.
func (s *Service) comeBack(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	began := s.resume(q.Get("state"))
	visitor := s.visitorOf(w, r)
	if began == nil || began.visitor == "" || began.visitor != visitor.id {
		v := newView(r, look{})
		v.Heading, v.Outcome = v.T.ErrorHeading, v.T.Expired
		s.show(w, http.StatusBadRequest, v)
		return
	}
	p := began.party
	r.Form = url.Values{"lang": {began.lang}} // the pages speak as they did before the login
	t := s.viewFor(r, p).T
	if q.Get("code") == "" {
		s.loginFailed(p, "the login at the eID tenant ended without a code")
		s.showAlert(w, r, p, t.LoginFailed)
		return
	}
	got, err := s.exchange(r.Context(), began, q.Get("code"))
	if err != nil {
		s.loginFailed(p, err.Error())
		s.showAlert(w, r, p, t.LoginFailed)
		return
	}
	if began.stage == stageSign {
		s.mu.Lock()
		chosen := providerByID(p.providers(), began.chosen)
		s.mu.Unlock()
		if chosen != nil {
			s.finish(w, r, p, visitor, chosen, got, began.name)
			return
		}
		s.showAlert(w, r, p, t.LoginFailed)
		return
	}
	s.mu.Lock()
	wrong := slices.ContainsFunc(p.members, func(g *signatory) bool {
		return !g.suits(got.claims) || g.signedBy != nil && g.signedBy.get("sub") != got.claims.get("sub")
	})
	if !wrong {
		visitor.seen[p.token], visitor.proved[p.token] = got.claims, true
	}
	s.mu.Unlock()
	if wrong {
		s.loginFailed(p, wrongPerson)
		s.showAlert(w, r, p, t.WrongPerson)
		return
	}
	http.Redirect(w, r, s.link(p)+"?lang="+began.lang, http.StatusSeeOther)
}

// loginFailed notes why a person came back from the tenant in vain. They may try again.
func (s *Service) loginFailed(p *party, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range p.members {
		g.history.why = why
		s.happened(g.order, g, why)
	}
}

// showAlert says what went wrong, and links back to the documents.
func (s *Service) showAlert(w http.ResponseWriter, r *http.Request, p *party, alert string) {
	v := s.viewFor(r, p)
	v.Heading, v.Alert, v.Again = v.T.ErrorHeading, alert, pathLink+p.token
	s.show(w, http.StatusUnprocessableEntity, v)
}

func (s *Service) takeRejection(w http.ResponseWriter, r *http.Request, p *party, who *visitor) {
	var reason *string
	if typed := strings.TrimSpace(r.PostFormValue("reason")); typed != "" {
		reason = text(typed)
	}
	s.mu.Lock()
	if s.partyView(r, p, who).State != "sign" || s.reject(p, reason) != nil {
		s.mu.Unlock()
		s.showParty(w, r, p, who, "")
		return
	}
	s.mu.Unlock()
	s.goHome(w, r, p)
}

// leave takes somebody back to the application who wants neither to sign nor to reject.
func (s *Service) leave(w http.ResponseWriter, r *http.Request, p *party) {
	s.mu.Lock()
	allowed := p.looks().cancel && p.looks().redirect != nil
	s.mu.Unlock()
	if !allowed {
		http.NotFound(w, r)
		return
	}
	s.goHome(w, r, p)
}

// goHome sends the browser to the application, without parameters, or back to its link.
func (s *Service) goHome(w http.ResponseWriter, r *http.Request, p *party) {
	s.mu.Lock()
	l := p.looks()
	s.mu.Unlock()
	to := s.link(p) + "?lang=" + newView(r, l).Lang
	if l.redirect != nil {
		to = *l.redirect
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}
