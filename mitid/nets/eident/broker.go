package eident

import (
	"cmp"
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
}

// settings are the fields of Config that are needed after New, without secrets.
type settings struct {
	userinfo, noProfile, uuidInURL           bool
	textOptional, digestSent, privateActs    bool
	language                                 mitid.Locale
	aal                                      claims.Level
	hintAs, textAs                           TextEncoding
	separator, pidScope, pidClaim, orgsClaim string
	cvrClaim                                 string
}

// New returns a Broker. It does no I/O: the first login fetches discovery and keys. The
// error is ErrConfigInvalid and names the field.
func New(cfg Config) (*Broker, error) {
	if why := cfg.validate(); why != "" {
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
	return &Broker{oidc: oidc, cfg: settings{
		userinfo: cfg.Userinfo, noProfile: cfg.NoProfile, uuidInURL: cfg.UUIDInURL,
		textOptional: cfg.ReferenceTextOptional, language: cmp.Or(cfg.Language, mitid.Danish), aal: cfg.AAL,
		hintAs: cfg.HintEncoding, textAs: cfg.TextEncoding, separator: cmp.Or(cfg.AMRSeparator, ","),
		pidScope: cmp.Or(cfg.PIDScope, "nemid.pid"), pidClaim: cmp.Or(cfg.PIDClaim, "nemid.pid"), orgsClaim: cfg.OrganisationNameClaim,
		cvrClaim: cfg.OrganisationNumberClaim, digestSent: cfg.DigestOverParameter, privateActs: cfg.PrivateForCompany,
	}}, nil
}

// validate returns what is wrong with a field, or "".
func (c *Config) validate() string {
	switch {
	case c.Language > mitid.English:
		return "Language must be Danish or English"
	case c.AAL > claims.High:
		return "AAL must be a level of package claims"
	case c.HintEncoding > Base64:
		return "HintEncoding must be Plain or Base64"
	case c.TextEncoding > Base64:
		return "TextEncoding must be Plain or Base64"
	case c.AMRSeparator != "" && c.AMRSeparator != "," && c.AMRSeparator != " ":
		return "AMRSeparator must be a comma or a blank"
	case strings.ContainsAny(c.PIDScope, " \t\r\n"):
		return "PIDScope must be one scope, without blanks"
	}
	return ""
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
