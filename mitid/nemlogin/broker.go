package nemlogin

import (
	"cmp"
	"crypto/rsa"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// What Broker implements.
var (
	_ mitid.Broker         = (*Broker)(nil)
	_ mitid.StepUpper      = (*Broker)(nil)
	_ mitid.Checker        = (*Broker)(nil)
	_ mitid.SessionEnder   = (*Broker)(nil)
	_ mitid.LogoutReceiver = (*Broker)(nil)
)

// name is the name of this broker in errors.
const name = "nemlogin"

// Broker is a mitid.Broker for one service provider at NemLog-in. It is safe for
// concurrent use.
type Broker struct {
	cfg        Config           // without Keys and IdP
	keys       func() []KeyPair // Config.Keys; a function, because printers cannot look into one
	idp        *idp
	attributes []string // that the metadata asks for
	now        func() time.Time
}

// New returns a Broker. It does no I/O. The error is ErrConfigInvalid and names the field.
func New(cfg Config) (*Broker, error) {
	if why := cfg.validate(); why != "" {
		return nil, misconfigured(why)
	}
	idp, err := readIdP(&cfg)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return nil, misconfigured(f.Why)
	}
	if err != nil {
		return nil, err
	}
	if why := cfg.validateEnvironment(idp); why != "" {
		return nil, misconfigured(why)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	keys := slices.Clone(cfg.Keys)
	cfg.Attributes, cfg.CredentialTypes = slices.Clone(cfg.Attributes), slices.Clone(cfg.CredentialTypes)
	cfg.CancelCode = cmp.Or(cfg.CancelCode, statusPrefix+"AuthnFailed")
	cfg.Keys, cfg.IdP = nil, nil
	return &Broker{
		cfg: cfg, keys: func() []KeyPair { return keys }, idp: idp, attributes: cfg.requestedAttributes(),
		now: cfg.Now,
	}, nil
}

// misconfigured is the error of New. why begins with the name of a field.
func misconfigured(why string) error {
	return &mitid.Error{Kind: mitid.ConfigInvalid, Broker: name, Op: "new", Why: "Config." + why}
}

// Callback says that the answer is a form post with the parameter RelayState.
func (b *Broker) Callback() mitid.CallbackRule {
	return mitid.CallbackRule{
		Name: name, Issuer: b.idp.entityID, ClientID: b.cfg.EntityID, Method: http.MethodPost, State: "RelayState",
		LogoutURL: b.cfg.LogoutURL, HoldsStatement: true,
	}
}

// String names the broker and the IdP.
func (b *Broker) String() string { return name + ".Broker(" + b.idp.entityID + ")" }

// GoString returns String, so that no printer shows settings.
func (b *Broker) GoString() string { return b.String() }

// signingKey returns the key that signs our messages.
func (b *Broker) signingKey() *rsa.PrivateKey { return b.keys()[0].Key }
