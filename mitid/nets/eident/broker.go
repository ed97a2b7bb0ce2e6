package eident

import (
	"cmp"
	"context"
	"strings"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// What Broker implements.
var (
	_ mitid.Broker        = (*Broker)(nil)
	_ mitid.StepUpper     = (*Broker)(nil)
	_ mitid.Checker       = (*Broker)(nil)
	_ mitid.TokenVerifier = (*Broker)(nil)
)

// name is the name of this broker in errors.
const name = "eident"

// Broker is a mitid.Broker for one merchant at Nets E-Ident. It is safe for
// concurrent use.
type Broker struct {
	oidc *oidcbroker.Broker
	cfg  settings

	userinfo, noProfile bool
	pidScope            string
}

// New returns a Broker. It does no I/O: the first login fetches discovery and keys. The
// error is ErrConfigInvalid and names the field.
func New(cfg Config) (*Broker, error) {
	s := settings{
		uuidInURL: cfg.UUIDInURL, textOptional: cfg.ReferenceTextOptional, digestSent: cfg.DigestOverParameter, privateActs: cfg.PrivateForCompany,
		language: cmp.Or(cfg.Language, mitid.Danish), aal: cfg.AAL, hintAs: cfg.HintEncoding, textAs: cfg.TextEncoding,
		separator: cmp.Or(cfg.AMRSeparator, ","), pid: cmp.Or(cfg.PIDClaim, "nemid.pid"), orgName: cfg.OrganisationNameClaim, orgNumber: cfg.OrganisationNumberClaim,
	}
	why := s.invalid("AMRSeparator")
	if why == "" && strings.ContainsAny(cfg.PIDScope, " \t\r\n") {
		why = "PIDScope must be one scope, without blanks"
	}
	if why != "" {
		return nil, oidcbroker.Misconfigured(name, "Config."+why)
	}
	rp := oidcrp.Config{
		Name: name, Issuer: cfg.Issuer, ClientID: cfg.ClientID, Hosts: cfg.Hosts, Algs: []string{cmp.Or(cfg.Algorithm, "RS256")},
		HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}
	for _, k := range cfg.DecryptionKeys {
		rp.Decrypt = append(rp.Decrypt, oidcrp.DecryptKey{KeyID: k.KeyID, Key: k.Key})
	}
	oidc, err := oidcbroker.New(oidcbroker.Config{
		RP: rp, Auth: []oidcbroker.Authentication{oidcbroker.BySecret(cfg.ClientSecret, cfg.PostSecret)},
		Declined: declined, CheckAnswer: checkNonce,
	})
	if err != nil {
		return nil, err
	}
	return &Broker{oidc: oidc, cfg: s, userinfo: cfg.Userinfo, noProfile: cfg.NoProfile, pidScope: cmp.Or(cfg.PIDScope, "nemid.pid")}, nil
}

// Callback says that the answer comes back with the parameter state.
func (b *Broker) Callback() mitid.CallbackRule { return b.oidc.Callback() }

// String names the broker and its issuer.
func (b *Broker) String() string { return b.oidc.String() }

// GoString returns String, so that no printer shows settings.
func (b *Broker) GoString() string { return b.String() }

// Check compares the broker's documents with Config. This broker takes no pushed
// requests, so Check cannot prove client id, secret and redirect address.
func (b *Broker) Check(ctx context.Context, a *mitid.Attempt) []mitid.Finding {
	return b.oidc.Check(ctx, b, a)
}
