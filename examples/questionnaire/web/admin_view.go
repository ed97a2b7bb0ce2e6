package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// adminPage answers with a page for administrators, whose title is a text of the table.
func (v *visit) adminPage(name, title, path string, content any) error {
	return v.adminForm(http.StatusOK, name, title, path, false, content)
}

// adminForm is adminPage with a status; wrong says that the person has something to mend.
func (v *visit) adminForm(status int, name, title, path string, wrong bool, content any) error {
	said, err := survey.TextOf(v.lang, title)
	if err != nil {
		return err
	}
	if wrong {
		warning, err := survey.TextOf(v.lang, "admin.problems")
		if err != nil {
			return err
		}
		said = warning + " · " + said
	}
	if !strings.HasPrefix(path, adminPath) {
		path = adminPath
	}
	return v.show(status, name, view{Title: said, Path: path, Content: content})
}

// Ago says how long ago t was.
func (v view) Ago(t time.Time) (string, error) {
	age := max(v.now.Sub(t), 0)
	switch {
	case age < time.Minute:
		return v.T("admin.ago.now")
	case age < time.Hour:
		return v.T("admin.ago.minutes", int(age/time.Minute))
	case age < 48*time.Hour:
		return v.T("admin.ago.hours", int(age/time.Hour))
	}
	return v.T("admin.ago.days", int(age/(24*time.Hour)))
}

// Name is the name of a person, or the word for one that is not known.
func (v view) Name(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	return v.T("admin.noname")
}

// Section names the part of the administrators' pages that a page belongs to.
func (v view) Section(path string) bool {
	return v.Path == path || path != adminPath && strings.HasPrefix(v.Path, path+"/")
}

// deedView is what an administrator did, as the pages show it.
type deedView struct {
	store.Deed
	Href string // of what it was done to; empty if there is no page
}

// Text names the text that says what was done.
func (d deedView) Text() string { return "deed." + strings.ReplaceAll(d.What, " ", "_") }

// deedsAbout returns what was done to some things, the newest first.
func (a *App) deedsAbout(v *visit, about ...string) ([]deedView, error) {
	all, err := a.cfg.Store.Deeds(v.r.Context(), about...)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b store.Deed) int { return b.At.Compare(a.At) })
	shown := make([]deedView, len(all))
	for i, d := range all {
		shown[i] = deedView{d, a.pageAbout(d)}
	}
	return shown, nil
}

// pageAbout is where the thing is that a deed is about.
func (a *App) pageAbout(d store.Deed) string {
	switch d.What {
	case store.DeedTemplate:
		return "/admin/templates/" + d.About
	case store.DeedAction, store.DeedOn, store.DeedOff:
		return "/admin/actions/" + d.About
	case store.DeedInvite:
		return "/admin/invitations/" + d.About
	case store.DeedRelease, store.DeedGiveUp, store.DeedRetry:
		return "/admin/letters/" + d.About
	case store.DeedRemind, store.DeedCancel:
		return "/admin/signatures/" + d.About
	}
	return ""
}

// titleOf is the title of a questionnaire, or its slug if the app does not have it.
func (a *App) titleOf(v *visit, slug string) string {
	if q, ok := survey.Find(a.cfg.Questionnaires, slug); ok {
		return q.Title.In(v.lang)
	}
	return slug
}

// pair is a part of a page, and the page it is on. Field names the field of a form.
type pair struct {
	View  view
	One   any
	Field string
}

// templateLanguage is a template in one language, as its form shows it.
type templateLanguage struct {
	View              view
	Form              templateForm
	Lang, Title, Body string
}
