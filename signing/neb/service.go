package neb

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// What Service implements.
var (
	_ signing.Service  = (*Service)(nil)
	_ signing.Verifier = (*Service)(nil)
	_ signing.Judge    = (*Service)(nil)
)

// name is the name of this service in errors.
const name = "neb"

// Service signs documents at Nets eID Broker. It is a signing.Service and the
// signing.Verifier for it. It is safe for concurrent use.
type Service struct {
	cfg    settings
	broker *neb.Broker
	logins func(neb.Document) (*mitid.Client, error) // for one document
	answer *mitid.Client                             // for the answers to all of them
	http   *httpx.Client
	token  *serviceToken
}

// Verifier returns s.
func (s *Service) Verifier() signing.Verifier { return s }

// settings are the fields of Config that are needed after New, without secrets.
type settings struct {
	base, signtext, receipt, workflows string
	organisation                       string // eight digits, or empty
	person                             string
	maxDocument                        int64
	expires                            time.Duration
	overview, allClaims, simulated     bool
	now                                func() time.Time
	minLevel                           claims.Level
	sealRoots                          *x509.CertPool
}

// New returns a Service. It does no I/O. The error is ErrConfigInvalid and names the
// field.
func New(cfg Config) (*Service, error) {
	bad := func(why string) error {
		return &signing.Error{Kind: signing.ConfigInvalid, Service: name, Op: "new", Why: "Config." + why}
	}
	if why := cfg.fill(); why != "" {
		return nil, bad(why)
	}
	rule := cfg.Broker.Callback()
	api, err := oidcrp.New(oidcrp.Config{
		Name: "neb API", Issuer: rule.Issuer, ClientID: cfg.APIClientID, Algs: []string{"RS256"},
		Auth:       oidcrp.ClientAuth{Method: oidcrp.Post, Secret: cfg.APISecret.Reveal},
		HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	})
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, &signing.Error{Kind: signing.ConfigInvalid, Service: name, Op: "new", Why: f.Why}
	}
	if err != nil {
		return nil, err
	}
	if len(cfg.StateKeys) == 0 { // each of the clients below would make its own
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails (crypto/rand)
		cfg.StateKeys = [][]byte{key}
	}
	broker, base := cfg.Broker, mitid.Config{
		RedirectURL: cfg.RedirectURL, StateKeys: cfg.StateKeys, MinLevel: cfg.MinLevel, Lifetime: cfg.Lifetime, Once: cfg.Once, Now: cfg.Now, Logger: cfg.Logger,
	}
	logins := func(d neb.Document) (*mitid.Client, error) {
		one := base
		one.Broker = broker.Signing(d)
		return mitid.New(one)
	}
	answer, err := logins(neb.Document{})
	if err != nil {
		return nil, refused("new", "", err)
	}
	s := &Service{
		broker: broker, logins: logins, answer: answer, token: newServiceToken(api, cfg.Now),
		http: httpx.New(cfg.HTTPClient, httpx.Limits{Timeout: cfg.Timeout, MaxBody: cfg.MaxAnswer}),
		cfg: settings{
			base: cfg.BaseURL, signtext: cfg.SigntextPath, receipt: cfg.ReceiptPath, workflows: cfg.WorkflowPath, person: cfg.PersonClaim,
			maxDocument: cfg.MaxDocument, expires: cfg.Expires, overview: cfg.Overview, allClaims: cfg.AllClaims, simulated: cfg.Simulated, now: cfg.Now, sealRoots: cfg.SealRoots,
			minLevel: answer.MinLevel(),
		},
	}
	if !cfg.Organisation.IsZero() {
		s.cfg.organisation = cfg.Organisation.String()
	}
	return s, nil
}

// String names the service and its issuer.
func (s *Service) String() string { return "neb.Service(" + s.broker.Callback().Issuer + ")" }

// GoString returns String, so that no printer shows settings.
func (s *Service) GoString() string { return s.String() }
