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
	zone   *time.Location
}

// person is who is logged in. Name is empty when MitID did not tell it.
type person struct{ Name string }

// parsePages reads the templates: each page inside the layout.
func parsePages() (map[string]*template.Template, error) {
	const layout = "templates/layout.html"
	funcs := template.FuncMap{"args": func(v view, q questionView) questionArgs { return questionArgs{v, q} }}
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := make(map[string]*template.Template)
	for _, name := range names {
		if name == layout {
			continue
		}
		t, err := template.New("page").Funcs(funcs).ParseFS(templates, layout, name)
		if err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return pages, nil
}

// complete fills in what all pages share.
func (v *view) complete(from *visit) {
	v.Lang, v.Demo, v.Post, v.zone = from.lang, from.app.cfg.Demo, from.app.Postman != nil, from.app.zone
	if v.Path == "" {
		v.Path = "/"
	}
	if from.session != nil {
		v.Person = &person{}
		if n := from.session.Identity.Name; n != nil {
			v.Person.Name = n.Full
		}
	}
}

// T returns a text of the table.
func (v view) T(key string, args ...any) (string, error) { return survey.TextOf(v.Lang, key, args...) }

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
