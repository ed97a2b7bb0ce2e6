package eident

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
	_ mitid.StepUpper     = (*Broker)(nil)
	_ mitid.Checker       = (*Broker)(nil)
	_ mitid.TokenVerifier = (*Broker)(nil)
)

// name is how errors call this broker.
const name = "eident"

// Broker is a mitid.Broker for one merchant at Nets E-Ident. It is safe for
// concurrent use.
type Broker struct {
	cfg   settings
	party *oidcrp.Party
}

// settings are the parts of Config that stay after New: no secret among them.
type settings struct {
	issuer, clientID                         string
	userinfo, noProfile, uuidInURL           bool
	textOptional, digestSent, privateActs    bool
	language                                 mitid.Locale
	aal                                      claims.Level
	hintAs, textAs                           TextEncoding
	separator, pidScope, pidClaim, orgsClaim string
	cvrClaim                                 string
}

// New returns a Broker. It does no I/O: discovery and keys are fetched at the
// first login. Errors: ErrConfigInvalid, naming the field.
func New(cfg Config) (*Broker, error) {
	if why := cfg.wrong(); why != "" {
		return nil, wrap(fault.New(fault.ConfigInvalid, "Config."+why))
	}
	auth := oidcrp.ClientAuth{Method: oidcrp.Basic, Secret: cfg.ClientSecret.Reveal}
	if cfg.PostSecret {
		auth.Method = oidcrp.Post
	}
	s := settings{
		issuer: strings.TrimSuffix(cfg.Issuer, "/"), clientID: cfg.ClientID, userinfo: cfg.Userinfo, noProfile: cfg.NoProfile,
		uuidInURL: cfg.UUIDInURL, textOptional: cfg.ReferenceTextOptional, language: cfg.Language, aal: cfg.AAL,
		hintAs: cfg.HintEncoding, textAs: cfg.TextEncoding, separator: or(cfg.AMRSeparator, ","),
		pidScope: or(cfg.PIDScope, "nemid.pid"), pidClaim: or(cfg.PIDClaim, "nemid.pid"), orgsClaim: cfg.OrganisationNameClaim,
		cvrClaim: cfg.OrganisationNumberClaim, digestSent: cfg.DigestOverParameter, privateActs: cfg.PrivateForCompany,
	}
	if s.language == mitid.LocaleDefault {
		s.language = mitid.Danish
	}
	rp := oidcrp.Config{
		Name: name, Issuer: s.issuer, ClientID: cfg.ClientID, Auth: auth, Hosts: cfg.Hosts, Algs: []string{or(cfg.Algorithm, "RS256")},
		HTTPClient: cfg.HTTPClient, Now: cfg.Now,
	}
	for _, k := range cfg.DecryptionKeys {
		rp.Decrypt = append(rp.Decrypt, oidcrp.DecryptKey{KeyID: k.KeyID, Key: k.Key})
	}
	party, err := oidcrp.New(rp)
	if err != nil {
		return nil, wrap(err)
	}
	return &Broker{cfg: s, party: party}, nil
}

// wrong names a field that cannot be, and why; "" for none.
func (c *Config) wrong() string {
	switch {
	case c.ClientSecret.IsZero():
		return "ClientSecret is missing"
	case c.Language > mitid.English:
		return "Language is neither Danish nor English"
	case c.AAL > claims.High:
		return "AAL is no level"
	case c.HintEncoding > Base64:
		return "HintEncoding is no encoding"
	case c.TextEncoding > Base64:
		return "TextEncoding is no encoding"
	case c.AMRSeparator != "" && c.AMRSeparator != "," && c.AMRSeparator != " ":
		return "AMRSeparator is neither a comma nor a blank"
	case strings.ContainsAny(c.PIDScope, " \t\r\n"):
		return "PIDScope is not one scope"
	}
	return ""
}

// Callback says that the answer comes back with the parameter state.
func (b *Broker) Callback() mitid.CallbackRule {
	return mitid.CallbackRule{Name: name, Issuer: b.cfg.issuer, ClientID: b.cfg.clientID, Method: http.MethodGet, State: "state"}
}

// String names the broker and its issuer.
func (b *Broker) String() string { return "eident.Broker(" + b.cfg.issuer + ")" }

// GoString is String: printing a Broker shows no settings.
func (b *Broker) GoString() string { return b.String() }

// VerifyToken checks an ID token that a front end obtained.
func (b *Broker) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	st, err := b.verify(ctx, raw, oidcrp.Rules{})
	if err != nil {
		return nil, err
	}
	if err := b.admitAAL(st.identity.Levels); err != nil {
		return nil, err
	}
	as := st.assertion()
	as.Texts = st.texts(nil, nil)
	as.Holds = st.verified.Holds
	return as, nil
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func wrap(err error) error {
	f, ok := err.(*fault.Error)
	if !ok {
		return err
	}
	return &mitid.Error{Kind: mitid.Kind(f.Class), Broker: name, Op: "new", Why: f.Why}
}
