package web

import (
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// confirmView is the page that explains why MitID is needed once more.
type confirmView struct {
	Q     *survey.Questionnaire
	CPR   bool
	Title string // a text of the table
	Href  string
}

// hasCPR reports whether q may be answered: it needs no CPR number, or the
// profile has it already.
func (a *App) hasCPR(v *visit, q *survey.Questionnaire) (bool, error) {
	if !q.CPR {
		return true, nil
	}
	_, ok, err := a.cfg.Store.CprSetAt(v.r.Context(), v.account)
	return ok, err
}

// fresh reports whether the person has used their MitID since they answered,
// where the follow-up demands it.
func (a *App) fresh(v *visit, p *paper) (bool, error) {
	if !p.q.FreshFollowUp {
		return true, nil
	}
	history, err := a.cfg.Store.History(v.r.Context(), p.rec.ID)
	if err != nil {
		return false, err
	}
	answered, ok := survey.Since(history, survey.StatusAnswered)
	return ok && v.session.LoggedInAt.After(answered), nil
}

func (v *visit) askForCPR(p *paper) error {
	return v.ask(p, confirmView{Q: p.q, CPR: true, Title: "confirm.cpr.title", Href: "/confirm/cpr"})
}

func (v *visit) askAgain(p *paper) error {
	return v.ask(p, confirmView{Q: p.q, Title: "confirm.fresh.title", Href: "/confirm/again"})
}

// ask explains and offers the button. A form that was posted is not lost
// silently: the answer is 403, and the page to go back to is still there.
func (v *visit) ask(p *paper, c confirmView) error {
	title, err := survey.TextOf(v.lang, c.Title)
	if err != nil {
		return err
	}
	c.Href += "?" + url.Values{"return": {p.path}}.Encode()
	status := http.StatusOK
	if v.r.Method == http.MethodPost {
		status = http.StatusForbidden
	}
	return v.show(status, "confirm", view{Title: title, Path: p.path, Content: c})
}
