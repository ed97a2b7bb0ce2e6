package eident

import (
	"cmp"
	"context"
	"encoding/base64"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// The eIDs of amr_values
// (https://www.nets.eu/developer/e-ident/).
const (
	eidPrivate  = "mitid"
	eidBusiness = "mitid:mitid_erhverv"
)

// Begin returns the address of the broker's start page, /its/index.html. The browser
// carries the request there and could change it. So Complete checks in the answer what
// was asked.
func (b *Broker) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if err := b.cfg.unsupported(&a.Request); err != nil {
		return nil, err
	}
	md, err := b.oidc.Party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	return b.oidc.BeginInAddress(md, a, b.scopes(&a.Request), b.login(a)...), nil
}

// unsupported returns an error for the first field that this broker cannot carry, in
// either protocol.
func (s *settings) unsupported(r *mitid.Request) error {
	no := oidcbroker.Unsupported
	switch {
	case r.Address:
		return no("Address: this broker tells none")
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no(oidcbroker.OrganisationOfPrivate)
	case !r.CPRHint.IsZero():
		return no("CPRHint: this broker takes none, and a browser must not carry it")
	case r.UUID != claims.UUID{} && !s.uuidInURL:
		return no("UUID: this broker takes it only in the browser's address; Config.UUIDInURL allows that")
	case r.UUID != claims.UUID{} && r.Capacity == claims.CapacityProfessional:
		return no("UUID: this broker ignores it in a login for an organisation")
	case !r.CVRHint.IsZero():
		return no("CVRHint: this broker lets the person choose")
	case r.Action != mitid.LogOn:
		return no("Action: this broker sets the verb")
	case r.Locale == mitid.Greenlandic:
		return no(oidcbroker.DanishOrEnglish)
	case r.Silent:
		return no("Silent: this broker keeps no session that could answer without a page")
	case r.AppSwitch.Platform != mitid.NoAppSwitch:
		return no("AppSwitch: this broker leads nobody back into an app")
	case r.RevokeCPRConsent:
		return no(oidcbroker.NoCPRConsent)
	case utf8.RuneCountInString(r.TransactionText.Body) > maxTransactionText:
		return fault.Newf(fault.InputInvalid, "the transaction text is longer than %d characters", maxTransactionText)
	}
	return nil
}

// login returns the parameters of a login that only this broker has.
func (b *Broker) login(a *mitid.Attempt) []oauth2.AuthCodeOption {
	r := &a.Request
	var params []oauth2.AuthCodeOption
	add := func(name, value string) { params = append(params, oauth2.SetAuthURLParam(name, value)) }
	add("language", b.cfg.locale(r))
	add("amr_values", b.cfg.eids(r.Capacity))
	if b.cfg.aal == claims.LevelUnknown {
		add("acr_values", "urn:eident:acrp:level:"+a.Level.String())
	}
	if r.Fresh {
		add("prompt", "login")
		add("max_age", "0") // demands auth_time in the token (OpenID Connect Core section 2)
	}
	b.cfg.addLogin(a, "login_hint", add)
	return params
}

// addLogin adds the parameters that have one meaning in both protocols. hint is the name
// of the one with the MitID UUID.
func (s *settings) addLogin(a *mitid.Attempt, hint string, add func(name, value string)) {
	r := &a.Request
	if s.aal != claims.LevelUnknown {
		add("aal_value", s.aal.String())
	} else {
		add("loa_value", a.Level.String())
	}
	if !r.UUID.IsZero() {
		add(hint, s.hintAs.write(r.UUID.String()))
	}
	if r.ReferenceText != "" {
		add("reference_text", s.textAs.write(r.ReferenceText))
	}
	if t := r.TransactionText; t.Body != "" {
		add("transactiontext", s.textAs.write(t.Body))
		add("transactiontext_type", typeWords[t.Type])
	}
}

// locale returns the language of the broker's pages.
func (s *settings) locale(r *mitid.Request) string {
	if cmp.Or(r.Locale, s.language) == mitid.English {
		return "en_GB"
	}
	return "da_DK"
}

func (b *Broker) scopes(r *mitid.Request) []string {
	scopes := append(make([]string, 0, 5), "openid")
	if !b.noProfile {
		scopes = append(scopes, "profile")
	}
	if r.CPR != mitid.CPRNo {
		scopes = append(scopes, "ssn")
	}
	if r.Organisation {
		scopes = append(scopes, "organisation")
	}
	if r.NemIDPID {
		scopes = append(scopes, b.pidScope)
	}
	return scopes
}

func (s *settings) eids(k claims.Capacity) string {
	switch k {
	case claims.CapacityProfessional:
		return eidBusiness
	case claims.CapacityEither:
		return eidPrivate + s.separator + eidBusiness
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
