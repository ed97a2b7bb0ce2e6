package readlink

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Config configures Links. Gate, Address, Keys and Record are required. It prints
// as a placeholder.
type Config struct {
	guarded

	// Gate logs people in. Its callback must be mounted, under the host of Address.
	Gate *mitidhttp.Gate
	// Address is where the handler is mounted, such as https://app.example.dk/brev;
	// a link is this, a slash and the token. At most 300 characters. http is taken
	// on a loopback address only.
	Address string
	// Keys seal the links, 32 bytes each, newest first; older ones still open.
	// Links live long: keep a key for Lifetime after it sealed its last. A link opens
	// under the path of the Address that it was made for, on any host, because links
	// outlive hosts: give a test system keys of its own.
	Keys [][]byte `json:"-"`
	// Level is what an opening needs; a link that was made with a higher one needs
	// that. If zero, claims.Substantial.
	Level claims.Level
	// Lifetime is how long a link opens. If zero, it is 90 days. At most ten years.
	Lifetime time.Duration

	// Record stores an opening, before the content is shown. With an error nothing
	// is shown, and the person is asked to try again. It is called at the same time
	// for different requests.
	Record func(ctx context.Context, o Opening) error
	// Number returns the CPR number that the broker vouched for when s logged in,
	// zero where the app has none of that login, for an app that keeps it out of
	// the session. Look it up by the session's subject or UUID. If nil, it is in the
	// session.
	Number func(ctx context.Context, s *mitidhttp.Session) (cpr.Number, error)
	// Refused answers a request that is not let through; see StatusOf and
	// Refusal.Public. If nil, the answer is a small page in Danish or English.
	Refused func(w http.ResponseWriter, r *http.Request, err *Refusal)

	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Logger gets one line for each opening and each refusal, with the letter's ID
	// and nothing about a person. If nil, nothing is logged.
	Logger *slog.Logger
}

const (
	defaultLifetime = 90 * 24 * time.Hour
	maxLifetime     = 10 * 365 * 24 * time.Hour
	maxAddress      = 300
	maxKeys         = 64
)

// withDefaults checks what is set and fills in what is not.
func (c *Config) withDefaults() (base *url.URL, err error) {
	invalid := func(why string) (*url.URL, error) {
		return nil, &eboks.Error{Kind: eboks.ConfigInvalid, Op: "new read links", Why: why}
	}
	base, ok := baseAddress(c.Address)
	switch {
	case c.Gate == nil:
		return invalid("Config.Gate is missing")
	case !ok:
		return invalid("Config.Address needs an https address (http on loopback alone) of plain letters, without user, query and fragment")
	case len(c.Keys) == 0 || len(c.Keys) > maxKeys:
		return invalid("Config.Keys is missing: links outlive the process")
	case c.Level > claims.High:
		return invalid("Config.Level is no level")
	case c.Lifetime < 0 || c.Lifetime > maxLifetime:
		return invalid("Config.Lifetime is not between 0 and ten years")
	case c.Record == nil:
		return invalid("Config.Record is missing: an opening that is not stored proves nothing")
	}
	if c.Level == claims.LevelUnknown {
		c.Level = claims.Substantial
	}
	if c.Lifetime == 0 {
		c.Lifetime = defaultLifetime
	}
	if c.Number == nil {
		c.Number = func(_ context.Context, s *mitidhttp.Session) (cpr.Number, error) { return s.Identity.CPR, nil }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return base, nil
}

// baseAddress reads Config.Address; its path has no slash at the end.
func baseAddress(s string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil, len(s) > maxAddress, u.Hostname() == "", u.User != nil, u.RawQuery != "", u.ForceQuery, strings.Contains(s, "#"):
		return nil, false
	case u.EscapedPath() != u.Path, strings.Contains(u.Path, "//"), strings.Contains(u.Path, "/."), strings.ContainsAny(u.Path, `\;`):
		return nil, false
	}
	return u, u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
