package mitidhttp

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/seal"
	"github.com/dkeid/dkeid/mitid"
)

// maxLifetime bounds Config.Lifetime: a session in a cookie cannot be called
// back, so it must end soon by itself.
const maxLifetime = 24 * time.Hour

const defaultLifetime = time.Hour

// Config configures a Gate. Client is required.
type Config struct {
	guarded

	// Client logs people in. Its RedirectURL decides about the cookies: https
	// gives Secure ones with the prefix __Host-, http (loopback only) plain ones
	// named after the port.
	Client *mitid.Client
	// Keys seal the session and what waits for the broker's answer, 32 octets
	// each, newest first; older ones still open. Every replica needs the same
	// ones. Nil: a random key of this process, good for development only.
	Keys [][]byte `json:"-"`
	// Request is what Require asks for, its Level raised to Require's.
	Request mitid.Request
	// Locale chooses the language of the broker's and MitID's pages for a login
	// whose Request names none. Nil: as the browser asks.
	Locale func(*http.Request) mitid.Locale
	// Lifetime is how long a session lasts from the login on, used or not. Zero:
	// one hour. At most 24 hours.
	Lifetime time.Duration
	// OnLogin sees each completed login, each step-up, and each proof of age
	// (l.Age not nil, l.Identity empty, no session), a login before its session
	// begins: the place to find or make the user's profile and to store tokens and
	// evidence. An error refuses the login. What it takes out of l.Identity, such
	// as the CPR number, is not in the session either; who it is (Kind, Subject,
	// UUID, Level) must stay. It may set headers and cookies on w but must not
	// write an answer. Nil: nothing happens.
	OnLogin func(w http.ResponseWriter, r *http.Request, l *mitid.Login) error
	// Refused answers a login that failed. Use StatusOf, mitid.PublicText and
	// ReturnPath. Nil: a small page in Danish or English.
	Refused func(w http.ResponseWriter, r *http.Request, err error)
	// Home is the local path to go to after a login or logout that named none.
	// Empty: "/".
	Home string
	// Ended remembers the sessions that the broker's logout messages end. Nil: in
	// memory and capped, so that with several replicas only the one that got the
	// message knows; see ReceiveLogout.
	Ended Ended
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
	// Logger gets one line for each refusal that the Client did not log itself,
	// without personal data. Nil: none.
	Logger *slog.Logger
}

// Gate holds the handlers of one login. It is safe for concurrent use, keeps no
// state of anybody, and any number of replicas with the same keys are one.
type Gate struct {
	guarded

	client   *mitid.Client
	rule     mitid.CallbackRule
	session  *seal.Box
	pending  *seal.Box
	request  mitid.Request
	locale   func(*http.Request) mitid.Locale
	lifetime time.Duration
	onLogin  func(http.ResponseWriter, *http.Request, *mitid.Login) error
	refused  func(http.ResponseWriter, *http.Request, error)
	home     string
	ended    Ended
	now      func() time.Time
	log      *slog.Logger

	hasOnLogin bool // Config.OnLogin was set

	cookie string // the session's name; pending ones have it as prefix
	secure bool
}

// New returns a Gate. It does no I/O. Errors: mitid.ErrConfigInvalid, naming the
// field.
func New(cfg Config) (*Gate, error) {
	bad := func(why string) (*Gate, error) {
		return nil, &mitid.Error{Kind: mitid.ConfigInvalid, Op: "new gate", Why: why}
	}
	if cfg.Client == nil {
		return bad("Config.Client is missing")
	}
	if cfg.Request.Age != 0 {
		return bad("Config.Request has an Age: a proof of age begins no session, so Require would ask again and again; use Start")
	}
	session, err := seal.New("mitidhttp session", cfg.Keys)
	if err != nil {
		return bad("each of Config.Keys needs 32 octets")
	}
	pending, err := seal.New("mitidhttp pending", cfg.Keys)
	if err != nil {
		return bad("each of Config.Keys needs 32 octets")
	}
	if cfg.Lifetime < 0 || cfg.Lifetime > maxLifetime {
		return bad("Config.Lifetime is not between 0 and 24 hours")
	}
	at, err := url.Parse(cfg.Client.RedirectURL())
	if err != nil {
		return bad("Config.Client has no redirect address")
	}
	g := &Gate{
		client: cfg.Client, rule: cfg.Client.Callback(), session: session, pending: pending, request: cfg.Request, locale: cfg.Locale,
		lifetime: cfg.Lifetime, onLogin: cfg.OnLogin, refused: cfg.Refused, home: "/", ended: cfg.Ended, now: cfg.Now, log: cfg.Logger,
		cookie: "__Host-mitid", secure: at.Scheme == "https",
	}
	if !g.secure {
		// Browsers keep one jar for all ports of a host.
		g.cookie = "mitid-" + at.Port()
	}
	if !g.secure && g.rule.Method == http.MethodPost {
		return bad("the broker posts its answer, which needs a Secure cookie: Config.Client must have an https RedirectURL")
	}
	if cfg.Home != "" {
		home, ok := localPath(cfg.Home)
		if !ok {
			return bad("Config.Home is no local path")
		}
		g.home = home
	}
	if g.lifetime == 0 {
		g.lifetime = defaultLifetime
	}
	if g.now == nil {
		g.now = time.Now
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if g.ended == nil {
		g.ended = newMemoryEnded()
	}
	if g.locale == nil {
		g.locale = func(*http.Request) mitid.Locale { return mitid.LocaleDefault }
	}
	g.hasOnLogin = g.onLogin != nil
	if g.onLogin == nil {
		g.onLogin = func(http.ResponseWriter, *http.Request, *mitid.Login) error { return nil }
	}
	if g.refused == nil {
		g.refused = refusedPage
	}
	return g, nil
}
