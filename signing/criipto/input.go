package criipto

import (
	"encoding/base64"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// The inputs of the interface, as far as they are used. What is empty is left out: an
// explicit null would override the service's own defaults.

type createInput struct {
	Title          string           `json:"title,omitempty"`
	Signatories    []signatoryInput `json:"signatories"`
	NoBuiltIn      bool             `json:"disableVerifyEvidenceProvider"` // ours is the only way to sign
	Providers      []providerInput  `json:"evidenceProviders"`
	Stages         []string         `json:"evidenceValidationStages"`
	ExpiresAt      string           `json:"expiresAt,omitempty"`
	Timezone       string           `json:"timezone"`
	MaxSignatories int              `json:"maxSignatories,omitempty"`
	Fix            *bool            `json:"fixDocumentFormattingErrors,omitempty"`
	UI             uiInput          `json:"ui"`
	Webhook        *webhookInput    `json:"webhook,omitempty"`
}

// documentInput is written without its blob, which is streamed.
type documentInput struct {
	PreserveStructure bool     `json:"preserveOriginalStructure,omitempty"`
	PDF               pdfInput `json:"pdf"` // last, so that the blob can follow
}

type pdfInput struct {
	Title           string `json:"title"`
	StorageMode     string `json:"storageMode"`
	Reference       string `json:"reference"`
	RemoveBookmarks bool   `json:"removeBookmarks,omitempty"`
}

type signatoryInput struct {
	Reference  string            `json:"reference"`
	Role       string            `json:"signatoryRole,omitempty"`
	SigningAs  string            `json:"signingAs,omitempty"`
	Validation []validationInput `json:"evidenceValidation,omitempty"`
	Sequence   int               `json:"signingSequence,omitempty"`
}

type validationInput struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type providerInput struct {
	Verify verifyInput `json:"criiptoVerify"`
}

type verifyInput struct {
	ACR       []string `json:"acrValues"`
	Scope     string   `json:"scope,omitempty"`
	LoginHint string   `json:"loginHint"`
	Message   string   `json:"message"`
	UniqueKey string   `json:"uniqueEvidenceKey"`
}

type uiInput struct {
	ReturnURL string `json:"signatoryRedirectUri,omitempty"`
	Language  string `json:"language"`
}

type webhookInput struct {
	URL      string `json:"url"`
	Secret   string `json:"secret"`
	Validate bool   `json:"validateConnectivity,omitempty"`
}

// create is the input for an order, without its documents.
func (s *Service) create(o *signing.Order, d []signing.Digest) createInput {
	in := createInput{
		Title: o.Title, NoBuiltIn: true, Providers: []providerInput{{s.provider(o, d)}}, Stages: []string{"VIEW", "SIGN"},
		Timezone: s.cfg.Timezone, MaxSignatories: s.cfg.MaxSignatories, UI: uiInput{ReturnURL: o.ReturnURL, Language: language(o.Language)},
	}
	if s.cfg.ViewWithoutLogin {
		in.Stages = []string{"SIGN"}
	}
	if !o.Expires.IsZero() {
		in.ExpiresAt = o.Expires.UTC().Format(time.RFC3339)
	}
	if s.cfg.NoFixes {
		in.Fix = new(bool)
	}
	for i := range o.Signatories {
		in.Signatories = append(in.Signatories, signatory(&o.Signatories[i]))
	}
	if h := s.cfg.Webhook; h.URL != "" {
		in.Webhook = &webhookInput{URL: h.URL, Secret: base64.StdEncoding.EncodeToString(h.Secret), Validate: h.Validate}
	}
	return in
}

// provider is how people log in to sign.
func (s *Service) provider(o *signing.Order, d []signing.Digest) verifyInput {
	v := verifyInput{ACR: []string{acr(s.cfg.Level)}, LoginHint: s.cfg.LoginHint, Message: Message(d), UniqueKey: s.cfg.UniqueEvidence}
	if s.cfg.MessageBase64 {
		v.Message = base64.StdEncoding.EncodeToString([]byte(v.Message))
	}
	for i := range o.Signatories {
		if !o.Signatories[i].Who.CPR.IsZero() {
			v.Scope = "openid ssn" // the scope replaces the default, so openid is repeated
		}
	}
	return v
}

func signatory(g *signing.Signatory) signatoryInput {
	in := signatoryInput{Reference: g.Reference, SigningAs: g.SigningAs, Sequence: g.Sequence}
	switch g.Role {
	case signing.Approver:
		in.Role = "APPROVER"
	case signing.Viewer:
		in.Role = "VIEWER"
	default:
		in.Role = "SIGNER"
	}
	if !g.Who.UUID.IsZero() {
		in.Validation = append(in.Validation, validationInput{"uuid", g.Who.UUID.String()})
	}
	if g.Who.Subject != "" {
		in.Validation = append(in.Validation, validationInput{"sub", g.Who.Subject})
	}
	if !g.Who.CPR.IsZero() {
		in.Validation = append(in.Validation, validationInput{"cprNumberIdentifier", g.Who.CPR.Reveal()})
	}
	return in
}

func language(l signing.Language) string {
	if l == signing.English {
		return "EN_US"
	}
	return "DA_DK"
}
