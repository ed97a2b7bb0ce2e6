package neb

import (
	"context"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// Begin builds the authorization request and pushes it where the broker takes
// pushed requests.
func (b *Broker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return b.begin(ctx, a, false)
}

// begin begins a login. raises: the person has a session, and its level is too
// low.
func (b *Broker) begin(ctx context.Context, a *mitid.Attempt, raises bool) (*mitid.Redirect, error) {
	if err := unsupported(&a.Request); err != nil {
		return nil, err
	}
	md, err := b.party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	if md.PAR == "" {
		if err := b.withoutPAR(a); err != nil {
			return nil, err
		}
	}
	return b.send(ctx, md, b.params(a, raises))
}

// send signs a request where that is configured, pushes it where the broker takes
// pushed ones, and puts it into the address elsewhere.
func (b *Broker) send(ctx context.Context, md *oidcrp.Metadata, q oidcrp.Params) (*mitid.Redirect, error) {
	if b.party.SignsRequests() {
		var err error
		if q, err = b.signed(q, md.PAR != ""); err != nil {
			return nil, err
		}
	}
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
	case r.RevokeCPRConsent:
		return no("RevokeCPRConsent: this broker remembers no CPR number")
	case !r.CVRHint.IsZero():
		return no("CVRHint: at this broker the person chooses the organisation")
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no("Organisation: this broker tells an organisation only with Capacity CapacityProfessional or CapacityEither")
	case r.AppSwitch.Platform != mitid.NoAppSwitch && r.AppSwitch.ResumeURL == "":
		return no("AppSwitch: this broker takes a Platform together with a ResumeURL only")
	case r.Silent && (needsMitID(r) || r.UUID != (claims.UUID{})):
		return no("Silent: a text, an action or a hint is for MitID's own page, which a silent login does not show")
	}
	return nil
}

// needsMitID reports whether r asks for something that happens in MitID alone. A
// session at the broker would answer without it, and drop it silently.
func needsMitID(r *mitid.Request) bool {
	return r.ReferenceText != "" || r.TransactionText.Body != "" || r.Action != mitid.LogOn || !r.CPRHint.IsZero()
}

// needsLogin reports whether the person must use MitID although they may have a
// session at the broker. One that is too low for High would be refused at the
// answer, again and again until it ends. A step-up builds on the session.
func needsLogin(a *mitid.Attempt) bool {
	r := &a.Request
	anew := a.ExpectSubject == "" && (r.UUID != (claims.UUID{}) || a.Level == claims.High)
	return r.Fresh || anew || needsMitID(r)
}

// withoutPAR refuses what a browser must not carry. The broker announces pushed
// requests; this is for the day on which it does not.
func (b *Broker) withoutPAR(a *mitid.Attempt) error {
	r := &a.Request
	switch {
	case !r.CPRHint.IsZero() || r.UUID != (claims.UUID{}) && a.ExpectSubject == "":
		return fault.New(fault.Unsupported, "Request.CPRHint and Request.UUID need pushed authorization requests, which the broker does not announce: a browser must not carry them")
	case r.TransactionText.Body != "" && b.cfg.carrier == SignText:
		return fault.New(fault.Unsupported, "Request.TransactionText needs pushed authorization requests, which the broker does not announce, or Config.TextCarrier RequestObject")
	}
	// A step-up goes on without the hint: the answer must be the same person's all
	// the same.
	r.UUID = claims.UUID{}
	return nil
}

func (b *Broker) params(a *mitid.Attempt, raises bool) oidcrp.Params {
	r := &a.Request
	q := make(oidcrp.Params, 0, 17)
	oidcbroker.AddStart(&q, a, b.cfg.clientID, b.cfg.formPost)
	q.Add("scope", b.scope(a))
	oidcbroker.AddJourney(&q, a)
	q.Add("idp_values", idpValues[r.Capacity])
	q.Add("idp_params", b.idpParams(a, raises))
	switch {
	case r.Silent:
		q.Add("prompt", "none")
	case needsLogin(a):
		q.Add("prompt", "login")
	}
	if b.cfg.maxAge > 0 {
		q.Add("max_age", strconv.FormatInt(int64(b.cfg.maxAge/time.Second), 10))
	}
	if l := languages[r.Locale]; l != "" {
		q.Add("language", l)
	}
	if r.TransactionText.Body != "" && b.cfg.carrier == SignText {
		q.Add("signtext_base64", inBase64(r.TransactionText.Body))
		q.Add("signtext_type", textTypes[r.TransactionText.Type])
	}
	return q
}

// idpValues are the identity providers, in order of preference.
var idpValues = map[claims.Capacity]string{
	claims.CapacityPrivate:      "mitid",
	claims.CapacityProfessional: "mitid_erhverv",
	claims.CapacityEither:       "mitid mitid_erhverv",
}

var languages = map[mitid.Locale]string{
	mitid.Danish:      "da",
	mitid.English:     "en",
	mitid.Greenlandic: "kl",
}

// signed puts q into a signed request object. A pushed one travels alone (RFC 9126
// section 3); beside one in an address stand the parameters that OpenID Connect
// Core section 6.1 wants to see there.
func (b *Broker) signed(q oidcrp.Params, pushed bool) (oidcrp.Params, error) {
	object, err := b.party.SignRequest(q.Values())
	if err != nil {
		return nil, err
	}
	var beside oidcrp.Params
	for _, nv := range q {
		if n := nv[0]; !pushed && (n == "client_id" || n == "response_type" || n == "scope") {
			beside = append(beside, nv)
		}
	}
	beside.Add("request", object)
	return beside, nil
}
