package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// actionRow is an action as the list shows it.
type actionRow struct {
	survey.Action
	Q        string // title of the questionnaire
	Template string // its name
	First    bool   // at its status: nothing is before it
}

func (a *App) listActions(v *visit) error {
	all, err := a.cfg.Store.Actions(v.r.Context())
	if err != nil {
		return err
	}
	names, _, err := a.templateNames(v)
	if err != nil {
		return err
	}
	type group struct {
		Q    string
		Rows []actionRow
	}
	var groups []group
	for i := range a.cfg.Questionnaires {
		q := &a.cfg.Questionnaires[i]
		g := group{Q: q.Title.In(v.lang)}
		for _, s := range survey.ActionStatuses() {
			first := true
			for _, one := range all {
				if one.Questionnaire == q.Slug && one.Status == s {
					g.Rows = append(g.Rows, actionRow{one, g.Q, names[one.Template], first})
					first = false
				}
			}
		}
		groups = append(groups, g)
	}
	return v.adminPage("admin_actions", "admin.actions", "/admin/actions", struct{ Groups []group }{groups})
}

// The ways in which an action finds its recipient, as the form sends them.
const (
	toField = "field" // the CPR field of the person
	toTyped = "typed" // a number that is typed in
)

// actionForm is what the page of an action shows.
type actionForm struct {
	A              survey.Action
	New            bool
	Saved          bool
	Problems       map[string]string // texts of the table, by field
	Missing        string            // questions that the template names and the questionnaire does not ask
	Questionnaires []survey.Questionnaire
	Letters        []survey.Template
	Documents      []survey.Template
	Field          string // the property that holds the CPR number
	Deeds          []deedView
}

// Statuses returns the statuses at which something can happen.
func (actionForm) Statuses() []survey.Status { return survey.ActionStatuses() }

func (a *App) newAction(v *visit) error {
	return a.actionPage(v, http.StatusOK, actionForm{New: true, A: survey.Action{ID: rand.Text(), Kind: survey.SendLetter, Status: survey.StatusAnswered, On: true}})
}

func (a *App) showAction(v *visit) error {
	one, err := a.cfg.Store.Action(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.actionPage(v, http.StatusOK, actionForm{A: *one, Saved: v.r.URL.Query().Get("saved") != ""})
}

func (a *App) actionPage(v *visit, status int, f actionForm) error {
	var err error
	if _, f.Letters, err = a.templateNames(v, survey.LetterTemplate); err != nil {
		return err
	}
	if _, f.Documents, err = a.templateNames(v, survey.DocumentTemplate); err != nil {
		return err
	}
	title := "admin.action.new"
	if !f.New {
		title = "admin.action"
		if f.Deeds, err = a.deedsAbout(v, f.A.ID); err != nil {
			return err
		}
	}
	f.Questionnaires = a.cfg.Questionnaires
	for _, as := range a.cfg.Assignments {
		if as.Claim == claimCPR {
			f.Field = as.Property
		}
	}
	return v.adminForm(status, "admin_action", title, adminPath+"/actions/"+f.A.ID, len(f.Problems) > 0, f)
}

// saveAction checks an action and keeps it. The number that was typed in is sealed at once,
// and no page shows it again.
func (a *App) saveAction(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return asTooLong(err)
	}
	get := func(name string) string { return strings.TrimSpace(v.r.PostForm.Get(name)) }
	f := actionForm{Problems: map[string]string{}, A: survey.Action{ID: v.r.PathValue("id"), Questionnaire: get("questionnaire"), Status: survey.Status(get("status")),
		Kind: survey.ActionKind(get("kind")), Template: get("template"), On: true}}
	before, err := a.cfg.Store.Action(v.r.Context(), f.A.ID)
	switch {
	case errors.Is(err, store.ErrNotFound) && madeHere(f.A.ID):
		f.New = true
	case err != nil:
		return err
	default:
		f.A.On, f.A.Position = before.On, before.Position
	}
	f.A.Typed = f.A.Kind == survey.SendLetter && get("to") == toTyped
	number := a.checkAction(&f, get("number"), before)
	if err := a.checkTemplateOf(v, &f); err != nil {
		return err
	}
	if len(f.Problems) > 0 {
		return a.actionPage(v, http.StatusUnprocessableEntity, f)
	}
	if err := a.cfg.Store.SaveAction(v.r.Context(), v.admin, &f.A, number); err != nil {
		return err
	}
	return v.to("/admin/actions/" + f.A.ID + "?saved=1")
}

// checkAction looks at everything but the template, and returns the number that was typed
// in: zero if there is none, or it is wrong.
func (a *App) checkAction(f *actionForm, typed string, before *survey.Action) (number cpr.Number) {
	if _, ok := survey.Find(a.cfg.Questionnaires, f.A.Questionnaire); !ok {
		f.Problems["questionnaire"] = "problem.missing.choice"
	}
	known := false
	for _, s := range survey.ActionStatuses() {
		known = known || s == f.A.Status
	}
	switch {
	case !known:
		f.Problems["status"] = "problem.missing.choice"
	case f.A.Kind == survey.AskSignature && !f.A.Status.MayAskSignature():
		f.Problems["status"] = "action.problem.sign"
	}
	if f.A.Kind != survey.AskSignature && f.A.Kind != survey.SendLetter {
		f.Problems["kind"] = "problem.missing.choice"
	}
	if !f.A.Typed {
		if typed != "" && f.A.Kind == survey.SendLetter {
			f.Problems["number"] = "action.problem.choose" // a letter to the wrong one would be worse
		}
		return cpr.Number{}
	}
	if typed == "" {
		if before == nil || !before.Typed {
			f.Problems["number"] = "action.problem.number.missing"
		}
		return cpr.Number{}
	}
	number, err := cpr.Parse(typed)
	if err != nil {
		f.Problems["number"] = "action.problem.number"
		return cpr.Number{}
	}
	if number.RequireOrdinary() != nil {
		f.Problems["number"] = "action.problem.replacement"
		return cpr.Number{}
	}
	return number
}

// checkTemplateOf looks at the template, and whether another action asks for a signature.
func (a *App) checkTemplateOf(v *visit, f *actionForm) error {
	want := survey.LetterTemplate
	if f.A.Kind == survey.AskSignature {
		want = survey.DocumentTemplate
		second, err := a.secondSignature(v, &f.A)
		if err != nil {
			return err
		}
		if second && f.A.On {
			f.Problems["kind"] = "action.problem.second"
		}
	}
	t, err := a.cfg.Store.Template(v.r.Context(), f.A.Template)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || t.Kind != want {
		f.Problems["template"] = "action.problem.template." + string(want)
		return nil
	}
	if q, ok := survey.Find(a.cfg.Questionnaires, f.A.Questionnaire); ok {
		if missing := t.Unasked(q); len(missing) > 0 {
			f.Problems["template"], f.Missing = "action.problem.unasked", strings.Join(missing, ", ")
		}
	}
	return nil
}

// secondSignature reports whether another action asks for a signature at the same status. A
// record waits for one at a time.
func (a *App) secondSignature(v *visit, one *survey.Action) (bool, error) {
	others, err := a.cfg.Store.ActionsAt(v.r.Context(), one.Questionnaire, one.Status)
	return slices.ContainsFunc(others, func(o survey.Action) bool {
		return o.ID != one.ID && o.Kind == survey.AskSignature && one.Kind == survey.AskSignature
	}), err
}

func (a *App) turnAction(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return asTooLong(err)
	}
	one, err := a.cfg.Store.Action(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	second, err := a.secondSignature(v, one)
	if err != nil {
		return err
	}
	if second && v.r.PostForm.Get("on") == "1" {
		return a.actionPage(v, http.StatusConflict, actionForm{A: *one, Problems: map[string]string{"kind": "action.problem.second"}})
	}
	if err := a.cfg.Store.TurnAction(v.r.Context(), v.admin, v.r.PathValue("id"), v.r.PostForm.Get("on") == "1"); err != nil {
		return err
	}
	return v.to("/admin/actions")
}

func (a *App) raiseAction(v *visit) error {
	if err := a.cfg.Store.RaiseAction(v.r.Context(), v.admin, v.r.PathValue("id")); err != nil {
		return err
	}
	return v.to("/admin/actions")
}
