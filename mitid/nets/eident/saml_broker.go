package eident

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// What SAMLBroker implements.
var (
	_ mitid.Broker    = (*SAMLBroker)(nil)
	_ mitid.StepUpper = (*SAMLBroker)(nil)
	_ mitid.Checker   = (*SAMLBroker)(nil)
)

// The addresses of E-Ident for SAML (https://www.nets.eu/developer/e-ident/, SAML).
const (
	pathStart        = "/its/index.html"
	pathGetAssertion = "/saml1resp/getassertion"
)

// SAMLBroker is a mitid.Broker for one merchant at Nets E-Ident that uses SAML 1.1. It is
// safe for concurrent use.
type SAMLBroker struct {
	rule   mitid.CallbackRule
	http   *httpx.Client
	secret mitid.Secret // the password
	cfg    settings

	verifier   *xmlsig.Verifier // nil if no signature is looked at
	issuer     string           // of assertions; any if empty
	audience   string           // of assertions
	audienced  bool             // an assertion must name its audience
	incomplete bool             // SAMLConfig.IncompleteProfile
	noStatus   bool
}

// NewSAML returns a SAMLBroker. It does no I/O. The error is ErrConfigInvalid and names the
// field.
func NewSAML(cfg SAMLConfig) (*SAMLBroker, error) {
	s, why := cfg.settings()
	if why != "" {
		return nil, oidcbroker.Misconfigured(name, "SAMLConfig."+why)
	}
	b := &SAMLBroker{
		rule: mitid.CallbackRule{Name: name, Issuer: cfg.Origin, ClientID: cfg.MID, Method: http.MethodGet, State: "TARGET"},
		http: httpx.New(cfg.HTTPClient, httpx.Limits{}), secret: cfg.Password, cfg: s,
		issuer: cfg.Issuer, audience: cmp.Or(cfg.Audience, cfg.MID), audienced: cfg.Audience != "",
		incomplete: cfg.IncompleteProfile, noStatus: cfg.NoStatus,
	}
	if cfg.Signers != nil {
		b.verifier = &xmlsig.Verifier{Certificates: cfg.Signers, ID: "AssertionID"}
	}
	return b, nil
}

// Callback says that the answer comes back with the parameter TARGET. Its Issuer is
// SAMLConfig.Origin.
func (b *SAMLBroker) Callback() mitid.CallbackRule { return b.rule }

// String names the broker and its origin.
func (b *SAMLBroker) String() string { return name + ".SAMLBroker(" + b.rule.Issuer + ")" }

// GoString returns String, so that no printer shows settings.
func (b *SAMLBroker) GoString() string { return b.String() }

// Begin returns the address of the broker's start page. The browser carries the request
// there and could change it. So Complete checks in the assertion what was asked.
func (b *SAMLBroker) Begin(_ context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if err := b.cfg.unsupported(&a.Request); err != nil {
		return nil, err
	}
	q := b.start(a)
	q.Set("forcepkivendor", b.cfg.eids(a.Request.Capacity))
	b.cfg.addLogin(a, "presetid", q.Set)
	return b.redirect(q), nil
}

// StepUp asks for the CPR number of the person behind l without a new login, as
// [Broker.StepUp] does. The transaction is the login's AssertionID without TI2-.
func (b *SAMLBroker) StepUp(ctx context.Context, a *mitid.Attempt, l *mitid.Login) (*mitid.Redirect, error) {
	again, err := b.cfg.beginStepUp(a, l)
	switch {
	case err != nil:
		return nil, err
	case again:
		return b.Begin(ctx, a)
	}
	t, _ := readTransaction(string(a.Private))
	q := b.start(a)
	q.Set("transaction_id", t.id)
	return b.redirect(q), nil
}

// start returns the parameters that every request has.
func (b *SAMLBroker) start(a *mitid.Attempt) url.Values {
	r := &a.Request
	q := url.Values{"mid": {b.rule.ClientID}, "TARGET": {a.Handle}, "locale": {b.cfg.locale(r)}}
	if r.CPR != mitid.CPRNo {
		q.Set("returnssn", "true")
	}
	if r.NemIDPID {
		q.Set("return_nemid_pid", "true")
	}
	if !b.noStatus {
		sep := "?"
		if strings.Contains(a.RedirectURL, "?") {
			sep = "&"
		}
		q.Set("status", a.RedirectURL+sep+"TARGET="+a.Handle+"&status=") // E-Ident appends the code
	}
	return q
}

func (b *SAMLBroker) redirect(q url.Values) *mitid.Redirect {
	return &mitid.Redirect{URL: b.rule.Issuer + pathStart + "?" + q.Encode()}
}
