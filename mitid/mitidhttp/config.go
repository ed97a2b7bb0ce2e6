package mitidhttp

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// maxLifetime bounds Config.Lifetime: a session in a cookie cannot be called
// back, so it must end soon by itself, and what Ended knows is kept no longer.
const maxLifetime = 24 * time.Hour

const defaultLifetime = time.Hour

// Config configures a Gate. Client is required.
type Config struct {
	guarded

	// Client logs people in. Its RedirectURL decides about the cookies: https
	// gives Secure ones with the prefix __Host-, http (loopback only) plain ones
	// named after the port.
	Client *mitid.Client
	// Keys seal the session and what waits for the broker's answer, 32 bytes
	// each, newest first; older ones still open. Every replica needs the same
	// ones. What they seal belongs to one application (broker, issuer, client id,
	// scheme and host of RedirectURL), so another one with the same keys sees nobody.
	// If nil, a random key of this process, good for development only.
	Keys [][]byte `json:"-"`
	// Request is what Require asks for, its Level raised to Require's.
	Request mitid.Request
	// Locale chooses the language of the broker's and MitID's pages for a login
	// whose Request names none. If nil, it is as the browser asks.
	Locale func(*http.Request) mitid.Locale
	// Lifetime is how long a session lasts from the login on, used or not. If zero, it is
	// one hour. At most 24 hours.
	Lifetime time.Duration
	// OnLogin sees each completed login, each step-up, and each proof of age
	// (l.Age not nil, l.Identity empty, no session), a login before its session
	// begins: the place to find or make the user's profile and to store tokens and
	// evidence. An error refuses the login. What it takes out of l.Identity, such
	// as the CPR number, is not in the session either; who it is (Kind, Subject,
	// UUID, Level) must stay. It may set headers and cookies on w but must not
	// write an answer. If nil, nothing happens.
	OnLogin func(w http.ResponseWriter, r *http.Request, l *mitid.Login) error
	// Refused answers a login that failed. Use StatusOf, mitid.PublicText and
	// ReturnPath. If nil, the answer is a small page in Danish or English.
	Refused func(w http.ResponseWriter, r *http.Request, err error)
	// Home is the local path to go to after a login or logout that named none, as
	// browsers show it. If empty, PathPrefix and "/".
	Home string
	// LoggedOut is the local path to go to after a logout that named none, where a
	// page says that the person is logged out: mount Gate.LoggedOut there, or a page
	// of yours, and nothing that needs a login. If empty, Home.
	LoggedOut string
	// Login is the local path where Start is mounted, such as "/login". The pages of
	// this package lead there, with the MitID button. If empty, they lead to where
	// the person came from, with the button where a page behind Require is.
	Login string
	// Sessions keeps sessions on the server. If nil, a session is a sealed cookie.
	Sessions Sessions
	// Name is part of the names of the cookies, so that several gates can live under
	// one host: 1 to 32 letters, digits, "-" and "_", but neither "__" nor "http-" at
	// its beginning, which mean something to browsers. If empty, "mitid".
	Name string
	// PathPrefix is what a proxy takes from the path before the app sees it, such as
	// "/app". Return paths begin with it. What http.StripPrefix or a router takes
	// away needs no setting. If empty, the proxy takes nothing.
	PathPrefix string
	// OuterPath tells the path and query that the person's browser shows for r,
	// where PathPrefix cannot say it. A header that a proxy of yours sets, such as
	// X-Forwarded-Prefix, may be believed here, if nobody can reach the app but
	// through that proxy; nothing else believes one. An answer that is no path of
	// this site stands for Home. If nil, it is PathPrefix and the path of the request
	// line.
	OuterPath func(r *http.Request) string
	// Ended remembers the sessions that the broker's logout messages end. If nil, it is in
	// memory and capped, so that with several replicas only the one that got the
	// message knows; see ReceiveLogout.
	Ended Ended
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Logger gets one line for each refusal that the Client did not log itself,
	// without personal data. If nil, nothing is logged.
	Logger *slog.Logger
}

// Gate holds the handlers of one login. It is safe for concurrent use, keeps no
// state of anybody, and any number of replicas with the same keys are one.
type Gate struct {
	guarded
	boxes

	client        *mitid.Client
	rule          mitid.CallbackRule
	minLevel      claims.Level // under every session
	origin        string       // of the redirect address, as browsers write it
	request       mitid.Request
	locale        func(*http.Request) mitid.Locale
	lifetime      time.Duration
	onLogin       func(http.ResponseWriter, *http.Request, *mitid.Login) error
	hasOnLogin    bool // Config.OnLogin was set
	onRefused     func(http.ResponseWriter, *http.Request, error)
	home          string
	loggedOutPath string   // where a logout leads
	loginPath     string   // where Start is mounted; empty if unknown
	redirectURL   *url.URL // the Client's RedirectURL
	pathPrefix    string
	outerPath     func(*http.Request) string
	sessions      Sessions
	ended         Ended
	now           func() time.Time
	log           *slog.Logger
	cookieName    string // the session's name; pending ones have it as prefix
	secure        bool
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
	if cfg.Lifetime < 0 || cfg.Lifetime > maxLifetime {
		return bad("Config.Lifetime is not between 0 and 24 hours")
	}
	at, err := url.Parse(cfg.Client.RedirectURL())
	if err != nil {
		return bad("Config.Client has no redirect address")
	}
	g := &Gate{
		client: cfg.Client, rule: cfg.Client.Callback(), minLevel: cfg.Client.MinLevel(), origin: originOf(at), request: cfg.Request, locale: cfg.Locale,
		lifetime: cfg.Lifetime, onLogin: cfg.OnLogin, onRefused: cfg.Refused, home: "/", sessions: cfg.Sessions, ended: cfg.Ended, now: cfg.Now, log: cfg.Logger,
		redirectURL: at, outerPath: cfg.OuterPath, secure: at.Scheme == "https",
	}
	name := cmp.Or(cfg.Name, "mitid")
	if !isName(name) {
		return bad("Config.Name is not 1 to 32 letters, digits, hyphens and underscores")
	}
	g.cookieName = "__Host-" + name
	if !g.secure {
		// Browsers keep one jar for all ports of a host.
		g.cookieName = name + "-" + at.Port()
	}
	if at.Path == "" {
		at.Path = "/"
	}
	if cfg.PathPrefix != "" {
		prefix, ok := parsePathPrefix(cfg.PathPrefix)
		switch {
		case !ok:
			return bad("Config.PathPrefix is no path such as /app")
		case cfg.OuterPath != nil:
			return bad("Config.PathPrefix and Config.OuterPath are both set")
		}
		g.pathPrefix, g.home = prefix, prefix+"/"
	}
	if !g.secure && g.rule.Method == http.MethodPost {
		return bad("the broker posts its answer, which needs a Secure cookie: Config.Client must have an https RedirectURL")
	}
	if g.boxes, err = newBoxes(cfg.Keys, g.rule, g.origin, g.cookieName); err != nil {
		return bad("each of Config.Keys needs 32 bytes")
	}
	for _, p := range []struct {
		name, wanted string
		to           *string
	}{{"Home", cfg.Home, &g.home}, {"LoggedOut", cfg.LoggedOut, &g.loggedOutPath}, {"Login", cfg.Login, &g.loginPath}} {
		if p.wanted == "" {
			continue
		}
		local, ok := localPath(p.wanted)
		if !ok {
			return bad("Config." + p.name + " is no local path")
		}
		*p.to = local
	}
	if g.loggedOutPath == "" {
		g.loggedOutPath = g.home
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
	if g.onRefused == nil {
		g.onRefused = g.refusedAnswer
	}
	return g, nil
}

// isName reports whether s can be part of a cookie's name. A dot would run into
// the handles of pending logins.
func isName(s string) bool {
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	// Browsers refuse names with prefixes of theirs where the rest of the cookie does
	// not fit them (RFC 6265bis section 4.1.3): nobody could stay logged in.
	return s != "" && len(s) <= 32 && !strings.HasPrefix(s, "__") && !strings.HasPrefix(strings.ToLower(s), "http-")
}
