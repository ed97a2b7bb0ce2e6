package mitidtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/cpr"
)

// visit is a person in front of the fake's pages.
type visit struct {
	req         *request
	browser     string // the cookie that binds the visit to a browser
	outcome     Outcome
	hasCompany  bool   // decided, maybe for none
	hasCPR      bool   // decided, maybe to keep it
	wrong       int    // numbers that did not fit
	language    string // as the first page decided
	shownPeople []Citizen
}

// maxWrong is after how many wrong numbers the broker gives up.
const maxWrong = 3

// welcome shows the page where a human picks a citizen.
func (c *criipto) welcome(w http.ResponseWriter, r *http.Request, req *request, s Settings) {
	v := &visit{req: req, shownPeople: c.b.Citizens()}
	v.language, _ = language(r, req.params.Get("ui_locales"))
	if cookie, err := r.Cookie(c.b.cookie(cookieBrowser)); err == nil && len(cookie.Value) == 32 {
		v.browser = cookie.Value
	} else {
		v.browser = randomHex(16)
	}
	if again := slices.DeleteFunc(slices.Clone(v.shownPeople), func(p Citizen) bool { return p.uuid() != req.hint.uuid }); len(again) > 0 {
		v.shownPeople = again // re-authentication skips the user name
	}
	http.SetCookie(w, &http.Cookie{Name: c.b.cookie(cookieBrowser), Value: v.browser, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.b.cfg.TLS})
	p := c.viewOf(r, v, s)
	if len(req.acrs) > 1 {
		p.ACRs = req.acrs
	}
	if req.provesAge() {
		v.shownPeople = append(v.shownPeople, Teenager(c.b.Now()))
		p.describeAges(v.shownPeople, c.b.Now())
	} else {
		p.describe(v.shownPeople)
	}
	c.showStep(w, "person", v, p)
}

// describe puts people on the page, in its language.
func (p *view) describe(people []Citizen) {
	for i, who := range people {
		about := p.T.NoCPR
		if !who.CPR.IsZero() {
			about = who.CPR.Reveal()[:6] + "-" + who.CPR.Reveal()[6:]
		}
		for _, co := range who.Companies {
			about += ", " + co.Name
		}
		p.People = append(p.People, person{Index: i, First: i == 0, Name: or(who.Name, p.T.NoName), About: about, Shows: who.Shows.In(p.Lang)})
	}
}

// viewOf returns the parts that every page of a visit shows.
func (c *criipto) viewOf(r *http.Request, v *visit, s Settings) *view {
	p := newView(r, v.language)
	_, p.Message = v.req.hint.heading(s)
	p.Heading = p.T.Headings[v.req.hint.action] + " " + s.CompanyAlias
	if v.req.provesAge() {
		p.asksAge(ages(v.req.scopes, criiptoAgeOver))
	}
	return p
}

// showStep shows a page and waits for its form.
func (c *criipto) showStep(w http.ResponseWriter, name string, v *visit, p *view) {
	p.Visit = randomHex(16)
	put(c.b, c.visits, p.Visit, v, visitLife)
	c.b.pages.show(w, http.StatusOK, name, p)
}

// page takes a form of the fake's pages.
func (c *criipto) page(w http.ResponseWriter, r *http.Request, form url.Values, s Settings) {
	v, ok := take(c.b, c.visits, form.Get("visit"))
	if !ok {
		c.b.ShowError(w, r, "this page has expired; start anew at the service")
		return
	}
	switch cookie, err := r.Cookie(c.b.cookie(cookieBrowser)); {
	case err != nil:
		c.sendBack(w, v.req, s, ErrorPairs("MITID_NONCE_COOKIE_MISSING", ""))
		return
	case cookie.Value != v.browser:
		c.sendBack(w, v.req, s, ErrorPairs("MITID_NONCE_COOKIE_MALFORMED", ""))
		return
	}
	switch form.Get("do") {
	case "person":
		i, err := strconv.Atoi(form.Get("citizen"))
		if err != nil || i < 0 || i >= len(v.shownPeople) {
			c.b.ShowError(w, r, "nobody was chosen")
			return
		}
		v.outcome = Approve(v.shownPeople[i])
		if acr := form.Get("acr"); slices.Contains(v.req.acrs, acr) {
			v.req.acrs = []string{acr}
		}
	case "company":
		v.outcome.CVR, v.hasCompany = form.Get("company"), true
	case "cpr":
		v.typed(form, c)
	case "skip":
		v.outcome.HidesCPR, v.hasCPR = true, true
	default:
		v.outcome = Abort()
	}
	c.next(w, r, v, s)
}

// typed takes what was typed on the CPR page.
func (v *visit) typed(form url.Values, c *criipto) {
	n, err := cpr.Parse(form.Get("cpr"))
	if err == nil && n == v.outcome.Citizen.CPR {
		v.outcome.Types, v.outcome.Forgets, v.hasCPR = n, form.Get("remember") == "", true
		return
	}
	if v.wrong++; v.wrong >= maxWrong {
		v.outcome = Fail(c.snapshot().CPRError, "")
	}
}

// next shows the page that still misses an answer, or ends the visit.
func (c *criipto) next(w http.ResponseWriter, r *http.Request, v *visit, s Settings) {
	o := v.outcome
	if o.Act != Approves || v.req.provesAge() {
		c.act(w, r, v.req, s, o)
		return
	}
	var co *Company
	demanded := v.req.acrs[0] == acrBusiness || v.req.hint.business
	if demanded || v.req.hint.optional {
		choice := companies(&o.Citizen, v.req, s)
		if !v.hasCompany && (len(choice) > 1 || len(choice) == 1 && !demanded) {
			p := c.viewOf(r, v, s)
			p.Companies, p.Optional = choice, !demanded
			c.showStep(w, "company", v, p)
			return
		}
		if demanded || o.CVR != "" {
			co = ChooseCompany(choice, o.CVR)
		}
	}
	_, remembered := get(c.b, c.consents, o.Citizen.uuid())
	if asksCPR(v.req, s, co) && !v.hasCPR && !(remembered && !o.Citizen.CPR.IsZero()) && (co != nil || !demanded) {
		p := c.viewOf(r, v, s)
		p.Prefilled, p.Wrong, p.MaySkip = v.req.hint.sub, v.wrong > 0, s.CPROptional
		p.Own = o.Citizen.CPR.Reveal()
		c.showStep(w, "cpr", v, p)
		return
	}
	c.act(w, r, v.req, s, o)
}
