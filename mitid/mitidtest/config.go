package mitidtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Config configures a fake. The zero value is useful.
type Config struct {
	// Addr is the loopback address to listen on; see BeyondLoopback. If empty, it is 127.0.0.1
	// and a free port.
	Addr string
	// BeyondLoopback lets Addr be an address of a network, such as 0.0.0.0:9400 in a
	// container. Whoever reaches it can log in as anybody, and the signing keys are
	// published: never where strangers are.
	BeyondLoopback bool
	// BaseURL is scheme, host and port under which callers reach the fake, and so its
	// issuer's: http with TLS off, https with TLS on. If empty, it is the address it listens on.
	// Adapters take http on loopback alone; elsewhere set TLS, whose certificate names
	// this host.
	BaseURL string
	// TLS serves https, with a certificate authority made at start (Broker.CA).
	TLS bool
	// Auto approves every login as the first citizen, without a page.
	Auto bool
	// AnyLoopbackRedirect accepts every redirect URI on a loopback address.
	// Otherwise only those that Broker.AllowRedirect named.
	AnyLoopbackRedirect bool
	// ExampleRedirects accepts every redirect URI whose host lies below .example.
	ExampleRedirects bool
	// ClientID and ClientSecret are the application's. If empty, they are an identifier such as
	// the vendor's (with colons, if they have some) and a random secret.
	ClientID     string
	ClientSecret string
	// Now is the clock that Broker.Advance moves. If nil, it is time.Now.
	Now func() time.Time

	// complains is told of a mistake in the use of the fake, such as the name of a
	// tampering that does not exist. If nil, nobody is.
	complains func(why string)
}

func (c *Config) complain(why string) {
	if c.complains != nil {
		c.complains(why)
	}
}

// Format writes the client id and not the secret.
func (c Config) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "mitidtest.Config{%s %s …}", c.Addr, c.ClientID)
}

// LogValue gives the client id and not the secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.ClientID) }

// TB is what a fake needs of a test: *testing.T, *testing.B and *testing.F have it.
type TB interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// New starts a fake for a test, and closes it when the test ends. The fake accepts every
// redirect URI on a loopback address or below .example. start is the function Start of a
// dialect's package, whose function New calls this one.
func New[F interface{ Close() error }](tb TB, start func(Config) (F, error)) F {
	tb.Helper()
	fake, err := start(Config{
		AnyLoopbackRedirect: true, ExampleRedirects: true,
		complains: func(why string) { tb.Helper(); tb.Errorf("mitidtest: %s", why) },
	})
	if err != nil {
		tb.Fatalf("mitidtest: %v", err)
	}
	tb.Cleanup(func() { _ = fake.Close() })
	return fake
}

// Start starts a fake. It calls speak once, before the fake listens, and speak returns the
// dialect, which keeps the Broker. Start fails when Config.Addr is no loopback address or
// is taken. Close stops the fake.
func Start[D Dialect](cfg Config, speak func(*Broker) (D, error)) (*Broker, D, error) {
	var none D
	if cfg.ClientSecret == "" {
		cfg.ClientSecret = fakehttp.RandomHex(16)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.BaseURL != "" && !isBaseURL(cfg.BaseURL, cfg.TLS) {
		return nil, none, errors.New("mitidtest: Config.BaseURL must be scheme, host and perhaps port, https with TLS and http without")
	}
	b := newBroker(cfg)
	d, err := speak(b)
	if err != nil {
		return nil, none, err
	}
	if err := b.adopt(d); err != nil {
		return nil, none, err
	}
	b.RememberStart()
	switch err := b.listen(); {
	case errors.Is(err, fakehttp.ErrNotLoopback):
		return nil, none, errors.New("mitidtest: Config.Addr must be a loopback address with a port (see Config.BeyondLoopback)")
	case err != nil:
		return nil, none, err
	}
	return b, d, nil
}

// isBaseURL reports whether raw is an origin, of the scheme that the fake speaks.
func isBaseURL(raw string, tls bool) bool {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == scheme && u.Hostname() != "" && raw == u.Scheme+"://"+u.Host
}

// RedirectAllowed reports whether a redirect URI is registered, compared letter by
// letter, or is one that Config.AnyLoopbackRedirect or Config.ExampleRedirects accepts. A
// dialect asks it.
func (b *Broker) RedirectAllowed(uri string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.redirects[uri] {
		return true
	}
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.Fragment != "" || u.User != nil {
		return false
	}
	switch host := u.Hostname(); {
	case u.Scheme != "http" && u.Scheme != "https":
		return false
	case fakehttp.IsLoopback(host):
		return b.cfg.AnyLoopbackRedirect
	default:
		return b.cfg.ExampleRedirects && strings.HasSuffix(host, ".example")
	}
}
