package criipto

import (
	"encoding/base64"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

var actionWords = map[mitid.Action]string{
	mitid.Approve: "approve",
	mitid.Confirm: "confirm",
	mitid.Accept:  "accept",
	mitid.Sign:    "sign",
}

// hint returns the login_hint: tokens without blanks, separated by one blank
// (https://docs.idura.app/verify/getting-started/oidc-intro).
func (b *Broker) hint(a *mitid.Attempt, acr string, scopes []string) (string, error) {
	var tokens []string
	add := func(t string) { tokens = append(tokens, t) }
	r := &a.Request
	switch {
	case r.Capacity == claims.CapacityEither:
		add("business_optional")
	case r.Capacity == claims.CapacityProfessional && acr != acrBusiness:
		add("business")
	}
	if w := actionWords[r.Action]; w != "" {
		add("action:" + w)
	}
	if r.ReferenceText != "" {
		// The vendor's pages say Base64 and base64url; every SDK of theirs sends the
		// standard alphabet with padding.
		add("message:" + base64.StdEncoding.EncodeToString([]byte(r.ReferenceText)))
	}
	if r.UUID != (claims.UUID{}) {
		add("uuid:" + r.UUID.String())
	}
	if !r.CPRHint.IsZero() {
		add("sub:" + r.CPRHint.Reveal())
	}
	if !r.CVRHint.IsZero() {
		add("vatid:DK" + r.CVRHint.String())
	}
	switch r.AppSwitch.Platform {
	case mitid.IOS:
		add("appswitch:ios")
	case mitid.Android:
		add("appswitch:android")
	}
	if r.AppSwitch.ResumeURL != "" {
		add("appswitch:resumeUrl:" + r.AppSwitch.ResumeURL)
	}
	if b.cfg.noButton {
		add("mobile:continue_button:never")
	}
	if b.cfg.ct {
		add("dk:mitid:ct")
	}
	if b.cfg.acrInHint {
		add("acr_values:" + acr)
	}
	if b.cfg.scopeInHint {
		for _, s := range scopes {
			add("scope:" + s)
		}
	}
	if b.cfg.cssPath != "" {
		add("css_path:" + b.cfg.cssPath)
	}
	for _, t := range tokens {
		if strings.ContainsAny(t, " \t\r\n") {
			return "", fault.New(fault.InputInvalid, "a hint holds a blank")
		}
	}
	return strings.Join(tokens, " "), nil
}
