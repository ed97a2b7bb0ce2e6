package neb

import (
	"context"
	"crypto"
	"crypto/x509"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// What Broker implements.
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

// name is the name of this broker in errors.
const name = "neb"

// Broker is a mitid.Broker for one client at Nets eID Broker. It is safe for
// concurrent use.
type Broker struct {
	oidc     *oidcbroker.Broker
	cfg      settings
	now      func() time.Time
	subjects []subject // the allowed subjects of the certificate that signs transaction tokens
	issuer   *x509.Certificate
	status   atomic.Pointer[certificateStatus] // the last good one; the broker repeats it for minutes
}

// settings are the fields of Config that are needed after New, without secrets.
type settings struct {
	source                                           Source
	carrier                                          TextCarrier
	maxAge                                           time.Duration
	ageScope                                         AgeScope
	ageProviders                                     []string
	evidence, registered, textOptional, ocspOptional bool
}

// New returns a Broker. It does no I/O: the first login fetches discovery and keys. The
// error is ErrConfigInvalid and names the field.
func New(cfg Config) (*Broker, error) {
	if why := cfg.validate(); why != "" {
		return nil, oidcbroker.Misconfigured(name, "Config."+why)
	}
	subjects, ok := cfg.subjects()
	if !ok {
		return nil, oidcbroker.Misconfigured(name, "Config.TransactionSubject must have the form CN=…, O=…")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	oidc, err := oidcbroker.New(oidcbroker.Config{
		RP: oidcrp.Config{
			Name: name, Issuer: cfg.Issuer, ClientID: cfg.ClientID, Request: cfg.requestSigner(), Hosts: cfg.Hosts,
			Algs:                []string{"RS256"}, // id_token_signing_alg_values_supported, all of it
			ErrorsWithoutIssuer: true,              // recorded: error answers never have iss
			HTTPClient:          cfg.HTTPClient, Now: cfg.Now,
		},
		Auth:     []oidcbroker.Authentication{oidcbroker.BySecret(cfg.ClientSecret, cfg.PostSecret), oidcbroker.ByKey(cfg.PrivateKey, cfg.KeyID)},
		FormPost: cfg.FormPost, KeepTokens: true, Declined: declined,
	})
	if err != nil {
		return nil, err
	}
	return &Broker{
		oidc: oidc, now: cfg.Now, subjects: subjects, issuer: cfg.TransactionIssuer,
		cfg: settings{
			source: cfg.Source, carrier: cfg.TextCarrier, maxAge: cfg.MaxAge, evidence: cfg.TransactionToken, registered: cfg.RegisteredName,
			ageScope: cfg.AgeScope, ageProviders: slices.Clone(cfg.AgeProviders),
			textOptional: cfg.ReferenceTextOptional, ocspOptional: cfg.OCSPOptional,
		},
	}, nil
}

// validate returns what is wrong with a field, or "".
func (c *Config) validate() string {
	switch {
	case c.Source > UserinfoEndpoint:
		return "Source must be UserinfoToken or UserinfoEndpoint"
	case c.TextCarrier > RequestObject:
		return "TextCarrier must be SignText or RequestObject"
	case c.TextCarrier == RequestObject && !c.SignRequests:
		return "TextCarrier RequestObject needs SignRequests"
	case c.RequestKey != nil && !c.SignRequests:
		return "RequestKey needs SignRequests"
	case c.AgeScope > AgeOverAnnounced:
		return "AgeScope must be AgeVerify, AgeVerifyMinimal or AgeOverAnnounced"
	case slices.Contains(c.AgeProviders, ""):
		return "AgeProviders must not hold an empty name"
	case c.MaxAge < 0 || c.MaxAge%time.Second != 0:
		return "MaxAge must be in whole seconds, and not negative"
	}
	return ""
}

// subjects returns the subjects that the certificate of transaction tokens may have. It
// returns false if TransactionSubject cannot be read.
func (c *Config) subjects() ([]subject, bool) {
	texts := documentedSubjects(strings.TrimSuffix(c.Issuer, "/"))
	if c.TransactionSubject != "" {
		texts = []string{c.TransactionSubject}
	}
	var subjects []subject
	for _, t := range texts {
		s, ok := parseSubject(t)
		if !ok {
			return nil, false
		}
		subjects = append(subjects, s)
	}
	return subjects, true
}

// requestSigner returns the signer of requests: RequestKey, else PrivateKey, else
// ClientSecret.
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
func (b *Broker) Callback() mitid.CallbackRule { return b.oidc.Callback() }

// String names the broker and its issuer.
func (b *Broker) String() string { return b.oidc.String() }

// GoString returns String, so that no printer shows settings.
func (b *Broker) GoString() string { return b.String() }

// Check compares the broker's documents with Config, and pushes a.
func (b *Broker) Check(ctx context.Context, a *mitid.Attempt) []mitid.Finding {
	return b.oidc.Check(ctx, b, a)
}
