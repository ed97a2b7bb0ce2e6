package mitidtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/cpr"
)

// eidentVisit is a person in front of the fake's pages.
type eidentVisit struct {
	req         *eidentRequest
	browser     string // the cookie that binds the visit to a browser
	outcome     Outcome
	hasCompany  bool // decided, maybe for none
	hasCPR      bool // decided, maybe to keep it
	wrong       int  // numbers that did not fit
	language    string
	shownPeople []Citizen
}

// welcome shows the page where a human picks a citizen; a step-up goes on with the
// one who logged in.
func (e *eident) welcome(w http.ResponseWriter, r *http.Request, req *eidentRequest, s EIdentSettings) {
	v := &eidentVisit{req: req, shownPeople: e.b.Citizens()}
	v.language, _ = language(r, eidentLanguage(req.params.Get("language")))
	if cookie, err := r.Cookie(e.b.cookie(cookieBrowser)); err == nil && len(cookie.Value) == 32 {
		v.browser = cookie.Value
	} else {
		v.browser = randomHex(16)
	}
	http.SetCookie(w, &http.Cookie{Name: e.b.cookie(cookieBrowser), Value: v.browser, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: e.b.cfg.TLS})
	if req.steps != nil {
		v.outcome = Approve(req.steps.citizen)
		e.next(w, r, v, s)
		return
	}
	if named := slices.DeleteFunc(slices.Clone(v.shownPeople), func(p Citizen) bool { return p.uuid() != req.hint }); len(named) > 0 {
		v.shownPeople = named // login_hint skips the user name
	}
	p := e.viewOf(r, v)
	p.describe(v.shownPeople)
	e.showStep(w, "person", v, p)
}

// eidentLanguage turns language into a language of the pages. The real broker's
// default is Norwegian, which these pages do not speak.
func eidentLanguage(sent string) string {
	switch sent {
	case "da_DK", "da-DK":
		return "da"
	default:
		return "en"
	}
}

// viewOf returns the parts that every page of a visit shows.
func (e *eident) viewOf(r *http.Request, v *eidentVisit) *view {
	p := newView(r, v.language)
	at := " " + e.snapshot().ServiceName
	p.Heading = p.T.Headings["login"] + at
	if p.Message = v.req.reference; v.req.transaction != "" {
		p.Heading, p.Message = p.T.Headings["approve"]+at, v.req.transaction
	}
	return p
}

// showStep shows a page and waits for its form.
func (e *eident) showStep(w http.ResponseWriter, name string, v *eidentVisit, p *view) {
	p.Visit = randomHex(16)
	put(e.b, e.visits, p.Visit, v, visitLife)
	e.b.pages.show(w, http.StatusOK, name, p)
}

// page takes a form of the fake's pages.
func (e *eident) page(w http.ResponseWriter, r *http.Request, form url.Values, s EIdentSettings) {
	v, ok := take(e.b, e.visits, form.Get("visit"))
	if !ok {
		e.b.ShowError(w, r, "this page has expired; start anew at the service")
		return
	}
	if cookie, err := r.Cookie(e.b.cookie(cookieBrowser)); err != nil || cookie.Value != v.browser {
		e.b.ShowError(w, r, "this page was opened in another browser, or cookies are blocked")
		return
	}
	switch form.Get("do") {
	case "person":
		i, err := strconv.Atoi(form.Get("citizen"))
		if err != nil || i < 0 || i >= len(v.shownPeople) {
			e.b.ShowError(w, r, "nobody was chosen")
			return
		}
		v.outcome = Approve(v.shownPeople[i])
	case "company":
		v.outcome.CVR, v.hasCompany = form.Get("company"), true
	case "cpr":
		v.typed(form, s)
	case "skip":
		v.outcome.HidesCPR, v.hasCPR = true, true
	default:
		v.outcome = Abort()
	}
	e.next(w, r, v, s)
}

// typed takes what was typed on the CPR page.
func (v *eidentVisit) typed(form url.Values, s EIdentSettings) {
	n, err := cpr.Parse(form.Get("cpr"))
	if err == nil && n == v.outcome.Citizen.CPR {
		v.outcome.Types, v.hasCPR = n, true
		return
	}
	if v.wrong++; v.wrong >= maxWrong {
		v.outcome = Fail(s.CPRError, "")
	}
}

// next shows the page that still misses an answer, or ends the visit.
func (e *eident) next(w http.ResponseWriter, r *http.Request, v *eidentVisit, s EIdentSettings) {
	o := v.outcome
	if o.Act != Approves {
		e.act(w, v.req, s, o)
		return
	}
	choice, free := o.Citizen.Companies, v.req.private()
	if v.req.business() && !v.hasCompany && (len(choice) > 1 || len(choice) == 1 && free) {
		p := e.viewOf(r, v)
		p.Companies, p.Optional = choice, free
		e.showStep(w, "company", v, p)
		return
	}
	lost := v.req.business() && !free && len(choice) == 0 // ends without a CPR page
	if v.req.asksCPR(s) && !v.hasCPR && !lost {
		p := e.viewOf(r, v)
		p.Wrong, p.MaySkip, p.Own = v.wrong > 0, s.CPROptional, o.Citizen.CPR.Reveal()
		e.showStep(w, "cpr", v, p)
		return
	}
	e.act(w, v.req, s, o)
}
