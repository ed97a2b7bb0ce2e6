package mitid

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/seal"
)

// defaultLifetime is the default of Config.Lifetime. MitID's own session ends after 15
// minutes at the latest.
const defaultLifetime = 15 * time.Minute

// Config configures a Client. Broker and RedirectURL are required.
type Config struct {
	guarded

	// Broker is the adapter, such as the one criipto.New returns.
	Broker Broker
	// RedirectURL is where the broker sends the answer. It equals, character by
	// character, what is registered at the broker. It is https, or http on a loopback
	// address.
	RedirectURL string
	// StateKeys seal pending logins. Each is 32 bytes. The first seals; all of them open,
	// so put a new key in front. Every replica needs the same keys. Another application
	// (client id or RedirectURL) cannot open what is sealed, even with the same keys. If
	// nil, StateKeys is one random key of this process, which is good for development
	// only.
	StateKeys [][]byte `json:"-"`
	// MinLevel is the lowest level of every login. If zero, it is claims.Substantial.
	MinLevel claims.Level
	// Lifetime is how long a login may be pending, at most 24 hours. If zero, it is 15
	// minutes.
	Lifetime time.Duration
	// Once makes sure that an answer is used once. If nil, it is a bounded set in memory:
	// each of several replicas then accepts an answer once, and only the broker's
	// one-time code prevents a second use in another replica.
	Once Once
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Logger gets one line for each refusal, without personal data. If nil, nothing is logged.
	Logger *slog.Logger
}

// Once remembers which logins have been answered.
type Once interface {
	// Use reports whether handle is used for the first time, and remembers it until
	// expires. Of concurrent calls with the same handle exactly one returns true.
	Use(ctx context.Context, handle string, expires time.Time) (first bool, err error)
}

// Client logs people in through one broker. It is safe for concurrent use. It keeps no
// state of a login, except whether its answer has been used, and the tokens that have
// passed VerifyToken.
type Client struct {
	broker   Broker
	rule     CallbackRule
	redirect string
	box      *seal.Box
	minLevel claims.Level
	lifetime time.Duration
	once     Once
	now      func() time.Time
	log      *slog.Logger
	passed   *tokenMemory

	randomKeys bool // Config.StateKeys was nil
}

// New returns a Client. It does no I/O. Errors: ErrConfigInvalid, naming the
// field.
func New(cfg Config) (*Client, error) {
	bad := func(why string) (*Client, error) {
		return nil, &Error{Kind: ConfigInvalid, Op: "new", Why: why}
	}
	if cfg.Broker == nil {
		return bad("Config.Broker is missing")
	}
	rule := cfg.Broker.Callback()
	if rule.Method != http.MethodGet && rule.Method != http.MethodPost || rule.State == "" || rule.Name == "" {
		return bad("Config.Broker returns a CallbackRule without Name, Method or State")
	}
	if why := returnURLProblem(cfg.RedirectURL); why != "" {
		return bad("Config.RedirectURL " + why)
	}
	// Broker and issuer are not part of the key. Complete compares them, and reports a
	// mix-up of two brokers as ErrIssuerMismatch (RFC 9700 section 2.1).
	box, err := seal.New("mitid attempt", cfg.StateKeys, rule.ClientID, cfg.RedirectURL)
	if err != nil {
		return bad("each of Config.StateKeys needs 32 bytes")
	}
	switch {
	case cfg.MinLevel > claims.High:
		return bad("Config.MinLevel is none of the levels")
	case cfg.Lifetime < 0 || cfg.Lifetime > 24*time.Hour:
		return bad("Config.Lifetime is not between 0 and 24 hours")
	}
	c := &Client{broker: cfg.Broker, rule: rule, redirect: cfg.RedirectURL, box: box, minLevel: cfg.MinLevel,
		lifetime: cfg.Lifetime, once: cfg.Once, now: cfg.Now, log: cfg.Logger, passed: newTokenMemory(), randomKeys: len(cfg.StateKeys) == 0}
	if c.minLevel == claims.LevelUnknown {
		c.minLevel = claims.Substantial
	}
	if c.lifetime == 0 {
		c.lifetime = defaultLifetime
	}
	if c.once == nil {
		c.once = newMemoryOnce()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Callback returns how answers reach the RedirectURL, and for which application.
func (c *Client) Callback() CallbackRule { return c.rule }

// RedirectURL returns Config.RedirectURL.
func (c *Client) RedirectURL() string { return c.redirect }

// MinLevel returns the lowest level of every login.
func (c *Client) MinLevel() claims.Level { return c.minLevel }

// String returns a text that names the broker and nothing else.
func (c *Client) String() string { return "mitid.Client(" + c.rule.Name + ")" }

// GoString returns String, so that printing a Client shows no keys.
func (c *Client) GoString() string { return c.String() }

// fail logs and returns the error of operation op.
func (c *Client) fail(ctx context.Context, op string, err error) error {
	e := c.errorOf(op, err)
	level := slog.LevelWarn
	switch e.Kind {
	case UserCancelled, InteractionRequired:
		level = slog.LevelInfo
	case ConfigInvalid:
		level = slog.LevelError // somebody must act
	}
	c.log.LogAttrs(ctx, level, "mitid: refused", slog.Any("error", e))
	return e
}

// returnURLProblem says why raw cannot be an address to return to. It returns "" if it
// can.
func returnURLProblem(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return "is missing"
	case err != nil || u.Host == "" || u.Opaque != "" || u.User != nil:
		return "is not an absolute address"
	case u.Fragment != "":
		return "has a fragment"
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return ""
	default:
		return "must be https (http only on a loopback address)"
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
