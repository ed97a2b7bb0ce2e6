package criipto

import (
	"context"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// What Broker implements.
var (
	_ mitid.Broker        = (*Broker)(nil)
	_ mitid.SessionEnder  = (*Broker)(nil)
	_ mitid.Checker       = (*Broker)(nil)
	_ mitid.TokenVerifier = (*Broker)(nil)
	_ mitid.AgeProver     = (*Broker)(nil)
)

// name is the name of this broker in errors.
const name = "criipto"

// Broker is a mitid.Broker for one application at Criipto. It is safe for
// concurrent use.
type Broker struct {
	oidc *oidcbroker.Broker
	cfg  settings
}

// settings are the fields of Config that are needed after New, without secrets.
type settings struct {
	cssPath                                                      string
	userinfo, textOptional, scopeInHint, acrInHint, ct, noButton bool
	businessLevel                                                claims.Level
}

// New returns a Broker. It does no I/O: the first login fetches discovery and keys. The
// error is ErrConfigInvalid and names the field.
func New(cfg Config) (*Broker, error) {
	switch {
	case cfg.BusinessLevel > claims.High:
		return nil, oidcbroker.Misconfigured(name, "Config.BusinessLevel must be a level of package claims")
	case strings.ContainsAny(cfg.CSSPath, " \t\r\n"):
		return nil, oidcbroker.Misconfigured(name, "Config.CSSPath must not hold blanks, which a login_hint cannot carry")
	}
	rp := oidcrp.Config{
		Name: name, Issuer: cfg.Issuer, ClientID: cfg.ClientID, Hosts: cfg.Hosts, Algs: []string{"RS256"},
		HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}
	for _, k := range cfg.DecryptionKeys {
		rp.Decrypt = append(rp.Decrypt, oidcrp.DecryptKey{KeyID: k.KeyID, Key: k.Key})
	}
	byKey := oidcbroker.ByKey(cfg.PrivateKey, cfg.KeyID)
	byKey.Auth.Alg, byKey.Auth.Audience = "RS256", cfg.AssertionAudience
	oidc, err := oidcbroker.New(oidcbroker.Config{
		RP:       rp,
		Auth:     []oidcbroker.Authentication{oidcbroker.BySecret(cfg.ClientSecret, cfg.PostSecret), byKey, {Field: "Public", Filled: cfg.Public}},
		FormPost: cfg.FormPost, Declined: declined,
	})
	if err != nil {
		return nil, err
	}
	return &Broker{oidc: oidc, cfg: settings{
		cssPath: cfg.CSSPath, userinfo: cfg.Userinfo, textOptional: cfg.ReferenceTextOptional, scopeInHint: cfg.ScopeInHint, acrInHint: cfg.ACRInHint,
		ct: cfg.ControlledTransfer, noButton: cfg.NoContinueButton, businessLevel: cfg.BusinessLevel,
	}}, nil
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
