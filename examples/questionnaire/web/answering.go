package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// paper is one form in front of one person.
type paper struct {
	q     *survey.Questionnaire
	stage survey.Stage
	path  string         // of the page that shows it
	rec   *survey.Record // nil if not begun
}

// showFirst shows the first form, or what takes its place: the record when it is
// handed in, the way to the CPR number when that is missing.
func (a *App) showFirst(v *visit) error {
	p, err := a.firstPaper(v)
	if err != nil {
		return err
	}
	if p.rec != nil && p.rec.Status != survey.StageFirst.Step().From {
		return v.to(recordPage(p.rec))
	}
	switch ok, err := a.hasCPR(v, p.q); {
	case err != nil:
		return err
	case !ok:
		return v.askForCPR(p)
	}
	return a.showPaper(v, p)
}

func (a *App) takeFirst(v *visit) error {
	p, err := a.firstPaper(v)
	if err != nil {
		return err
	}
	switch ok, err := a.hasCPR(v, p.q); {
	case err != nil:
		return err
	case !ok:
		return v.askForCPR(p)
	}
	return a.takePaper(v, p)
}

func (a *App) firstPaper(v *visit) (*paper, error) {
	q, ok := survey.Find(a.cfg.Questionnaires, v.r.PathValue("slug"))
	if !ok {
		return nil, store.ErrNotFound
	}
	p := &paper{q: q, stage: survey.StageFirst, path: pageOf(q)}
	var err error
	if p.rec, err = a.cfg.Store.RecordFor(v.r.Context(), v.account, q.Slug); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return p, nil
}

// showFollowUp shows the follow-up of a record, or what takes its place.
func (a *App) showFollowUp(v *visit) error {
	p, err := a.secondPaper(v)
	if err != nil {
		return err
	}
	if p.rec.Status != survey.StageFollowUp.Step().From {
		return v.to(recordPage(p.rec))
	}
	switch ok, err := a.fresh(v, p); {
	case err != nil:
		return err
	case !ok:
		return v.askAgain(p)
	}
	return a.showPaper(v, p)
}

func (a *App) takeFollowUp(v *visit) error {
	p, err := a.secondPaper(v)
	if err != nil {
		return err
	}
	switch ok, err := a.fresh(v, p); {
	case err != nil:
		return err
	case !ok:
		return v.askAgain(p)
	}
	return a.takePaper(v, p)
}

func (a *App) secondPaper(v *visit) (*paper, error) {
	r, q, err := a.recordOf(v)
	if err != nil {
		return nil, err
	}
	return &paper{q: q, stage: survey.StageFollowUp, path: recordPage(r) + "/follow-up", rec: r}, nil
}

// takePaper keeps what somebody sent: handed in, or as a draft.
func (a *App) takePaper(v *visit, p *paper) error {
	if err := v.r.ParseForm(); err != nil {
		return asTooLong(err)
	}
	if v.r.PostForm.Get("owner") != v.owner() {
		return v.message(http.StatusConflict, message{Title: "message.other.title", Lead: "message.other.lead", Advice: "message.other.advice"})
	}
	action := v.r.PostForm.Get("action")
	hand := action == "hand"
	if l, ok := survey.ParseLang(strings.TrimPrefix(action, "lang-")); ok && !hand {
		v.lang = l
		chooseLang(v.w, l, a.secure)
	}
	given, problems := p.q.Form(p.stage).Read(v.r.PostForm, !hand)
	if len(problems) > 0 {
		return v.showForm(http.StatusUnprocessableEntity, p, given, problems, false)
	}
	then, err := a.follows(v, p, given, hand)
	if err != nil {
		return err
	}
	r, err := a.cfg.Store.Save(v.r.Context(), v.account, p.q.Slug, p.stage, given, hand, then)
	switch {
	case errors.Is(err, store.ErrClosed):
		return v.to(recordPage(r) + "?closed=1")
	case err != nil:
		return err
	case hand:
		a.hurry()
		return v.to(recordPage(r) + "/done")
	case action == "draft":
		return v.to(p.path + "?saved=1")
	}
	return v.to(p.path)
}

// owner marks a form as that of the person it was shown to. On a shared computer
// somebody else may log in, in another tab, before it is sent: their account must
// not get the answers.
func (v *visit) owner() string {
	sum := sha256.Sum256([]byte("owner of a form " + v.account))
	return hex.EncodeToString(sum[:8])
}

// showPaper shows a form with what was saved of it.
func (a *App) showPaper(v *visit, p *paper) error {
	given := survey.Answers{}
	if p.rec != nil {
		var err error
		if given, err = a.cfg.Store.Answers(v.r.Context(), p.q.Form(p.stage), p.rec.ID, p.stage); err != nil {
			return err
		}
	}
	return v.showForm(http.StatusOK, p, given, nil, v.r.URL.Query().Get("saved") != "")
}

func (v *visit) showForm(status int, p *paper, given survey.Answers, problems []survey.Problem, saved bool) error {
	f := p.q.Form(p.stage)
	content := formView{Owner: v.owner(), Q: p.q, Form: f, FollowUp: p.stage == survey.StageFollowUp, Saved: saved, Problems: problems}
	for i := range f.Questions {
		q := questionView{Question: &f.Questions[i], Given: given[f.Questions[i].ID]}
		for _, problem := range problems {
			if problem.Question == q.Question {
				q.Problem = problem.Text
			}
		}
		content.Questions = append(content.Questions, q)
	}
	title := p.q.Title.In(v.lang)
	if len(problems) > 0 {
		warning, err := survey.TextOf(v.lang, "form.problems")
		if err != nil {
			return err
		}
		title = warning + " · " + title
	}
	return v.show(status, "form", view{Title: title, Path: p.path, FormID: "answers", Content: content})
}

// formView is what the template of a form sees.
type formView struct {
	Owner           string
	Q               *survey.Questionnaire
	Form            *survey.Form
	FollowUp, Saved bool
	Problems        []survey.Problem
	Questions       []questionView
}

// questionView is a question with what was answered and what is wrong with it.
type questionView struct {
	*survey.Question
	Given   []string
	Problem string // a text of the table
}

// questionArgs is a question and the page it is on.
type questionArgs struct {
	View     view
	Question questionView
}

// Has reports whether value was given.
func (q questionView) Has(value string) bool {
	for _, g := range q.Given {
		if g == value {
			return true
		}
	}
	return false
}

// First returns the one value that was given, or nothing.
func (q questionView) First() string { return strings.Join(q.Given, "") }

// HasHint reports whether there is more to say than the question.
func (q questionView) HasHint() bool { return q.Hint != survey.Text{} }

// Top is the highest number of a scale.
func (q questionView) Top() string { return strconv.Itoa(survey.ScaleTop) }

// InputID names the i-th field of a question; the first one has the question's
// own ID, so that the list of problems can lead to it.
func (q questionView) InputID(i int) string {
	if i == 0 {
		return q.ID
	}
	return q.ID + "-" + strconv.Itoa(i+1)
}

// Described names what a screen reader reads after the question.
func (q questionView) Described() string {
	var ids []string
	if q.HasHint() {
		ids = append(ids, q.ID+"-hint")
	}
	if q.Problem != "" {
		ids = append(ids, q.ID+"-problem")
	}
	return strings.Join(ids, " ")
}

// asTooLong keeps the one error of a form that a person can mend; every other
// one is a page that our form did not send.
func asTooLong(err error) error {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return err
	}
	return store.ErrNotFound
}
