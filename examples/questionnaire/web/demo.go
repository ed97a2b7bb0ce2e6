package web

import (
	"net/http"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// demoPath is where a demonstration says who its people are.
const demoPath = "/demo"

// Character is one of the people whom the imitated MitID offers.
type Character struct {
	Name  string      // empty if it is protected
	Shows survey.Text // what logging in as them shows
}

// demoPage is what the template of that page sees.
type demoPage struct {
	Characters []Character
	Mailboxes  string // the fake mailboxes; empty if there are none
	Signs      bool   // there are agreements to sign
}

func (a *App) showDemo(v *visit) error {
	title, err := survey.TextOf(v.lang, "demo.title")
	if err != nil {
		return err
	}
	content := demoPage{Characters: a.cfg.Characters, Signs: a.Clerk != nil}
	if a.cfg.Mailboxes != "" {
		content.Mailboxes = a.cfg.Mailboxes + "?lang=" + string(v.lang)
	}
	return v.show(http.StatusOK, "demo", view{Title: title, Path: demoPath, Content: content})
}
