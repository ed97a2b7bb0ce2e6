package neb

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Begin builds the authorization request and pushes it where the broker takes
// pushed requests.
func (b *Broker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return b.begin(ctx, a, false)
}

// begin begins a login. raises says that the person has a session at the broker whose
// level is too low.
func (b *Broker) begin(ctx context.Context, a *mitid.Attempt, raises bool) (*mitid.Redirect, error) {
	if err := unsupported(&a.Request); err != nil {
		return nil, err
	}
	md, err := b.oidc.Prepare(ctx, a)
	if err != nil {
		return nil, err
	}
	if md.PAR == "" && a.Request.TransactionText.Body != "" && b.cfg.carrier == SignText {
		// Today the broker takes pushed requests. The check is for the case that it stops.
		return nil, oidcbroker.Unsupported("TransactionText needs pushed authorization requests, which this broker does not announce, or Config.TextCarrier RequestObject")
	}
	return b.oidc.Begin(ctx, md, a, b.scopes(a), b.params(a, raises)...)
}

// unsupported returns an error for the first field that this broker cannot carry.
func unsupported(r *mitid.Request) error {
	no := oidcbroker.Unsupported
	switch {
	case r.RevokeCPRConsent:
		return no(oidcbroker.NoCPRConsent)
	case !r.CVRHint.IsZero():
		return no("CVRHint: at this broker the person chooses the organisation")
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no(oidcbroker.OrganisationOfPrivate)
	case r.AppSwitch.Platform != mitid.NoAppSwitch && r.AppSwitch.ResumeURL == "":
		return no("AppSwitch: this broker takes a Platform together with a ResumeURL only")
	case r.Silent && (needsMitID(r) || r.UUID != (claims.UUID{})):
		return no("Silent: a text, an action or a hint is for MitID's own page, which a silent login does not show")
	}
	return nil
}

// needsMitID reports whether r asks for something that only MitID does. The broker
// would answer from its session and ignore it.
func needsMitID(r *mitid.Request) bool {
	return r.ReferenceText != "" || r.TransactionText.Body != "" || r.Action != mitid.LogOn || !r.CPRHint.IsZero()
}

// needsLogin reports whether the person must use MitID even if they have a session at
// the broker. If the level of the session were below High, every answer would be refused
// until the session ends. A step-up uses the session.
func needsLogin(a *mitid.Attempt) bool {
	r := &a.Request
	anew := a.ExpectSubject == "" && (r.UUID != (claims.UUID{}) || a.Level == claims.High)
	return r.Fresh || anew || needsMitID(r)
}

// params returns the parameters that only this broker has.
func (b *Broker) params(a *mitid.Attempt, raises bool) []oauth2.AuthCodeOption {
	r := &a.Request
	params := languageOf(r)
	add := func(name, value string) { params = append(params, oauth2.SetAuthURLParam(name, value)) }
	add("idp_values", idpValuesOf(r))
	add("idp_params", b.idpParams(a, raises))
	switch {
	case r.Silent:
		add("prompt", "none")
	case needsLogin(a):
		add("prompt", "login")
	}
	if b.cfg.maxAge > 0 {
		add("max_age", strconv.FormatInt(int64(b.cfg.maxAge/time.Second), 10))
	}
	if r.TransactionText.Body != "" && b.cfg.carrier == SignText {
		add("signtext_base64", inBase64(r.TransactionText.Body))
		add("signtext_type", textTypes[r.TransactionText.Type])
	}
	return params
}

// idpValues are the identity providers, in order of preference.
var idpValues = map[claims.Capacity]string{
	claims.CapacityPrivate:      "mitid",
	claims.CapacityProfessional: "mitid_erhverv",
	claims.CapacityEither:       "mitid mitid_erhverv",
}

// idpValuesOf returns the identity providers of r. The client has set a capacity; if
// there is none, it is that of a private person.
func idpValuesOf(r *mitid.Request) string {
	return idpValues[cmp.Or(r.Capacity, claims.CapacityPrivate)]
}

var languages = map[mitid.Locale]string{
	mitid.Danish:      "da",
	mitid.English:     "en",
	mitid.Greenlandic: "kl",
}

// languageOf returns the parameter for Request.Locale, if that is set.
func languageOf(r *mitid.Request) []oauth2.AuthCodeOption {
	if l := languages[r.Locale]; l != "" {
		return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("language", l)}
	}
	return nil
}
