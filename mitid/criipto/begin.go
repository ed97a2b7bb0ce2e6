package criipto

import (
	"context"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// The acr values (https://docs.idura.app/verify/e-ids/danish-mitid). The business
// value has no level.
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
	md, err := b.oidc.Prepare(ctx, a)
	if err != nil {
		return nil, err
	}
	params, err := b.params(a)
	if err != nil {
		return nil, err
	}
	return b.oidc.Begin(ctx, md, a, b.scopes(scopesOf(&a.Request)), params...)
}

// unsupported returns an error for the first field that this broker cannot carry.
func unsupported(r *mitid.Request) error {
	no := oidcbroker.Unsupported
	switch {
	case r.TransactionText.Body != "":
		return no("TransactionText: this broker shows no transaction texts; ReferenceText with an Action is what it has")
	case r.NemIDPID:
		return no("NemIDPID: this broker does not look it up")
	case r.Locale == mitid.Greenlandic:
		return no(oidcbroker.DanishOrEnglish)
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no(oidcbroker.OrganisationOfPrivate)
	case r.Silent && r.ReferenceText != "":
		return no("ReferenceText and Silent: a silent login shows no text")
	case r.RevokeCPRConsent && r.Fresh:
		return no("RevokeCPRConsent and Fresh (or ReferenceText, which needs a fresh login): this broker takes one prompt at a time")
	}
	return nil
}

// params returns the parameters that only this broker has.
func (b *Broker) params(a *mitid.Attempt) ([]oauth2.AuthCodeOption, error) {
	acr := acrOf(a)
	hint, err := b.hint(a, acr, scopesOf(&a.Request))
	if err != nil {
		return nil, err
	}
	params := append(languageOf(&a.Request), oauth2.SetAuthURLParam("acr_values", acr))
	switch {
	case a.Request.Fresh:
		params = append(params, oauth2.SetAuthURLParam("prompt", "login"))
	case a.Request.Silent:
		params = append(params, oauth2.SetAuthURLParam("prompt", "none"))
	case a.Request.RevokeCPRConsent:
		params = append(params, oauth2.SetAuthURLParam("prompt", "consent_revoke"))
	}
	if hint != "" {
		params = append(params, oauth2.SetAuthURLParam("login_hint", hint))
	}
	return params, nil
}

// languageOf returns the parameter for Request.Locale, if that is set.
func languageOf(r *mitid.Request) []oauth2.AuthCodeOption {
	switch r.Locale {
	case mitid.Danish:
		return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("ui_locales", "da")}
	case mitid.English:
		return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("ui_locales", "en")}
	}
	return nil
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

// scopes returns what the scope parameter holds: asked, or openid alone if
// Config.ScopeInHint is set.
func (b *Broker) scopes(asked []string) []string {
	if b.cfg.scopeInHint {
		return []string{"openid"}
	}
	return append([]string{"openid"}, asked...)
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
