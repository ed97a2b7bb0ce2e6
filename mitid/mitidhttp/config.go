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

// maxLifetime bounds Config.Lifetime. A session in a cookie cannot be revoked, so it
// must end soon by itself, and Ended remembers a logout for no longer.
const maxLifetime = 24 * time.Hour

const defaultLifetime = time.Hour

// Config configures a Gate. Client is required.
type Config struct {
	guarded

	// Client logs people in. If its RedirectURL is https, cookies are Secure and have
	// the prefix __Host-. If it is http (on loopback only), they are not Secure and have
	// the port in their names.
	Client *mitid.Client
	// Keys seal sessions and pending logins. Each is 32 bytes. The first seals; all of
	// them open, so put a new key in front. Every replica needs the same keys. A sealed
	// value belongs to one application (broker, issuer, client id, scheme and host of
	// RedirectURL): another application cannot open it, even with the same keys. If nil,
	// Keys is one random key of this process, which is good for development only.
	Keys [][]byte `json:"-"`
	// Request is what Require asks the broker for. Its Level is raised to that of
	// Require.
	Request mitid.Request
	// Locale chooses the language of the broker's and MitID's pages for a login whose
	// Request names none. If nil, the broker chooses by what the browser accepts.
	Locale func(*http.Request) mitid.Locale
	// Lifetime is how long a session lasts after the login. Use does not prolong it. If
	// zero, it is one hour. It is at most 24 hours.
	Lifetime time.Duration
	// OnLogin is called for each completed login and step-up before its session begins,
	// and for each proof of age (l.Age is not nil, l.Identity is empty, no session
	// begins). It is the place to find or create the user's profile and to store tokens
	// and evidence. If it returns an error, the login is refused. It may remove facts
	// from l.Identity, such as the CPR number, and the session does not hold them either.
	// It must not change who logged in: Capacity, Subject, UUID and Level. It may set
	// headers and cookies on w but must not write an answer. If nil, nothing is called.
	OnLogin func(w http.ResponseWriter, r *http.Request, l *mitid.Login) error
	// Refused answers a login that failed. Use StatusOf, mitid.PublicText and
	// ReturnPath. If nil, the answer is a small page in Danish or English, or a problem
	// document (RFC 9457) for a request that does not ask for HTML.
	Refused func(w http.ResponseWriter, r *http.Request, err error)
	// Home is the path to return to after a login or logout whose request named none, as
	// browsers show it. If empty, it is PathPrefix and "/".
	Home string
	// LoggedOut is the path to return to after a logout whose request named none. Mount
	// Gate.LoggedOut there, or a page of your own that needs no login. If empty, it is
	// Home.
	LoggedOut string
	// Login is the path where Start is mounted, such as "/login". The MitID button on
	// the pages of this package leads there. If empty, those pages link to the return
	// path, and show the button if Require protects it.
	Login string
	// Sessions keeps sessions on the server. If nil, a session is a sealed cookie.
	Sessions Sessions
	// Name is part of the cookies' names, so that one host can have several gates. It
	// is 1 to 32 letters, digits, "-" and "_". It does not begin with "__" or "http-",
	// to which browsers give a meaning. If empty, it is "mitid".
	Name string
	// PathPrefix is the prefix that a proxy removes from the path, such as "/app".
	// Return paths begin with it. A prefix that http.StripPrefix or a router removes
	// needs no setting. If empty, the proxy removes nothing.
	PathPrefix string
	// OuterPath returns path and query of r as the person's browser shows them. It is
	// for what PathPrefix cannot express. It may use a header that your proxy sets, such
	// as X-Forwarded-Prefix, if the app cannot be reached except through that proxy;
	// this package uses no such header by itself. If the result is no path of this site,
	// it counts as Home. If nil, OuterPath is PathPrefix and what the request line holds.
	OuterPath func(r *http.Request) string
	// Ended remembers the sessions that the broker's logout messages ended. If nil, it
	// is a bounded memory of this process: of several replicas, only the one that
	// received a message knows of it. See ReceiveLogout.
	Ended Ended
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Logger gets one line, without personal data, for each refusal that the Client has
	// not logged. If nil, nothing is logged.
	Logger *slog.Logger
}

// Gate makes the handlers of one application's login. It is safe for concurrent use.
// It keeps no state of any person, so several replicas with the same keys act as one.
type Gate struct {
	guarded
	boxes

	client        *mitid.Client
	rule          mitid.CallbackRule
	minLevel      claims.Level // that every session has at least
	origin        string       // of redirectURL, as browsers write it
	request       mitid.Request
	locale        func(*http.Request) mitid.Locale
	lifetime      time.Duration
	onLogin       func(http.ResponseWriter, *http.Request, *mitid.Login) error
	hasOnLogin    bool // Config.OnLogin was set
	onRefused     func(http.ResponseWriter, *http.Request, error)
	home          string
	loggedOutPath string   // Config.LoggedOut or home
	loginPath     string   // where Start is mounted; empty if unknown
	redirectURL   *url.URL // the Client's RedirectURL
	pathPrefix    string
	outerPath     func(*http.Request) string
	sessions      Sessions
	ended         Ended
	now           func() time.Time
	log           *slog.Logger
	cookieName    string // of the session; names of other cookies begin with it
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
		return bad("Config.Request has an Age: a proof of age begins no session, so Require would ask for it without end; use Start")
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
		// Browsers share cookies between the ports of a host.
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

// isName reports whether s can be part of a cookie's name. A dot is none, because it
// separates the name from the handle of a pending login.
func isName(s string) bool {
	for _, c := range s {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	// Browsers give a meaning to these prefixes and refuse a cookie whose attributes do
	// not match it (RFC 6265bis section 4.1.3).
	return s != "" && len(s) <= 32 && !strings.HasPrefix(s, "__") && !strings.HasPrefix(strings.ToLower(s), "http-")
}
