package eident

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// The eIDs of amr_values
// (https://www.nets.eu/developer/e-ident/).
const (
	eidPrivate  = "mitid"
	eidBusiness = "mitid:mitid_erhverv"
)

// Begin builds the address of the broker's start page, /its/index.html. What was
// asked travels in the browser's hands there, so nothing of it is believed:
// Complete looks at what came back.
func (b *Broker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if err := b.unsupported(&a.Request); err != nil {
		return nil, err
	}
	if t := a.Request.TransactionText; t.Body != "" {
		if err := checkText(t); err != nil {
			return nil, err
		}
	}
	md, err := b.party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	return &mitid.Redirect{URL: b.login(a).On(md.Authorize)}, nil
}

// unsupported names the field that this broker has no way to carry.
func (b *Broker) unsupported(r *mitid.Request) error {
	no := func(why string) error { return fault.New(fault.Unsupported, "Request."+why) }
	switch {
	case r.Address:
		return no("Address: this broker tells none")
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no("Organisation: this broker tells an organisation only with Capacity CapacityProfessional or CapacityEither")
	case !r.CPRHint.IsZero():
		return no("CPRHint: this broker takes none, and a browser must not carry it")
	case r.UUID != claims.UUID{} && !b.cfg.uuidInURL:
		return no("UUID: this broker takes it only in the browser's address; Config.UUIDInURL allows that")
	case r.UUID != claims.UUID{} && r.Capacity == claims.CapacityProfessional:
		return no("UUID: this broker ignores it in a login for an organisation")
	case !r.CVRHint.IsZero():
		return no("CVRHint: this broker lets the person choose")
	case r.Action != mitid.LogOn:
		return no("Action: this broker sets the verb")
	case r.Locale == mitid.Greenlandic:
		return no("Locale: this broker's MitID pages are Danish or English")
	case r.Silent:
		return no("Silent: this broker keeps no session that could answer without a page")
	case r.AppSwitch.Platform != mitid.NoAppSwitch:
		return no("AppSwitch: this broker leads nobody back into an app")
	case r.RevokeCPRConsent:
		return no("RevokeCPRConsent: this broker remembers no CPR numbers")
	}
	return nil
}

// login returns the parameters of a login.
func (b *Broker) login(a *mitid.Attempt) oidcrp.Params {
	r := &a.Request
	q := b.start(a)
	if b.cfg.aal != claims.LevelUnknown {
		q.Add("aal_value", b.cfg.aal.String())
	} else {
		q.Add("acr_values", "urn:eident:acrp:level:"+a.Level.String())
		q.Add("loa_value", a.Level.String())
	}
	q.Add("amr_values", b.eids(r.Capacity))
	if r.Fresh {
		q.Add("prompt", "login")
		q.Add("max_age", "0") // with it auth_time must come back (OpenID Connect Core, 2)
	}
	if r.UUID != (claims.UUID{}) {
		q.Add("login_hint", b.cfg.hintAs.write(r.UUID.String()))
	}
	if r.ReferenceText != "" {
		q.Add("reference_text", b.cfg.textAs.write(r.ReferenceText))
	}
	if t := r.TransactionText; t.Body != "" {
		q.Add("transactiontext", b.cfg.textAs.write(t.Body))
		q.Add("transactiontext_type", typeWords[t.Type])
	}
	return q
}

// start returns the parameters that every request has.
func (b *Broker) start(a *mitid.Attempt) oidcrp.Params {
	q := make(oidcrp.Params, 0, 18)
	q.Add("client_id", b.cfg.clientID)
	q.Add("redirect_uri", a.RedirectURL)
	q.Add("response_type", "code")
	q.Add("scope", b.scope(&a.Request))
	q.Add("state", a.Handle)
	q.Add("nonce", a.Nonce)
	q.Add("code_challenge", a.Challenge())
	q.Add("code_challenge_method", "S256")
	language := a.Request.Locale
	if language == mitid.LocaleDefault {
		language = b.cfg.language
	}
	if language == mitid.English {
		q.Add("language", "en_GB")
	} else {
		q.Add("language", "da_DK")
	}
	return q
}

func (b *Broker) scope(r *mitid.Request) string {
	scopes := append(make([]string, 0, 5), "openid")
	if !b.cfg.noProfile {
		scopes = append(scopes, "profile")
	}
	if r.CPR != mitid.CPRNo {
		scopes = append(scopes, "ssn")
	}
	if r.Organisation {
		scopes = append(scopes, "organisation")
	}
	if r.NemIDPID {
		scopes = append(scopes, b.cfg.pidScope)
	}
	return strings.Join(scopes, " ")
}

func (b *Broker) eids(k claims.Capacity) string {
	switch k {
	case claims.CapacityProfessional:
		return eidBusiness
	case claims.CapacityEither:
		return eidPrivate + b.cfg.separator + eidBusiness
	default:
		return eidPrivate
	}
}

func (e TextEncoding) write(s string) string {
	if e == Base64 {
		return base64.StdEncoding.EncodeToString([]byte(s))
	}
	return s
}
