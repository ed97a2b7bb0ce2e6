package web

import (
	"embed"
	"net/http"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

//go:embed assets
var assets embed.FS

// Handler returns the app as one handler. Every address is in this table.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", a.open(a.front))
	mux.Handle("GET /assets/", a.files())
	mux.Handle("GET /assets/mitid-button.css", mitidhttp.Stylesheet())
	mux.Handle("GET /language/{language}", http.HandlerFunc(a.chooseLanguage))
	mux.Handle("GET /ready", http.HandlerFunc(a.ready))

	mux.Handle("GET /login", a.Gate.Start(a.request()))
	confirmAgain := a.request()
	confirmAgain.Fresh, confirmAgain.Action = true, a.cfg.Confirm
	mux.Handle("GET /confirm/again", a.Gate.StepUp(confirmAgain))
	if a.wantsCPR() {
		withCPR, confirmCPR := a.request(), a.request()
		withCPR.CPR = mitid.CPRRequired
		confirmCPR.CPR, confirmCPR.Action = mitid.CPRRequired, a.cfg.Confirm
		mux.Handle("GET /login/cpr", a.Gate.Start(withCPR))
		mux.Handle("GET /confirm/cpr", a.Gate.StepUp(confirmCPR))
	}
	mux.Handle("/callback", a.Gate.Callback())
	mux.Handle("POST /logout", a.Gate.Logout())
	a.samlRoutes(mux)

	if a.ages != nil {
		mux.Handle("GET "+agePath, a.open(a.showAge))
		mux.Handle("GET "+askAgePath, a.ages.gate.Start(mitid.Request{Age: adult}))
		mux.Handle(AgeCallback, a.ages.gate.Callback())
	}

	if a.cfg.Demo {
		mux.Handle("GET "+demoPath, a.open(a.showDemo))
	}
	mux.Handle("GET "+loggedOutPath, a.open(a.loggedOut))
	mux.Handle("GET "+backAgainPath, a.member(a.loggedOnAgain))

	mux.Handle("GET /questionnaires/{slug}", a.oneLogin(a.member(a.showFirst)))
	mux.Handle("POST /questionnaires/{slug}", a.member(a.takeFirst))
	mux.Handle("GET /records/{id}", a.member(a.showRecord))
	mux.Handle("GET /records/{id}/done", a.member(a.showDone))
	mux.Handle("GET /records/{id}/follow-up", a.member(a.showFollowUp))
	mux.Handle("POST /records/{id}/follow-up", a.member(a.takeFollowUp))
	mux.Handle("GET /answers", a.member(a.listAnswers))
	if a.office != nil {
		mux.Handle("GET /letters", a.member(a.listLetters))
		mux.Handle("GET /letters/{id}", a.member(a.showLetter))
		mux.Handle("GET /letters/{id}/pdf", a.member(a.showDocument))
		if a.cfg.Mailboxes != "" {
			mux.Handle("GET "+mailboxPath, a.member(a.openMailbox))
		}
		mux.Handle("GET "+linkPath, a.links.Handler(a.open(a.showOpened)))
	}
	if a.Clerk != nil {
		a.signingRoutes(mux)
	}
	mux.Handle("GET /profile", a.member(a.showProfile))
	a.adminRoutes(mux)
	mux.Handle("/", a.open(func(*visit) error { return store.ErrNotFound }))

	return a.recorded(a.secured(a.sameOrigin(mux)))
}

// member is open for people who are logged in; others are led to MitID first.
func (a *App) member(do func(*visit) error) http.Handler {
	return a.Gate.Require(a.cfg.Level)(a.open(func(v *visit) error {
		if v.account == "" { // the session outlived the account
			return errNoAccount
		}
		return do(v)
	}))
}

// oneLogin spares somebody who follows a link to a questionnaire with CPR number
// the second approval: their first login asks for it.
func (a *App) oneLogin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, _ := survey.Find(a.cfg.Questionnaires, r.PathValue("slug"))
		if _, ok := a.session(r); !ok && q != nil && q.CPR {
			http.Redirect(w, r, loginHref(q, pageOf(q)), http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// wantsCPR reports whether the app has a use for CPR numbers. There are brokers that tell none.
func (a *App) wantsCPR() bool {
	return a.office != nil || len(survey.WithoutCPR(a.cfg.Questionnaires)) < len(a.cfg.Questionnaires)
}

func (a *App) files() http.Handler {
	next := http.FileServerFS(assets)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		next.ServeHTTP(w, r)
	})
}

// ready tells a load balancer whether the app can work.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.cfg.Store.Ping(r.Context()); err != nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// chooseLanguage keeps the language that somebody chose and leads back.
func (a *App) chooseLanguage(w http.ResponseWriter, r *http.Request) {
	if l, ok := survey.ParseLang(r.PathValue("language")); ok {
		chooseLang(w, l, a.secure)
	}
	http.Redirect(w, r, localPath(r.URL.Query().Get("return")), http.StatusSeeOther)
}
