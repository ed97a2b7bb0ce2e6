package main

import (
	"net/http"
	"net/url"
)

// card is one questionnaire on the front page.
type card struct {
	Q      *questionnaire
	Record *record // nil if not begun
	Login  string  // where the MitID button leads; if empty, the person is logged in
	Action string  // a text, and Href where it leads
	Href   string
}

func (a *app) front(v *visit) error {
	begun := make(map[string]record)
	if v.account != "" {
		all, err := a.cfg.Store.records(v.r.Context(), v.account)
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
		c := card{Q: q, Action: "action.begin", Href: q.path()}
		if v.account == "" {
			c.Login = loginHref(q, q.path())
		}
		if r, ok := begun[q.Slug]; ok {
			c.Record = &r
			c.Action, c.Href = next(q, &r)
		}
		cards = append(cards, c)
	}
	title, err := textOf(v.lang, "front.title")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "front", view{Title: title, Content: struct {
		Cards []card
		Age   string // where a proof of age begins; empty if there is none
	}{cards, a.askAge()}})
}

// next returns what a person can do with a record: a text, and where it leads.
func next(q *questionnaire, r *record) (action, href string) {
	switch r.Status {
	case statusDraft:
		return "action.continue", q.path()
	case statusAnswered:
		if q.Agreement == nil {
			return "action.followup", r.path() + "/follow-up"
		}
	case statusToSign:
		return "action.sign", r.path()
	}
	return "action.see", r.path()
}

func (q *questionnaire) path() string { return "/questionnaires/" + q.Slug }

func (r *record) path() string { return "/records/" + r.ID }

// loginHref begins a login that comes back to path, and asks for the CPR number
// where questionnaire q needs it; q may be nil.
func loginHref(q *questionnaire, path string) string {
	login := "/login"
	if q != nil && q.CPR {
		login = "/login/cpr"
	}
	return login + "?" + url.Values{"return": {path}}.Encode()
}
