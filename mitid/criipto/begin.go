package criipto

import (
	"context"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// The acr values (https://docs.idura.app/verify/e-ids/danish-mitid). The business
// one tells no level.
const (
	acrLow         = "urn:grn:authn:dk:mitid:low"
	acrSubstantial = "urn:grn:authn:dk:mitid:substantial"
	acrHigh        = "urn:grn:authn:dk:mitid:high"
	acrBusiness    = "urn:grn:authn:dk:mitid:business"
)

// Begin builds the authorization request and pushes it where the broker takes
// pushed requests.
func (b *Broker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if a.Reference != nil {
		// A session at the broker would answer without showing the text to anybody.
		a.Request.Fresh = true
	}
	if err := unsupported(&a.Request); err != nil {
		return nil, err
	}
	md, err := b.party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	if md.PAR == "" {
		if !a.Request.CPRHint.IsZero() || a.Request.UUID != (claims.UUID{}) && a.ExpectSubject == "" {
			return nil, fault.New(fault.Unsupported, "Request.CPRHint and Request.UUID need pushed authorization requests, which this domain does not announce: a browser must not carry them")
		}
		// A step-up goes on without the hint: the person types their user ID, and the
		// answer must be theirs all the same.
		a.Request.UUID = claims.UUID{}
	}
	q, err := b.params(a)
	if err != nil {
		return nil, err
	}
	return b.send(ctx, md, q)
}

// send pushes a request where the broker takes pushed ones, and puts it into the
// address elsewhere.
func (b *Broker) send(ctx context.Context, md *oidcrp.Metadata, q oidcrp.Params) (*mitid.Redirect, error) {
	if md.PAR != "" {
		uri, _, err := b.party.Push(ctx, q.Values())
		if err != nil {
			return nil, err
		}
		q = oidcrp.Params{{"client_id", b.cfg.clientID}, {"request_uri", uri}}
	}
	return &mitid.Redirect{URL: q.On(md.Authorize)}, nil
}

// unsupported names the field that this broker has no way to carry.
func unsupported(r *mitid.Request) error {
	no := func(why string) error { return fault.New(fault.Unsupported, "Request."+why) }
	switch {
	case r.TransactionText.Body != "":
		return no("TransactionText: this broker shows no transaction texts; ReferenceText with an Action is what it has")
	case r.NemIDPID:
		return no("NemIDPID: this broker does not look it up")
	case r.Locale == mitid.Greenlandic:
		return no("Locale: this broker's MitID pages are Danish or English")
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no("Organisation: this broker tells an organisation only with Capacity CapacityProfessional or CapacityEither")
	case r.Silent && r.ReferenceText != "":
		return no("ReferenceText and Silent: a silent login shows no text")
	case r.RevokeCPRConsent && r.Fresh:
		return no("RevokeCPRConsent and Fresh (or ReferenceText, which needs a fresh login): this broker takes one prompt at a time")
	}
	return nil
}

func (b *Broker) params(a *mitid.Attempt) (oidcrp.Params, error) {
	acr, scopes := acrOf(a), scopesOf(&a.Request)
	hint, err := b.hint(a, acr, scopes)
	if err != nil {
		return nil, err
	}
	q := make(oidcrp.Params, 0, 13)
	oidcbroker.AddStart(&q, a, b.cfg.clientID, b.cfg.formPost)
	q.Add("scope", b.scope(&a.Request))
	q.Add("acr_values", acr)
	oidcbroker.AddJourney(&q, a)
	switch {
	case a.Request.Fresh:
		q.Add("prompt", "login")
	case a.Request.Silent:
		q.Add("prompt", "none")
	case a.Request.RevokeCPRConsent:
		q.Add("prompt", "consent_revoke")
	}
	addLocale(&q, a.Request.Locale)
	if hint != "" {
		q.Add("login_hint", hint)
	}
	return q, nil
}

func addLocale(q *oidcrp.Params, l mitid.Locale) {
	switch l {
	case mitid.Danish:
		q.Add("ui_locales", "da")
	case mitid.English:
		q.Add("ui_locales", "en")
	}
}

// acrOf chooses the acr value. A business login that must reach high goes
// through the citizen value with the hint "business", because acrBusiness cannot
// ask for a level.
func acrOf(a *mitid.Attempt) string {
	switch {
	case a.Request.Capacity == claims.CapacityProfessional && a.Level < claims.High:
		return acrBusiness
	case a.Level == claims.High:
		return acrHigh
	case a.Level == claims.Low:
		return acrLow
	default:
		return acrSubstantial
	}
}

// scope writes the scope parameter, unless an intermediary owns it.
func (b *Broker) scope(r *mitid.Request) string {
	if b.cfg.scopeInHint {
		return "openid"
	}
	return strings.Join(append([]string{"openid"}, scopesOf(r)...), " ")
}

func scopesOf(r *mitid.Request) []string {
	var s []string
	if r.CPR != mitid.CPRNo {
		s = append(s, "ssn")
	}
	if r.Address {
		s = append(s, "address")
	}
	return s
}
