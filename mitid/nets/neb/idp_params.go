package neb

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// idpParams is the parameter idp_params, with parameters for MitID (Signaturgruppen,
// MitID parameters). The broker reads it as JSON in a text, both in a query and in a
// request object (recorded).
type idpParams struct {
	MitID   mitIDParams    `json:"mitid"`
	Erhverv *erhvervParams `json:"mitid_erhverv,omitempty"`
}

type mitIDParams struct {
	Level         string `json:"loa_value"`
	ReferenceText string `json:"reference_text,omitempty"` // base64, standard alphabet, padded
	Action        string `json:"action_text,omitempty"`
	UUID          string `json:"uuid_hint,omitempty"`
	CPR           string `json:"cpr_hint,omitempty"`
	StepUp        bool   `json:"enable_step_up,omitempty"`
	AppSwitch     bool   `json:"enable_app_switch,omitempty"`
	AppSwitchOS   string `json:"app_switch_os,omitempty"`
	AppSwitchURL  string `json:"app_switch_url,omitempty"`
	Text          string `json:"transaction_text,omitempty"` // base64
	TextType      string `json:"transaction_text_type,omitempty"`
}

// erhvervParams let a person without an organisation, or who wants none, log in as a
// private person.
type erhvervParams struct {
	AllowPrivate bool `json:"allow_private"`
}

var actionWords = map[mitid.Action]string{
	mitid.Approve: "APPROVE",
	mitid.Confirm: "CONFIRM",
	mitid.Accept:  "ACCEPT",
	mitid.Sign:    "SIGN",
}

var platformWords = map[mitid.Platform]string{
	mitid.IOS:     "ios",
	mitid.Android: "android",
}

var textTypes = map[mitid.TextType]string{
	mitid.PlainText: "text",
	mitid.HTMLText:  "html",
}

func (b *Broker) idpParams(a *mitid.Attempt, raises bool) string {
	r := &a.Request
	p := idpParams{MitID: mitIDParams{
		Level: a.Level.String(), ReferenceText: inBase64(r.ReferenceText), Action: actionWords[r.Action], StepUp: raises,
		AppSwitch: r.AppSwitch.Platform != mitid.NoAppSwitch, AppSwitchOS: platformWords[r.AppSwitch.Platform], AppSwitchURL: r.AppSwitch.ResumeURL,
	}}
	if r.UUID != (claims.UUID{}) {
		p.MitID.UUID = r.UUID.String()
	}
	if !r.CPRHint.IsZero() {
		p.MitID.CPR = r.CPRHint.Reveal()
	}
	if r.TransactionText.Body != "" && b.cfg.carrier == RequestObject {
		p.MitID.Text, p.MitID.TextType = inBase64(r.TransactionText.Body), textTypes[r.TransactionText.Type]
	}
	if r.Capacity == claims.CapacityEither {
		p.Erhverv = &erhvervParams{AllowPrivate: true}
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	_ = e.Encode(p) // texts and booleans always marshal
	return strings.TrimSuffix(text.String(), "\n")
}

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
