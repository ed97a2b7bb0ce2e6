package signingtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/signing"
)

// Service is one fake Criipto Signatures. All methods may be called at any time and by
// several goroutines.
type Service struct {
	cfg        Config
	schema     *ast.Schema
	operations map[string]operation
	authority  *fakepdf.Authority
	tenant     *criiptotest.Broker
	ownTenant  bool
	listener   listener
	records    fakehttp.Recorder[Request]
	pages      fakehttp.Pages
	appID      string // the application's GUID in evidence
	mail       mail

	mu       sync.Mutex // guards all below
	set      Settings
	orders   store
	pending  map[string]*pending // logins under way, by state
	waits    []string            // their states, oldest first
	browsers browsers
	play     script
	changes  uint64 // of what Signatories returns
}

func newService(cfg Config) (*Service, error) {
	schema, err := loadSchema()
	if err != nil {
		return nil, err
	}
	// An RSA key would take a fifth of a second to make.
	sealKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	authority, err := fakepdf.NewAuthority(fakepdf.Config{Name: "Signatures", Now: cfg.Verify.Now, SealKey: sealKey})
	if err != nil {
		return nil, err
	}
	s := &Service{
		cfg:       cfg,
		schema:    schema,
		authority: authority,
		tenant:    cfg.Verify,
		pages:     fakehttp.NewPages(pageSource),
		appID:     newGUID(),
	}
	s.startOver()
	s.operations = s.table()
	s.mail.start(s)
	return s, nil
}

// String names the fake by its address.
func (s *Service) String() string { return "signingtest.Service(" + s.URL() + ")" }

// GoString is String: printing a Service shows no secret.
func (s *Service) GoString() string { return s.String() }

// URL returns scheme, host and port of the fake.
func (s *Service) URL() string { return s.listener.base }

// Endpoint returns the address of the GraphQL API.
func (s *Service) Endpoint() string { return s.URL() + pathGraphQL }

// ClientID returns the id of the application that the fake knows.
func (s *Service) ClientID() string { return s.cfg.ClientID }

// ClientSecret returns that application's secret.
func (s *Service) ClientSecret() signing.Secret { return signing.NewSecret(s.cfg.ClientSecret) }

// Verify returns the eID tenant at which signatories log in. Its Issuer and ClientID are
// iss and aud of the tokens in signed files, and its Citizens are who can sign.
func (s *Service) Verify() *criiptotest.Broker { return s.tenant }

// HTTPClient returns a client that trusts this fake, with its own connections. Do not
// change it.
func (s *Service) HTTPClient() *http.Client { return s.listener.client }

// CA returns the certificate of the fake's TLS authority in PEM. Without TLS, CA returns
// nil.
func (s *Service) CA() []byte { return s.listener.ca() }

// SealRoots returns the authority under which the seals and the timestamps in signed files
// were issued. It is made at start.
func (s *Service) SealRoots() *x509.CertPool { return s.authority.Roots() }

// SealRootPEM returns the certificate of that authority in PEM.
func (s *Service) SealRootPEM() []byte { return s.authority.RootPEM() }

// SealCertificate returns the certificate that seals signed files.
func (s *Service) SealCertificate() *x509.Certificate { return s.authority.SealCertificate() }

// Now returns the fake's time, which is its tenant's. Give Service.Now to the client under
// test as its clock and both move together.
func (s *Service) Now() time.Time { return s.tenant.Now() }

// Configure changes the settings. The function runs under the fake's lock: it must not
// call the Service.
func (s *Service) Configure(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.set)
}

// Advance moves the clock, of the tenant too. On the way orders expire, documents are
// deleted, and webhooks that are due are delivered, each at its own time. It returns when
// all due webhooks have been answered, so a webhook handler must not call it.
func (s *Service) Advance(by time.Duration) {
	target := s.Now().Add(by)
	for {
		s.Settle()
		now := s.Now()
		s.mu.Lock()
		next := s.orders.nextInstant(now)
		s.mu.Unlock()
		if due, ok := s.mail.nextDue(); ok && (next.IsZero() || due.Before(next)) {
			next = due
		}
		if next.IsZero() || next.After(target) {
			break
		}
		s.tenant.Advance(max(next.Sub(now), 0))
	}
	s.tenant.Advance(max(target.Sub(s.Now()), 0))
	s.Settle()
}

// Settle does what the clock demands and waits until every webhook that is due has been
// answered.
func (s *Service) Settle() {
	s.mu.Lock()
	s.settle()
	s.mu.Unlock()
	s.mail.settle()
}

// Differences lists where this fake knowingly differs from the real service, and what is
// made up because the real one's behaviour is not public.
func (s *Service) Differences() []string { return slices.Clone(differences()) }

// Close stops the fake, and its tenant unless Config.Verify named one.
func (s *Service) Close() error {
	s.mail.stop()
	s.listener.client.CloseIdleConnections()
	err := s.listener.server.Close()
	if s.ownTenant {
		if err2 := s.tenant.Close(); err == nil {
			err = err2
		}
	}
	return err
}
