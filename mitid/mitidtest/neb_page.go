package mitidtest

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/cpr"
)

// nebVisit is a person in front of this broker's pages.
type nebVisit struct {
	req        *nebRequest
	old        *nebSession // who only meets the CPR page
	browser    string      // the cookie that binds the visit to a browser
	outcome    Outcome
	hasCompany bool // decided, maybe for none
	hasCPR     bool
	wrong      int
	language   string
	shown      []Citizen
}

// readPost reads the body of a POST within bounds: a form, or something else.
func readPost(w http.ResponseWriter, r *http.Request) (form url.Values, body []byte, err error) {
	if r.Method != http.MethodPost {
		return nil, nil, nil
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err = readForm(w, r)
		return form, nil, err
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	return nil, body, err
}

// welcome shows the page where a human picks a citizen, or the CPR page of a
// session.
func (n *neb) welcome(w http.ResponseWriter, r *http.Request, req *nebRequest, s NEBSettings, old *nebSession) {
	v := &nebVisit{req: req, old: old, shown: n.b.Citizens()}
	locale := req.params.Get("language")
	if locale == "kl" {
		locale = "da" // the fake's pages know no Greenlandic
	}
	v.language, _ = language(r, locale)
	if cookie, err := r.Cookie(n.b.cookie(cookieBrowser)); err == nil && len(cookie.Value) == 32 {
		v.browser = cookie.Value
	} else {
		v.browser = randomHex(16)
	}
	http.SetCookie(w, &http.Cookie{Name: n.b.cookie(cookieBrowser), Value: v.browser, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: n.b.cfg.TLS})
	if old != nil {
		v.outcome = Approve(old.citizen)
		n.next(w, r, v, s)
		return
	}
	if again := slices.DeleteFunc(slices.Clone(v.shown), func(p Citizen) bool { return p.uuid() != req.idp.mitid.uuid }); len(again) > 0 {
		v.shown = again // re-authentication skips the user name
	}
	p := n.viewOf(r, v)
	if req.provesAge() {
		v.shown = append(v.shown, Teenager(n.b.Now()))
		p.describeAges(v.shown, n.b.Now())
	} else {
		p.describe(v.shown)
	}
	n.showStep(w, "person", v, p)
}

// viewOf returns the parts that every page of a visit shows.
func (n *neb) viewOf(r *http.Request, v *nebVisit) *view {
	p := newView(r, v.language)
	m := &v.req.idp.mitid
	service := n.snapshot().ServiceName
	p.Heading = p.T.Headings[nebHeading(m.action)] + " " + service
	if raw, err := base64.StdEncoding.DecodeString(m.reference); err == nil {
		p.Message = string(raw)
	}
	if t := v.req.text; t != nil && t.kind != "pdf" {
		p.Message = strings.TrimSpace(p.Message + "\n\n" + string(t.raw))
	}
	p.Message = or(p.Message, service+" web")
	if v.req.provesAge() {
		p.asksAge(v.req.agesAsked())
	}
	return p
}

// nebHeading returns the key of an action's heading.
func nebHeading(action string) string {
	if w := strings.ToLower(action); headings[w] != "" {
		return w
	}
	return "login"
}

func (n *neb) showStep(w http.ResponseWriter, name string, v *nebVisit, p *view) {
	p.Visit = randomHex(16)
	put(n.b, n.visits, p.Visit, v, visitLife)
	n.b.pages.show(w, http.StatusOK, name, p)
}

// page takes a form of the fake's pages.
func (n *neb) page(w http.ResponseWriter, r *http.Request, form url.Values, s NEBSettings) {
	v, ok := take(n.b, n.visits, form.Get("visit"))
	if !ok {
		n.b.ShowError(w, r, "this page has expired; start anew at the service")
		return
	}
	if cookie, err := r.Cookie(n.b.cookie(cookieBrowser)); err != nil || cookie.Value != v.browser {
		n.sendError(w, v.req, "access_denied", "user_is_missing_cookies")
		return
	}
	switch form.Get("do") {
	case "person":
		i, err := strconv.Atoi(form.Get("citizen"))
		if err != nil || i < 0 || i >= len(v.shown) {
			n.b.ShowError(w, r, "nobody was chosen")
			return
		}
		v.outcome = Approve(v.shown[i])
	case "company":
		v.outcome.CVR, v.hasCompany = form.Get("company"), true
	case "cpr":
		v.typed(form, s)
	case "skip":
		v.outcome.HidesCPR, v.hasCPR = true, true
	default:
		v.outcome = Abort()
	}
	n.next(w, r, v, s)
}

// typed takes what was typed on the CPR page.
func (v *nebVisit) typed(form url.Values, s NEBSettings) {
	number, err := cpr.Parse(form.Get("cpr"))
	if err == nil && number == v.outcome.Citizen.CPR {
		v.outcome.Types, v.hasCPR = number, true
		return
	}
	if v.wrong++; v.wrong >= maxWrong {
		v.outcome = Fail("access_denied", s.WrongCPR)
	}
}

// next shows the page that still misses an answer, or ends the visit.
func (n *neb) next(w http.ResponseWriter, r *http.Request, v *nebVisit, s NEBSettings) {
	o := v.outcome
	if o.Act != Approves || v.req.provesAge() {
		n.act(w, r, v.req, s, o, v.old)
		return
	}
	erhverv := v.old == nil && slices.Contains(v.req.idps, "mitid_erhverv")
	optional := slices.Contains(v.req.idps, "mitid") || v.req.idp.allowPrivate
	if choice := o.Citizen.Companies; erhverv && !v.hasCompany && (len(choice) > 1 || len(choice) == 1 && optional) {
		p := n.viewOf(r, v)
		p.Companies, p.Optional = choice, optional
		n.showStep(w, "company", v, p)
		return
	}
	private := !erhverv || optional && o.CVR == ""
	if private && asksNEBCPR(v.req, s) && !v.hasCPR && !s.PublicProvider && !s.UninvitedCPR {
		p := n.viewOf(r, v)
		p.Prefilled, p.Wrong, p.MaySkip = v.req.idp.mitid.cpr, v.wrong > 0, s.CPRSkip
		p.Own = o.Citizen.CPR.Reveal()
		n.showStep(w, "cpr", v, p)
		return
	}
	n.act(w, r, v.req, s, o, v.old)
}
