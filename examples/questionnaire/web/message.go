package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// message is a page that tells somebody what happened and what to do. Title,
// Lead and Advice name texts of the table; Said is a lead that came as text.
type message struct {
	Title, Lead, Advice string
	Said                string
	Calm                bool                  // nothing is wrong: a person changed their mind, or time went by
	Again               string                // where a new login begins; if empty, no such button
	Tab                 string                // where a new login begins in another tab, because this one holds a form
	Retry               string                // where to try again without one
	On                  string                // where to go on, as nothing need be tried again
	Instead             *survey.Questionnaire // what to answer instead
	Kept                *kept                 // a form that came too late
	Key                 string                // what the settings would call the person
}

func (v *visit) message(status int, m message) error {
	title, err := survey.TextOf(v.lang, m.Title)
	if err != nil {
		return err
	}
	if m.Said == "" {
		if m.Said, err = survey.TextOf(v.lang, m.Lead); err != nil {
			return err
		}
	}
	return v.show(status, "message", view{Title: title, Content: m})
}

// refused answers a login that did not succeed, in the person's language. An
// earlier session is still there.
func (a *App) refused(w http.ResponseWriter, r *http.Request, refusal error) {
	v, err := a.visit(w, r)
	if err == nil {
		status := mitidhttp.StatusOf(refusal)
		if _, ok := errors.AsType[errNoAdmin](refusal); ok {
			status = http.StatusForbidden
		}
		err = v.message(status, a.explain(v, refusal))
	}
	if err != nil {
		v.fail(err)
	}
}

// explain finds the words for a refusal and the way on.
func (a *App) explain(v *visit, refusal error) message {
	back := mitidhttp.ReturnPath(v.r.Context())
	m := message{Title: "message.login.title", Said: mitid.PublicText(refusal, localeOf(v.lang)), Advice: "message.again.advice"}
	if v.session != nil {
		m.Title, m.Retry = "message.confirm.title", back
	} else {
		m.Again = loginHref(a.asked(back), back)
		if path, _, _ := strings.Cut(back, "?"); strings.HasPrefix(path, linkPath) {
			m.Again = path // which begins the login that it needs
		} else if path == adminPath {
			m.Again = adminLoginPath
		}
	}
	if no, ok := errors.AsType[errNoAdmin](refusal); ok {
		m := message{Title: "admin.refused.title", Lead: "admin.refused.lead", Advice: "admin.refused.advice", Key: no.entry, Again: adminLoginPath}
		if no.entry == "" {
			m.Lead, m.Advice = "admin.refused.employee", ""
		}
		return m
	}
	switch mitid.KindOf(refusal) {
	case mitid.UserCancelled, mitid.BrokerDeclined:
		m.Calm = mitid.KindOf(refusal) == mitid.UserCancelled
		// At some brokers whoever has no number can only cancel.
		if q := a.asked(back); q != nil && q.CPR {
			m.Advice, m.Instead = "message.cancel.cpr", a.withoutCPR()
		}
	case mitid.ClaimMissing:
		m.Calm = true // having no number is nobody's mistake
		m.Title, m.Lead, m.Said, m.Advice = "message.cpr.title", "message.cpr.lead", "", "message.cpr.advice"
		if m.Instead = a.withoutCPR(); strings.HasPrefix(back, "/letters/") {
			m.Lead, m.Advice, m.Instead = "message.cpr.letter", "message.cpr.letter.advice", nil
		} else if strings.HasPrefix(back, linkPath) {
			m.Lead, m.Advice, m.Instead = "message.cpr.link", "message.cpr.letter.advice", nil
		} else if a.cfg.Identity == claims.CapacityEither {
			m.Advice = "message.cpr.business"
		}
	case mitid.StateInvalid, mitid.Replay:
		if v.session == nil {
			m.Advice = "message.cookies.advice"
			break
		}
		// They went back to an address that has done its work, or took long to confirm.
		m = message{Title: "message.still.title", Lead: "message.still.lead", Calm: true, On: back}
	case mitid.BrokerUnavailable, mitid.Throttled:
		m.Advice = "message.later.advice"
	case mitid.AssuranceTooLow:
		m.Advice = "message.level.advice"
	case mitid.InteractionRequired: // a form that came after the session had ended
		m = message{Title: "message.ended.title", Lead: "message.ended.lead", Advice: "message.ended.advice", Calm: true,
			Tab: backAgainPath, Kept: keep(v.r)}
	case mitid.InputInvalid, mitid.ConfigInvalid, mitid.Unsupported:
		m.Advice, m.Again, m.Retry = "", "", "" // trying again changes nothing
	}
	return m
}

// kept is a form that was sent after the session had ended. The page holds it, so
// that it can be sent once more.
type kept struct {
	Path   string
	Fields []field
}

type field struct{ Name, Value string }

// keep returns the form that r sends, or nil.
func keep(r *http.Request) *kept {
	if r.Method != http.MethodPost || r.ParseForm() != nil || len(r.PostForm) == 0 {
		return nil
	}
	k := &kept{Path: r.URL.Path}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, value := range r.PostForm[name] {
			k.Fields = append(k.Fields, field{name, value})
		}
	}
	return k
}

// The pages that say what has just happened, after a detour to the broker.
const (
	loggedOutPath = "/logged-out"
	backAgainPath = "/logged-on"
)

// loggedOut is where a logout ends.
func (a *App) loggedOut(v *visit) error {
	if v.session != nil { // somebody went back, or logged on again in another tab
		return v.to("/")
	}
	return v.message(http.StatusOK, message{Title: "message.out.title", Lead: "message.out.lead", Advice: "message.out.advice", Calm: true,
		Again: loginHref(nil, "/")})
}

// loggedOnAgain ends a login that another tab waits for.
func (a *App) loggedOnAgain(v *visit) error {
	return v.message(http.StatusOK, message{Title: "message.on.title", Lead: "message.on.lead", Calm: true})
}

// asked returns the questionnaire that path leads to, or nil.
func (a *App) asked(path string) *survey.Questionnaire {
	slug, _ := strings.CutPrefix(path, "/questionnaires/")
	q, _ := survey.Find(a.cfg.Questionnaires, slug)
	return q
}

// withoutCPR returns the first questionnaire that anybody can answer, or nil.
func (a *App) withoutCPR() *survey.Questionnaire {
	for i := range a.cfg.Questionnaires {
		if !a.cfg.Questionnaires[i].CPR {
			return &a.cfg.Questionnaires[i]
		}
	}
	return nil
}
