package web

import (
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// card is one questionnaire on the front page.
type card struct {
	Q      *survey.Questionnaire
	Record *survey.Record // nil if not begun
	Login  string         // where the MitID button leads; if empty, the person is logged in
	Action string         // a text, and Href where it leads
	Href   string
}

func (a *App) front(v *visit) error {
	begun := make(map[string]survey.Record)
	if v.account != "" {
		all, err := a.cfg.Store.Records(v.r.Context(), v.account)
		if err != nil {
			return err
		}
		for _, r := range all {
			begun[r.Questionnaire] = r
		}
	}
	var cards []card
	for i := range a.cfg.Questionnaires {
		q := &a.cfg.Questionnaires[i]
		c := card{Q: q, Action: "action.begin", Href: pageOf(q)}
		if v.account == "" {
			c.Login = loginHref(q, pageOf(q))
		}
		if r, ok := begun[q.Slug]; ok {
			c.Record = &r
			c.Action, c.Href = next(q, &r)
		}
		cards = append(cards, c)
	}
	title, err := survey.TextOf(v.lang, "front.title")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "front", view{Title: title, Content: struct {
		Cards []card
		Age   string // where a proof of age begins; empty if there is none
	}{cards, a.askAge()}})
}

// next returns what a person can do with a record: a text, and where it leads.
func next(q *survey.Questionnaire, r *survey.Record) (action, href string) {
	switch r.Status {
	case survey.StatusDraft:
		return "action.continue", pageOf(q)
	case survey.StatusAnswered:
		if q.Agreement == nil {
			return "action.followup", recordPage(r) + "/follow-up"
		}
	case survey.StatusToSign:
		return "action.sign", recordPage(r)
	}
	return "action.see", recordPage(r)
}

// pageOf is where questionnaire q is answered.
func pageOf(q *survey.Questionnaire) string { return "/questionnaires/" + q.Slug }

// recordPage is where record r is shown.
func recordPage(r *survey.Record) string { return "/records/" + r.ID }

// loginHref begins a login that comes back to path, and asks for the CPR number
// where questionnaire q needs it; q may be nil.
func loginHref(q *survey.Questionnaire, path string) string {
	login := "/login"
	if q != nil && q.CPR {
		login = "/login/cpr"
	}
	return login + "?" + url.Values{"return": {path}}.Encode()
}
