package mitidtest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Pages is one login that a human clicks through on the fake's pages: who they
// are, for which company they act, their CPR number. A dialect fills it in from a
// request and calls [Broker.ShowPages].
type Pages struct {
	Locales string // the languages that the request wishes, as ui_locales has them
	Action  string // the key of the heading: login, approve, confirm, accept, sign; any other is login
	Service string // as in "Log on at Acme"
	Message string // what MitID's app would show
	Ages    []int  // of a proof of age; empty for a login
	// Documents are what the person signs: the title of each, and its address on this host,
	// to which the page links.
	Documents Pairs
	UUID      string // of the person who is to log in again; they alone are shown
	// Methods are ways to log in. The page offers them when there are more than one, and
	// Choose is called with the choice.
	Methods []string
	Choose  func(method string)
	// Known is the person who has logged in already. If nil, the first page asks who logs
	// in.
	Known *Citizen
	// Companies returns those that the person may act for, and whether they may be
	// private instead. The page is shown where there is something to choose. If nil, the
	// page is never shown.
	Companies func(o Outcome) (choice []Company, optional bool)
	// CPR returns the CPR page for the person who did o so far, or nil if there is none. If
	// CPR itself is nil, there never is one.
	CPR func(o Outcome) *CPRPage
	// WrongCPR returns what three wrong numbers lead to. If nil, they cancel the login.
	WrongCPR func() Outcome
	// OtherBrowser answers a form that comes from another browser, or from one without
	// cookies. If nil, the page tells the person so.
	OtherBrowser func(w http.ResponseWriter, r *http.Request, noCookies bool)
	// End carries out what the person did.
	End func(w http.ResponseWriter, r *http.Request, o Outcome)
}

// CPRPage is what the CPR page offers.
type CPRPage struct {
	Prefilled string
	MaySkip   bool // the person may go on without a number
}

// visit is a person in front of the pages.
type visit struct {
	Pages
	browser    string // the cookie that binds the visit to a browser
	outcome    Outcome
	hasCompany bool   // decided, maybe for none
	hasCPR     bool   // decided, maybe to keep it
	wrong      int    // numbers that did not fit
	language   string // as the first page decided
	people     []Citizen
	of         *entry     // the record of the login
	tampering  *Tampering // that was chosen on the page
}

// maxWrong is after how many wrong numbers the broker gives up.
const maxWrong = 3

// visitLife is how long a page waits for its form, by the clock of the fake.
const visitLife = 15 * time.Minute

// cookieBrowser binds a visit to a browser.
const cookieBrowser = "mitidtest-browser"

// ShowPages shows the page where a human picks a citizen, or the first page of a
// person who is known.
func (b *Broker) ShowPages(w http.ResponseWriter, r *http.Request, s Pages) {
	v := &visit{Pages: s, people: b.Citizens(), browser: b.Cookie(r, cookieBrowser), of: turnOf(r).of}
	v.language, _ = language(r, s.Locales)
	if len(v.browser) != 32 {
		v.browser = fakehttp.RandomHex(16)
	}
	b.SetCookie(w, cookieBrowser, v.browser)
	if s.Known != nil {
		if ruled := b.acts(v, Approve(*s.Known), nameOf(*s.Known)+" is logged in already"); ruled {
			b.finish(w, r, v)
			return
		}
		b.nextPage(w, r, v)
		return
	}
	if again := slices.DeleteFunc(slices.Clone(v.people), func(p Citizen) bool { return p.MitIDUUID(nil) != s.UUID }); len(again) > 0 {
		v.people = again // nobody else may answer
	}
	p := v.view(r)
	p.Tamperings = b.onPage(len(s.Ages) > 0)
	if len(s.Methods) > 1 {
		p.Methods = s.Methods
	}
	if len(s.Ages) > 0 {
		v.people = append(v.people, Teenager(b.Now()))
		p.describeAges(v.people, b.Now())
	} else {
		p.describe(v.people)
	}
	b.showStep(w, r, "person", v, p)
}

// view returns the parts that every page of a visit shows.
func (v *visit) view(r *http.Request) *view {
	p := newView(r, v.language)
	p.Message, p.Documents = v.Message, v.Pages.Documents
	action := v.Action
	if p.T.Headings[action] == "" {
		action = "login"
	}
	p.Heading = p.T.Headings[action] + " " + v.Service
	if len(v.Ages) > 0 {
		p.asksAge(v.Ages)
	}
	return p
}

// showStep shows a page and waits for its form, unless somebody has decided elsewhere.
func (b *Broker) showStep(w http.ResponseWriter, r *http.Request, name string, v *visit, p *view) {
	if b.decidedElsewhere(w, r, v) {
		return
	}
	p.Visit, p.Nonce, p.Decided = fakehttp.RandomHex(16), fakehttp.RandomHex(16), pathDecided
	p.offerFailures(b.profile.Failures)
	b.writeTo(v.of, "the browser shows the page: "+name, func(e *entry, now time.Time) { e.asked, e.until = true, now.Add(visitLife) })
	b.visits.Put(p.Visit, v, visitLife)
	b.pages.Show(w, http.StatusOK, name, p, fakehttp.Policy+"; script-src 'nonce-"+p.Nonce+"'; connect-src 'self'")
}

// decidedElsewhere carries out what Decide said of the login, if it did. It reports whether
// it has answered.
func (b *Broker) decidedElsewhere(w http.ResponseWriter, r *http.Request, v *visit) bool {
	o, ok := b.fromOutside(v.of)
	if !ok {
		return false
	}
	b.acts(v, o, "decided from outside of the browser: "+o.words())
	b.finish(w, r, v)
	return true
}

// acts takes what the person of a visit does. It reports whether a rule decides the rest.
func (b *Broker) acts(v *visit, o Outcome, by string) (ruled bool) {
	v.outcome, ruled = b.said(v.of, o, by)
	return ruled
}

// finish ends a visit.
func (b *Broker) finish(w http.ResponseWriter, r *http.Request, v *visit) {
	if v.tampering != nil && v.outcome.Act == Approves {
		b.Apply(*v.tampering)
	}
	v.End(w, r, v.outcome)
}

// takeForm takes a form of the pages.
func (b *Broker) takeForm(w http.ResponseWriter, r *http.Request, form url.Values) {
	v, ok := b.visits.Take(form.Get("visit"))
	if !ok {
		b.ShowError(w, r, "this page has expired; start again at the service")
		return
	}
	turnOf(r).of = v.of
	if browser := b.Cookie(r, cookieBrowser); browser != v.browser {
		if v.OtherBrowser == nil {
			b.ShowError(w, r, "this page was opened in another browser, or cookies are blocked")
			return
		}
		v.OtherBrowser(w, r, browser == "")
		return
	}
	if b.decidedElsewhere(w, r, v) {
		return
	}
	switch form.Get("do") {
	case "tamper":
		if v.tampering = b.chosenTampering(form, len(v.Ages) > 0); v.tampering == nil {
			b.ShowError(w, r, "no tampering was chosen")
			return
		}
		fallthrough
	case "person":
		i, err := strconv.Atoi(form.Get("citizen"))
		if err != nil || i < 0 || i >= len(v.people) {
			b.ShowError(w, r, "nobody was chosen")
			return
		}
		if method := form.Get("acr"); slices.Contains(v.Methods, method) {
			v.Choose(method)
		}
		if b.acts(v, Approve(v.people[i]), nameOf(v.people[i])+" was picked on the page") {
			b.finish(w, r, v)
			return
		}
	case "fail":
		o, ok := b.chosenFailure(form)
		if !ok {
			b.ShowError(w, r, "no failure was chosen")
			return
		}
		b.acts(v, o, "the person chose on the page: "+o.words())
	case "company":
		v.outcome.CVR, v.hasCompany = form.Get("company"), true
	case "cpr":
		b.typed(v, form)
	case "skip":
		v.outcome.HidesCPR, v.hasCPR = true, true
	default:
		b.acts(v, Abort(), "the person pressed cancel")
	}
	b.nextPage(w, r, v)
}

// typed takes what was typed on the CPR page.
func (b *Broker) typed(v *visit, form url.Values) {
	n, err := cpr.Parse(form.Get("cpr"))
	if err == nil && n == v.outcome.Citizen.CPR {
		v.outcome.Types, v.outcome.Forgets, v.hasCPR = n, form.Get("remember") == "", true
		return
	}
	b.writeTo(v.of, "a CPR number was typed that is not the person's", nil)
	if v.wrong++; v.wrong >= maxWrong {
		o := Abort()
		if v.WrongCPR != nil {
			o = v.WrongCPR()
		}
		b.acts(v, o, "three wrong CPR numbers on the page: "+o.words())
	}
}

// nextPage shows the next page that has a question left, or ends the visit.
func (b *Broker) nextPage(w http.ResponseWriter, r *http.Request, v *visit) {
	o := v.outcome
	if o.Act != Approves || len(v.Ages) > 0 {
		b.finish(w, r, v)
		return
	}
	if v.Companies != nil && !v.hasCompany {
		if choice, optional := v.Companies(o); len(choice) > 1 || len(choice) == 1 && optional {
			p := v.view(r)
			p.Companies, p.Optional = choice, optional
			b.showStep(w, r, "company", v, p)
			return
		}
	}
	if v.CPR != nil && !v.hasCPR {
		if page := v.CPR(o); page != nil {
			p := v.view(r)
			p.Prefilled, p.MaySkip, p.Wrong = page.Prefilled, page.MaySkip, v.wrong > 0
			p.Own = o.Citizen.CPR.Reveal()
			b.showStep(w, r, "cpr", v, p)
			return
		}
	}
	b.finish(w, r, v)
}
