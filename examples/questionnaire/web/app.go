package web

import (
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// Config is what the app is made of. All fields are required, except Ages, Demo
// and what is about letters and signing.
type Config struct {
	Broker         mitid.Broker
	Ages           mitid.Broker // proves ages; nil, or one that cannot: nobody is asked for theirs
	PublicURL      string       // where people reach the app: scheme and host, no path
	Store          *store.Store
	Keys           store.Keyring
	Questionnaires []survey.Questionnaire
	Assignments    []Assignment
	Identity       claims.Capacity
	Confirm        mitid.Action // the verb MitID shows where somebody confirms
	OwnLanguage    bool         // the broker takes no language from us
	Level          claims.Level
	Demo           bool        // tell everybody that MitID is imitated
	Characters     []Character // whom the imitated MitID offers
	// Post sends the letters, from tables beside those of Store; if nil, no letters are sent.
	Post      *outbox.Outbox
	Mailboxes string // address of the fake mailboxes; if empty, the post is no fake
	// Mailbox returns the address of a person's fake mailbox, empty where there is
	// none. Needed with Mailboxes.
	Mailbox func(cpr.Number) string
	// Signing has agreements signed; if nil, there are none. Make it with signdesk.Open.
	Signing   *signdesk.Desk
	SignEvery time.Duration // between two questions about an order; if zero, five minutes
	// Admins are the people who may administrate, by professional identity. If empty,
	// nobody may.
	Admins []Admin
	// DemoAdmin lets the next login at the fake broker be an administrator's; if nil, there
	// is no such button.
	DemoAdmin func()
	Now       func() time.Time
	Logger    *slog.Logger
}

// App holds the handlers of the questionnaire.
type App struct {
	cfg       Config
	secure    bool // the app is reached by https
	zone      *time.Location
	languages languages
	pages     map[string]*template.Template
	Gate      *mitidhttp.Gate
	ages      *ages        // nil if nobody is asked for their age
	office    *post.Office // nil if no letters are sent
	links     *readlink.Links
	planner   *post.Planner
	Inviter   *post.Inviter   // nil if no letters are sent
	Clerk     *signdesk.Clerk // nil if nothing is signed
	hook      http.Handler    // of the signing service's events
}

// New returns the app. It asks nobody for anything yet.
func New(cfg Config) (*App, error) {
	at, err := url.Parse(cfg.PublicURL)
	if err != nil || at.Host == "" || at.Path != "" {
		return nil, fmt.Errorf("the app's public address is not scheme and host")
	}
	a := &App{cfg: cfg, secure: at.Scheme == "https", languages: newLanguages()}
	if a.zone, err = time.LoadLocation("Europe/Copenhagen"); err != nil {
		return nil, err
	}
	if a.pages, err = parsePages(); err != nil {
		return nil, err
	}
	if err := a.openGate(); err != nil {
		return nil, err
	}
	if err := a.openAges(); err != nil {
		return nil, err
	}
	if cfg.Post != nil {
		if err := a.openLinks(); err != nil {
			return nil, err
		}
		a.office = post.NewOffice(cfg.Post, a.links.For, a.zone, cfg.Logger)
		a.Inviter = post.NewInviter(cfg.Store, a.office, cfg.Questionnaires, cfg.Logger)
	}
	a.planner = &post.Planner{Store: cfg.Store, Questionnaires: cfg.Questionnaires, Post: a.post(), Signs: cfg.Signing != nil}
	if cfg.Signing != nil {
		if err := a.openClerk(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// openGate makes the login.
func (a *App) openGate() error {
	stateKeys, err := a.cfg.Keys.Derive("mitid state")
	if err != nil {
		return err
	}
	sessionKeys, err := a.cfg.Keys.Derive("mitid session")
	if err != nil {
		return err
	}
	client, err := mitid.New(mitid.Config{
		Broker: a.cfg.Broker, RedirectURL: a.cfg.PublicURL + "/callback", StateKeys: stateKeys,
		MinLevel: a.cfg.Level, Now: a.cfg.Now, Logger: a.cfg.Logger,
	})
	if err != nil {
		return err
	}
	gate := mitidhttp.Config{
		Client: client, Keys: sessionKeys, Sessions: a.cfg.Store.Sessions(), Request: a.request(), OnLogin: a.onLogin, Refused: a.refused,
		Now: a.cfg.Now, Logger: a.cfg.Logger,
	}
	if !a.cfg.OwnLanguage {
		gate.Locale = func(r *http.Request) mitid.Locale { return localeOf(a.languages.of(r)) }
	}
	a.Gate, err = mitidhttp.New(gate)
	return err
}

// request is what an ordinary login asks for.
func (a *App) request() mitid.Request { return mitid.Request{Capacity: a.cfg.Identity} }

// session returns who is logged in.
func (a *App) session(r *http.Request) (*mitidhttp.Session, bool) {
	if s, ok := mitidhttp.FromContext(r.Context()); ok {
		return s, true
	}
	return a.Gate.Session(r)
}

// onLogin links a login to its account before the session begins. The CPR
// number goes into the vault and no further: not even into the session cookie.
func (a *App) onLogin(_ http.ResponseWriter, r *http.Request, l *mitid.Login) error {
	if done, err := a.arriveAdmin(r, l); done || err != nil {
		return err
	}
	set, drop := assign(a.cfg.Assignments, &l.Identity)
	account, shared, err := a.cfg.Store.Arrive(r.Context(), store.Arrival{
		Key:      store.AccountKey{Issuer: l.Issuer, Subject: l.Identity.Subject},
		Capacity: capacity(l.Identity.Capacity),
		Set:      set, Drop: drop, CPR: l.Identity.CPR, Post: a.post(),
	})
	if err != nil {
		a.cfg.Logger.ErrorContext(r.Context(), "login not linked", "error", err)
		return err
	}
	if !l.Identity.CPR.IsZero() {
		a.hurry() // letters may have waited for it
	}
	l.Identity.CPR = cpr.Number{}
	if shared {
		a.cfg.Logger.WarnContext(r.Context(), "two accounts of one broker hold the same CPR number; somebody should look", "account", account)
	}
	return nil
}

// capacity is the word for the capacity somebody logs in with.
func capacity(k claims.Capacity) string {
	switch k {
	case claims.CapacityPrivate:
		return "private"
	case claims.CapacityProfessional:
		return "professional"
	case claims.CapacitySignatory:
		return "signatory"
	}
	return "unknown"
}
