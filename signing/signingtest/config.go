package signingtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Config configures a fake. The zero value is useful.
type Config struct {
	// Addr is the loopback address to listen on; see BeyondLoopback. If empty, it is
	// 127.0.0.1 and a free port.
	Addr string
	// BeyondLoopback lets Addr be an address of a network. Whoever reaches it can sign as
	// anybody: never where strangers are.
	BeyondLoopback bool
	// BaseURL is scheme, host and port under which callers reach the fake: http with TLS
	// off, https with TLS on. If empty, it is the address that it listens on.
	BaseURL string
	// TLS serves https, with a certificate authority made at start (Service.CA).
	TLS bool
	// Verify is the eID tenant at which signatories log in. Its clock is the fake's. The
	// caller closes it. If nil, a tenant is started with Now, and closed with the fake.
	Verify *criiptotest.Broker
	// ClientID and ClientSecret are the application's. If empty, they are made at start.
	ClientID     string
	ClientSecret string
	// Now is the clock that Service.Advance moves. If nil, it is time.Now. It is not used
	// with Verify.
	Now func() time.Time
	// Settings are the service's at start. Service.Configure changes them.
	Settings Settings

	complains func(why string) // of a mistake in the use of the fake
}

// Format writes the client id and not the secret.
func (c Config) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "signingtest.Config{%s %s …}", c.Addr, c.ClientID)
}

// LogValue gives the client id and not the secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.ClientID) }

// Settings are the choices of this fake where the real service's behaviour is not known
// or is set in its dashboard. The zero value is how the fake behaves when nothing is said.
type Settings struct {
	// Production says PRODUCTION where the fake otherwise says TEST, and refuses the
	// evidence provider noop.
	Production bool
	// Rewrites makes the service write each document anew when it is uploaded, as the real
	// one does: the signed file begins with other bytes than were sent.
	Rewrites bool
	// OtherIDs makes signed files name orders and signatories by GUIDs that are not part of
	// their ids in the interface. Whether the real service's are is not documented.
	OtherIDs bool
	// OldEvidence writes the kinds of evidence without the prefix criipto.
	OldEvidence bool
	// UnsignedValidation sends WEBHOOK_VALIDATION without a signature.
	UnsignedValidation bool
	// InvalidStatus is the HTTP status of requests that the schema refuses. If zero, it is
	// 200.
	InvalidStatus int
	// MaxBody bounds a GraphQL request in bytes. If zero, it is DefaultMaxBody.
	MaxBody int64
}

// DefaultMaxBody is the limit of a request where Settings has none: 64 MiB.
const DefaultMaxBody = 64 << 20

// TB is what a fake needs of a test: *testing.T, *testing.B and *testing.F have it.
type TB interface {
	Helper()
	Context() context.Context
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// New starts a fake and stops it when the test ends. A mistake in the use of the fake,
// such as the name of a misbehaviour that does not exist, fails the test.
func New(tb TB) *Service {
	tb.Helper()
	return NewWith(tb, Config{})
}

// NewWith is New with a Config.
func NewWith(tb TB, cfg Config) *Service {
	tb.Helper()
	cfg.complains = func(why string) { tb.Helper(); tb.Errorf("signingtest: %s", why) }
	s, err := Start(cfg)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// Start starts a fake, for commands. It fails when Config.Addr is no loopback address or
// is taken. Close stops the fake.
func Start(cfg Config) (*Service, error) {
	if cfg.BaseURL != "" && !isBaseURL(cfg.BaseURL, cfg.TLS) {
		return nil, errors.New("signingtest: Config.BaseURL must be scheme, host and perhaps port, https with TLS and http without")
	}
	if cfg.ClientID == "" {
		cfg.ClientID = "{" + newGUID() + "}"
	}
	if cfg.ClientSecret == "" {
		cfg.ClientSecret = fakehttp.RandomHex(32)
	}
	own := cfg.Verify == nil
	if own {
		tenant, err := criiptotest.Start(mitidtest.Config{Now: cfg.Now, AnyLoopbackRedirect: true, ExampleRedirects: true})
		if err != nil {
			return nil, fmt.Errorf("signingtest: the eID tenant: %w", err)
		}
		cfg.Verify = tenant
	}
	s, err := newService(cfg)
	if err == nil {
		err = s.listen()
	}
	if err != nil {
		if own {
			_ = cfg.Verify.Close()
		}
		return nil, fmt.Errorf("signingtest: %w", err)
	}
	s.ownTenant = own
	return s, nil
}

func isBaseURL(raw string, tls bool) bool {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == scheme && u.Hostname() != "" && raw == u.Scheme+"://"+u.Host
}
