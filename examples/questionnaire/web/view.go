package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

//go:embed templates/*.html
var templates embed.FS

// view is what a template sees: Content is the page's own.
type view struct {
	Title   string // as text
	Path    string // of this page, for the language switch
	FormID  string // the form that the language switch must save first
	Content any
	Waiting bool // for news: see news.go

	Lang   survey.Lang
	Demo   bool
	Post   bool // letters are sent
	Person *person
	Admin  *adminView // on pages for administrators
	// Administered says that there are administrators.
	Administered bool
	zone         *time.Location
	now          time.Time
}

// adminView is the administrator who is logged in, and what there is to administrate.
type adminView struct {
	Name           string
	Letters, Signs bool
}

// person is who is logged in. Name is empty when MitID did not tell it.
type person struct{ Name string }

// parsePages reads the templates: each page inside the layout.
func parsePages() (map[string]*template.Template, error) {
	const layout, parts = "templates/layout.html", "templates/admin_parts.html"
	funcs := template.FuncMap{
		"args":  func(v view, q questionView) questionArgs { return questionArgs{v, q} },
		"pair":  func(v view, one any) pair { return pair{View: v, One: one} },
		"wrong": func(v view, field string, problems map[string]string) pair { return pair{v, problems[field], field} },
		"lang": func(v view, f templateForm, lang, title, body string) templateLanguage {
			return templateLanguage{v, f, lang, title, body}
		},
	}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template)
	for _, name := range names {
		if name == layout || name == parts {
			continue
		}
		t, err := template.New("page").Funcs(funcs).ParseFS(templates, layout, parts, name)
		if err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return pages, nil
}

// complete fills in what all pages share.
func (v *view) complete(from *visit) {
	v.Lang, v.Demo, v.Post, v.zone = from.lang, from.app.cfg.Demo, from.app.office != nil, from.app.zone
	if v.Path == "" {
		v.Path = "/"
	}
	v.now, v.Administered = from.app.cfg.Now(), len(from.app.cfg.Admins) > 0
	if from.admin != nil {
		v.Admin = &adminView{from.admin.Name, from.app.office != nil, from.app.Clerk != nil}
		return
	}
	if from.session != nil {
		v.Person = &person{}
		if n := from.session.Identity.Name; n != nil {
			v.Person.Name = n.Full
		}
	}
}

// T returns a text of the table. The arguments may come as one list.
func (v view) T(key string, args ...any) (string, error) {
	if len(args) == 1 {
		if all, ok := args[0].([]any); ok {
			args = all
		}
	}
	return survey.TextOf(v.Lang, key, args...)
}

// In returns a text in the page's language.
func (v view) In(t survey.Text) string { return t.In(v.Lang) }

// Other is the language to switch to.
func (v view) Other() survey.Lang { return v.Lang.Other() }

// Status returns the word for a status.
func (v view) Status(s survey.Status) (string, error) { return v.T("status." + string(s)) }

// When writes a time for people.
func (v view) When(t time.Time) string { return v.Lang.When(t, v.zone) }

// Day writes the day of a time for people.
func (v view) Day(t time.Time) string { return v.Lang.Day(t.In(v.zone)) }

// Machine writes a time for the datetime attribute.
func (v view) Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// NoScriptEvery is how often a page that waits is loaded anew where there is no script.
func (v view) NoScriptEvery() int { return noScriptEvery }

// MitIDSubmit returns the MitID button of a form that begins a login.
func (v view) MitIDSubmit() template.HTML {
	return mitidhttp.SubmitButton(mitid.LogOn, localeOf(v.Lang))
}

// MitID returns the MitID button: login or confirm.
func (v view) MitID(action, href string) (template.HTML, error) {
	switch action {
	case "login":
		return mitidhttp.Button(mitid.LogOn, localeOf(v.Lang), href), nil
	case "confirm":
		return mitidhttp.Button(mitid.Confirm, localeOf(v.Lang), href), nil
	}
	return "", fmt.Errorf("no MitID button %q", action)
}
