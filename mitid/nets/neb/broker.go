package neb

import (
	"crypto"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// The seam, and the abilities that this broker has.
var (
	_ mitid.Broker         = (*Broker)(nil)
	_ mitid.StepUpper      = (*Broker)(nil)
	_ mitid.CPRMatcher     = (*Broker)(nil)
	_ mitid.SessionEnder   = (*Broker)(nil)
	_ mitid.Checker        = (*Broker)(nil)
	_ mitid.TokenVerifier  = (*Broker)(nil)
	_ mitid.LogoutReceiver = (*Broker)(nil)
	_ mitid.AgeProver      = (*Broker)(nil)
)

// name is how errors call this broker.
const name = "neb"

// Broker is a mitid.Broker for one client at Nets eID Broker. It is safe for
// concurrent use.
type Broker struct {
	cfg      settings
	party    *oidcrp.Party
	now      func() time.Time
	subjects []subject // of the certificate that signs transaction tokens
	issuer   *x509.Certificate
	status   atomic.Pointer[certificateStatus] // the last good one; the broker repeats it for minutes
}

// settings are the parts of Config that stay after New: no secret among them.
type settings struct {
	issuer, clientID                                           string
	source                                                     Source
	carrier                                                    TextCarrier
	maxAge                                                     time.Duration
	ageScope                                                   AgeScope
	ageProviders                                               []string
	formPost, evidence, registered, textOptional, ocspOptional bool
}

// New returns a Broker. It does no I/O: discovery and keys are fetched at the
// first login. Errors: ErrConfigInvalid, naming the field.
func New(cfg Config) (*Broker, error) {
	auth, err := cfg.auth()
	if err != nil {
		return nil, wrap(err)
	}
	subjects, err := cfg.check()
	if err != nil {
		return nil, wrap(err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	issuer := strings.TrimSuffix(cfg.Issuer, "/")
	rp := oidcrp.Config{
		Name: name, Issuer: issuer, ClientID: cfg.ClientID, Auth: auth, Request: cfg.requestSigner(), Hosts: cfg.Hosts,
		Algs:                []string{"RS256"}, // id_token_signing_alg_values_supported, all of it
		ErrorsWithoutIssuer: true,              // recorded: error answers never have iss
		HTTPClient:          cfg.HTTPClient, Now: cfg.Now,
	}
	if cfg.FormPost {
		rp.ResponseMode = "form_post"
	}
	party, err := oidcrp.New(rp)
	if err != nil {
		return nil, wrap(err)
	}
	return &Broker{
		party: party, now: cfg.Now, subjects: subjects, issuer: cfg.TransactionIssuer,
		cfg: settings{
			issuer: issuer, clientID: cfg.ClientID, source: cfg.Source, carrier: cfg.TextCarrier, maxAge: cfg.MaxAge,
			formPost: cfg.FormPost, evidence: cfg.TransactionToken, registered: cfg.RegisteredName,
			ageScope: cfg.AgeScope, ageProviders: slices.Clone(cfg.AgeProviders),
			textOptional: cfg.ReferenceTextOptional, ocspOptional: cfg.OCSPOptional,
		},
	}, nil
}

// check refuses what contradicts itself, and reads the subjects.
func (c *Config) check() ([]subject, error) {
	no := func(why string) ([]subject, error) { return nil, fault.New(fault.ConfigInvalid, "Config."+why) }
	switch {
	case c.Source > UserinfoEndpoint:
		return no("Source is none of the sources")
	case c.TextCarrier > RequestObject:
		return no("TextCarrier is none of the carriers")
	case c.TextCarrier == RequestObject && !c.SignRequests:
		return no("TextCarrier RequestObject needs SignRequests")
	case c.RequestKey != nil && !c.SignRequests:
		return no("RequestKey needs SignRequests")
	case c.AgeScope > AgeOverAnnounced:
		return no("AgeScope is none of the scopes")
	case slices.Contains(c.AgeProviders, ""):
		return no("AgeProviders holds an empty name")
	case c.MaxAge < 0 || c.MaxAge%time.Second != 0:
		return no("MaxAge is not in whole seconds")
	}
	texts := documentedSubjects(strings.TrimSuffix(c.Issuer, "/"))
	if c.TransactionSubject != "" {
		texts = []string{c.TransactionSubject}
	}
	var subjects []subject
	for _, t := range texts {
		s, ok := parseSubject(t)
		if !ok {
			return no("TransactionSubject is not of the form CN=…, O=…")
		}
		subjects = append(subjects, s)
	}
	return subjects, nil
}

// auth chooses the one way in which the client authenticates.
func (c *Config) auth() (oidcrp.ClientAuth, error) {
	switch {
	case c.ClientSecret.IsZero() && c.PrivateKey == nil:
		return oidcrp.ClientAuth{}, fault.New(fault.ConfigInvalid, "Config needs ClientSecret or PrivateKey")
	case !c.ClientSecret.IsZero() && c.PrivateKey != nil:
		return oidcrp.ClientAuth{}, fault.New(fault.ConfigInvalid, "Config takes one of ClientSecret and PrivateKey")
	case c.PrivateKey != nil:
		return oidcrp.ClientAuth{Method: oidcrp.PrivateKeyJWT, Key: c.PrivateKey, KeyID: c.KeyID}, nil
	}
	auth := oidcrp.ClientAuth{Method: oidcrp.Basic, Secret: c.ClientSecret.Reveal}
	if c.PostSecret {
		auth.Method = oidcrp.Post
	}
	return auth, nil
}

func (c *Config) requestSigner() oidcrp.RequestSigner {
	key, id := crypto.Signer(c.RequestKey), c.RequestKeyID
	if key == nil {
		key, id = c.PrivateKey, c.KeyID
	}
	switch {
	case !c.SignRequests:
		return oidcrp.RequestSigner{}
	case key != nil:
		return oidcrp.RequestSigner{Key: key, KeyID: id}
	}
	return oidcrp.RequestSigner{Secret: c.ClientSecret.Reveal}
}

// Callback says that the answer comes back with the parameter state.
func (b *Broker) Callback() mitid.CallbackRule {
	r := mitid.CallbackRule{Name: name, Issuer: b.cfg.issuer, ClientID: b.cfg.clientID, Method: http.MethodGet, State: "state", KeepTokens: true}
	if b.cfg.formPost {
		r.Method = http.MethodPost
	}
	return r
}

// String names the broker and its issuer.
func (b *Broker) String() string { return "neb.Broker(" + b.cfg.issuer + ")" }

// GoString is String: printing a Broker shows no settings.
func (b *Broker) GoString() string { return b.String() }

func wrap(err error) error {
	f, ok := err.(*fault.Error)
	if !ok {
		return err
	}
	return &mitid.Error{Kind: mitid.Kind(f.Class), Broker: name, Op: "new", Why: f.Why}
}
