package criipto

import (
	"context"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// The seam, and the abilities that this broker has.
var (
	_ mitid.Broker        = (*Broker)(nil)
	_ mitid.SessionEnder  = (*Broker)(nil)
	_ mitid.Checker       = (*Broker)(nil)
	_ mitid.TokenVerifier = (*Broker)(nil)
	_ mitid.AgeProver     = (*Broker)(nil)
)

// name is how errors call this broker.
const name = "criipto"

// Broker is a mitid.Broker for one application at Criipto. It is safe for
// concurrent use.
type Broker struct {
	cfg   settings
	party *oidcrp.Party
}

// settings are the parts of Config that stay after New: no secret among them.
type settings struct {
	issuer, clientID, cssPath                          string
	formPost, userinfo                                 bool
	textOptional, scopeInHint, acrInHint, ct, noButton bool
	businessLevel                                      claims.Level
}

// New returns a Broker. It does no I/O: discovery and keys are fetched at the
// first login. Errors: ErrConfigInvalid, naming the field.
func New(cfg Config) (*Broker, error) {
	auth, err := cfg.auth()
	if err != nil {
		return nil, wrap(err)
	}
	if cfg.BusinessLevel > claims.High {
		return nil, wrap(fault.New(fault.ConfigInvalid, "Config.BusinessLevel is no level"))
	}
	if strings.ContainsAny(cfg.CSSPath, " \t\r\n") {
		return nil, wrap(fault.New(fault.ConfigInvalid, "Config.CSSPath holds blanks; a login_hint cannot carry them"))
	}
	issuer := strings.TrimSuffix(cfg.Issuer, "/")
	rp := oidcrp.Config{
		Name: name, Issuer: issuer, ClientID: cfg.ClientID, Auth: auth, Hosts: cfg.Hosts, Algs: []string{"RS256"},
		HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}
	for _, k := range cfg.DecryptionKeys {
		rp.Decrypt = append(rp.Decrypt, oidcrp.DecryptKey{KeyID: k.KeyID, Key: k.Key})
	}
	if cfg.FormPost {
		rp.ResponseMode = "form_post"
	}
	party, err := oidcrp.New(rp)
	if err != nil {
		return nil, wrap(err)
	}
	return &Broker{party: party, cfg: settings{
		issuer: issuer, clientID: cfg.ClientID, cssPath: cfg.CSSPath, formPost: cfg.FormPost, userinfo: cfg.Userinfo,
		textOptional: cfg.ReferenceTextOptional, scopeInHint: cfg.ScopeInHint, acrInHint: cfg.ACRInHint,
		ct: cfg.ControlledTransfer, noButton: cfg.NoContinueButton, businessLevel: cfg.BusinessLevel,
	}}, nil
}

// auth chooses the one way in which the application authenticates.
func (c *Config) auth() (oidcrp.ClientAuth, error) {
	ways := 0
	for _, set := range []bool{!c.ClientSecret.IsZero(), c.PrivateKey != nil, c.Public} {
		if set {
			ways++
		}
	}
	switch {
	case ways == 0:
		return oidcrp.ClientAuth{}, fault.New(fault.ConfigInvalid, "Config needs ClientSecret, PrivateKey or Public")
	case ways > 1:
		return oidcrp.ClientAuth{}, fault.New(fault.ConfigInvalid, "Config takes one of ClientSecret, PrivateKey and Public")
	case c.PrivateKey != nil:
		return oidcrp.ClientAuth{Method: oidcrp.PrivateKeyJWT, Key: c.PrivateKey, KeyID: c.KeyID, Alg: "RS256", Audience: c.AssertionAudience}, nil
	case c.Public:
		return oidcrp.ClientAuth{Method: oidcrp.None}, nil
	}
	auth := oidcrp.ClientAuth{Method: oidcrp.Basic, Secret: c.ClientSecret.Reveal}
	if c.PostSecret {
		auth.Method = oidcrp.Post
	}
	return auth, nil
}

// Callback says that the answer comes back with the parameter state.
func (b *Broker) Callback() mitid.CallbackRule {
	r := mitid.CallbackRule{Name: name, Issuer: b.cfg.issuer, ClientID: b.cfg.clientID, Method: http.MethodGet, State: "state"}
	if b.cfg.formPost {
		r.Method = http.MethodPost
	}
	return r
}

// String names the broker and its issuer.
func (b *Broker) String() string { return "criipto.Broker(" + b.cfg.issuer + ")" }

// GoString is String: printing a Broker shows no settings.
func (b *Broker) GoString() string { return b.String() }

// VerifyToken checks an ID token that a front end obtained.
func (b *Broker) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	st, err := b.verify(ctx, raw, oidcrp.Rules{})
	if err != nil {
		return nil, err
	}
	as := st.assertion()
	as.Holds = st.verified.Holds
	return as, nil
}

func wrap(err error) error {
	f, ok := err.(*fault.Error)
	if !ok {
		return err
	}
	return &mitid.Error{Kind: mitid.Kind(f.Class), Broker: name, Op: "new", Why: f.Why}
}
