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

// defaultLifetime is how long a person may take: MitID's own session ends after
// 15 minutes at the latest.
const defaultLifetime = 15 * time.Minute

// Config configures a Client. Broker and RedirectURL are required.
type Config struct {
	guarded

	// Broker is the adapter, such as the one criipto.New returns.
	Broker Broker
	// RedirectURL is where the broker sends the answer, registered there letter
	// by letter. https, or http on a loopback address.
	RedirectURL string
	// StateKeys seal the pending attempts, 32 bytes each, newest first. Every
	// replica needs the same ones. Another application (client id or RedirectURL)
	// cannot open them, though it has the same keys. If nil, a random key of this
	// process, good for development only.
	StateKeys [][]byte `json:"-"`
	// MinLevel is the floor under every login. If zero, it is claims.Substantial.
	MinLevel claims.Level
	// Lifetime is how long a person may take. If zero, it is 15 minutes.
	Lifetime time.Duration
	// Once makes an answer usable a single time. If nil, it is a capped set in memory, so
	// that with several replicas single use is per replica (plus the broker's
	// one-time code).
	Once Once
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Logger gets one line for each refusal, without personal data. If nil, nothing is logged.
	Logger *slog.Logger
}

// Once remembers which attempts have been answered.
type Once interface {
	// Use reports whether handle is used for the first time, and remembers it
	// until expires. Two calls at once with one handle: exactly one gets true.
	Use(ctx context.Context, handle string, expires time.Time) (first bool, err error)
}

// Client logs people in through one broker. It is safe for concurrent use and
// keeps no state of a login, except which answers have been used, and which tokens
// have passed VerifyToken.
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

	randomKeys bool // no other process has them
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
		return bad("Config.Broker names no callback rule")
	}
	if why := badReturnURL(cfg.RedirectURL); why != "" {
		return bad("Config.RedirectURL " + why)
	}
	// Broker and issuer are compared after opening, so that a mix-up of two brokers
	// is told from a stranger's login (RFC 9700 section 2.1).
	box, err := seal.New("mitid attempt", cfg.StateKeys, rule.ClientID, cfg.RedirectURL)
	if err != nil {
		return bad("each of Config.StateKeys needs 32 bytes")
	}
	switch {
	case cfg.MinLevel > claims.High:
		return bad("Config.MinLevel is no level")
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

// Callback returns how answers reach RedirectURL.
func (c *Client) Callback() CallbackRule { return c.rule }

// RedirectURL returns where answers arrive.
func (c *Client) RedirectURL() string { return c.redirect }

// MinLevel returns the floor under every login.
func (c *Client) MinLevel() claims.Level { return c.minLevel }

// String names the client's broker and nothing else.
func (c *Client) String() string { return "mitid.Client(" + c.rule.Name + ")" }

// GoString is String: printing a Client shows no keys.
func (c *Client) GoString() string { return c.String() }

// fail logs and returns the error of operation op.
func (c *Client) fail(ctx context.Context, op string, err error) error {
	e := c.refuse(op, err)
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

// badReturnURL says why the browser cannot be sent back to raw, or "".
func badReturnURL(raw string) string {
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
