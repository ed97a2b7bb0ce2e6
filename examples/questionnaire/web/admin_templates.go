package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

func (a *App) listTemplates(v *visit) error {
	all, err := a.cfg.Store.Templates(v.r.Context())
	if err != nil {
		return err
	}
	return v.adminPage("admin_templates", "admin.templates", "/admin/templates", struct{ Templates []survey.Template }{all})
}

// templateForm is what the page of a template shows.
type templateForm struct {
	T        survey.Template
	New      bool
	Problems []survey.TemplateProblem
	Versions []survey.Template
	Deeds    []deedView
	Saved    bool
	// Questions are those that {{answer:…}} may name.
	Questions []questionFields
}

// questionFields are the questions of a questionnaire, each with its field.
type questionFields struct {
	Title survey.Text
	Asked []questionField
}

type questionField struct {
	Field string
	Text  survey.Text
}

// questionsOf returns the fields of all questions.
func questionsOf(qs []survey.Questionnaire) (all []questionFields) {
	for i := range qs {
		f, seen := questionFields{Title: qs[i].Title}, map[string]bool{}
		for _, s := range []survey.Stage{survey.StageFirst, survey.StageFollowUp} {
			for _, q := range qs[i].Form(s).Questions {
				if !seen[q.ID] {
					f.Asked = append(f.Asked, questionField{"{{answer:" + q.ID + "}}", q.Text})
				}
				seen[q.ID] = true
			}
		}
		all = append(all, f)
	}
	return all
}

// Kinds returns what a new template can be of.
func (templateForm) Kinds() []survey.TemplateKind { return survey.TemplateKinds() }

// Fields returns the fields that the template may have, as they are written.
func (f templateForm) Fields() (all []string) {
	for _, name := range f.T.Kind.Fields() {
		if name == "answer" {
			name = "answer:…"
		}
		all = append(all, "{{"+name+"}}")
	}
	return all
}

// Problem returns what is wrong with one field of the form.
func (f templateForm) Problem(field string) *survey.TemplateProblem {
	for i := range f.Problems {
		if f.Problems[i].Field == field {
			return &f.Problems[i]
		}
	}
	return nil
}

func (a *App) newTemplate(v *visit) error {
	return a.templatePage(v, http.StatusOK, templateForm{T: survey.Template{ID: rand.Text(), Kind: survey.LetterTemplate}, New: true})
}

func (a *App) showTemplate(v *visit) error {
	t, err := a.cfg.Store.Template(v.r.Context(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if l, ok := survey.ParseLang(v.r.URL.Query().Get("preview")); ok {
		if version, err := strconv.Atoi(v.r.URL.Query().Get("version")); err == nil {
			if t, err = a.cfg.Store.TemplateVersion(v.r.Context(), t.ID, version); err != nil {
				return err
			}
		}
		return a.preview(v, t, l)
	}
	return a.templatePage(v, http.StatusOK, templateForm{T: *t, Saved: v.r.URL.Query().Get("saved") != ""})
}

func (a *App) templatePage(v *visit, status int, f templateForm) error {
	if !f.New {
		var err error
		if f.Versions, err = a.cfg.Store.TemplateVersions(v.r.Context(), f.T.ID); err != nil {
			return err
		}
		if f.Deeds, err = a.deedsAbout(v, f.T.ID); err != nil {
			return err
		}
	}
	f.Questions = questionsOf(a.cfg.Questionnaires)
	title := "admin.template"
	if f.New {
		title = "admin.template.new"
	}
	return v.adminForm(status, "admin_template", title, adminPath+"/templates/"+f.T.ID, len(f.Problems) > 0, f)
}

// saveTemplate checks a template, and keeps it or shows how it will look.
func (a *App) saveTemplate(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return asTooLong(err)
	}
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.r.PostForm.Get(name), "\r\n", "\n"))
	}
	version, _ := strconv.Atoi(get("version")) // 0 if it is new
	f := templateForm{New: version == 0, T: survey.Template{ID: v.r.PathValue("id"), Kind: survey.TemplateKind(get("kind")), Name: get("name"), Version: version,
		Title: survey.Text{DA: get("title_da"), EN: get("title_en")}, Body: survey.Text{DA: get("body_da"), EN: get("body_en")}}}
	if !f.T.Kind.Known() || !madeHere(f.T.ID) && f.New {
		return store.ErrNotFound
	}
	f.Problems = f.T.Check(a.templateRules())
	used, err := a.unaskedWhereUsed(v, &f.T)
	if err != nil {
		return err
	}
	f.Problems = append(f.Problems, used...)
	if len(f.Problems) > 0 {
		return a.templatePage(v, http.StatusUnprocessableEntity, f)
	}
	if l, ok := survey.ParseLang(get("preview")); ok {
		return a.preview(v, &f.T, l)
	}
	err = a.cfg.Store.SaveTemplate(v.r.Context(), v.admin, &f.T)
	if errors.Is(err, store.ErrChanged) {
		f.Problems = []survey.TemplateProblem{{Field: "name", Text: "template.problem.changed"}}
		return a.templatePage(v, http.StatusConflict, f)
	}
	if err != nil {
		return err
	}
	return v.to("/admin/templates/" + f.T.ID + "?saved=1")
}

// unaskedWhereUsed finds questions that a template names, and that a questionnaire does not
// ask for which an action uses it.
func (a *App) unaskedWhereUsed(v *visit, t *survey.Template) (all []survey.TemplateProblem, err error) {
	actions, err := a.cfg.Store.Actions(v.r.Context())
	for _, one := range actions {
		if q, ok := survey.Find(a.cfg.Questionnaires, one.Questionnaire); ok && one.Template == t.ID {
			for _, question := range t.Unasked(q) {
				all = append(all, survey.TemplateProblem{Field: "body_" + string(v.lang), Text: "template.problem.used", Args: []any{"{{answer:" + question + "}}", q.Title.In(v.lang)}})
			}
		}
	}
	return all, err
}

// madeHere reports whether an ID is one that a form of ours brought.
func madeHere(id string) bool {
	return len(id) == len(rand.Text()) && !strings.ContainsFunc(id, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '2' || r > '7') })
}

func (a *App) templateRules() survey.TemplateRules {
	title := eboks.DefaultTitle
	if a.office != nil {
		if n := a.cfg.Post.Client().Capabilities().Limits.Title; n > 0 {
			title = min(n, title) // the signing service takes no more either
		}
	}
	return survey.TemplateRules{Questionnaires: a.cfg.Questionnaires, Title: title, Writable: func(s string) bool { return textletter.Writable(s) == nil }}
}

// preview answers with the PDF of a template, filled with made-up answers.
func (a *App) preview(v *visit, t *survey.Template, l survey.Lang) error {
	q := &a.cfg.Questionnaires[0]
	for i := range a.cfg.Questionnaires {
		if len(t.Unasked(&a.cfg.Questionnaires[i])) == 0 {
			q = &a.cfg.Questionnaires[i]
			break
		}
	}
	name, err := survey.TextOf(l, "template.preview.name")
	if err != nil {
		return err
	}
	facts := survey.Facts{At: a.cfg.Now(), Name: name, Q: q, Status: survey.StatusAnswered, Answers: map[survey.Stage]survey.Answers{survey.StageFirst: q.First.Example()}}
	if t.Kind == survey.InvitationTemplate {
		facts = survey.Facts{At: a.cfg.Now(), Q: q}
	}
	var pdf []byte
	if t.Kind == survey.DocumentTemplate {
		pdf, err = post.RenderAgreement(*t.Document(l, facts), "–", a.zone)
	} else {
		pdf, err = post.RenderLetter(t.Letter(l, facts), eboks.ID{}, a.cfg.PublicURL+linkPath+"eksempel", a.zone)
	}
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="preview.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(pdf)))
	h.Set("Cache-Control", "no-store")
	_, _ = v.w.Write(pdf) // the browser may have gone
	return nil
}

// templateNames returns the names of the templates of some kinds, by ID.
func (a *App) templateNames(v *visit, kinds ...survey.TemplateKind) (map[string]string, []survey.Template, error) {
	all, err := a.cfg.Store.Templates(v.r.Context())
	if err != nil {
		return nil, nil, err
	}
	names := map[string]string{}
	var some []survey.Template
	for _, t := range all {
		names[t.ID] = t.Name
		for _, k := range kinds {
			if t.Kind == k {
				some = append(some, t)
			}
		}
	}
	return names, some, nil
}
