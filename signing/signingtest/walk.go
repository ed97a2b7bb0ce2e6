package signingtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// SignAs walks a signatory's part over HTTP, without a browser: it opens and approves the
// documents, logs in as a citizen at the tenant, and signs with the first of the signatory's
// providers that logs in, or else with a drawing or noop. who is the signatory's link, token
// or id, or those of a batch. The error holds nothing of what the API said.
func (s *Service) SignAs(ctx context.Context, who string, c mitidtest.Citizen) error {
	w, err := s.walker(who)
	if err != nil {
		return err
	}
	return w.sign(ctx, mitidtest.Approve(c))
}

// SignWith is SignAs with whatever the person does at the tenant: a person who aborts there,
// or whose login fails, has not signed, and SignWith returns an error.
func (s *Service) SignWith(ctx context.Context, who string, does mitidtest.Outcome) error {
	w, err := s.walker(who)
	if err != nil {
		return err
	}
	return w.sign(ctx, does)
}

// Approve opens and approves the documents and does not sign: the part of an approver. With
// validation before viewing it logs in as c.
func (s *Service) Approve(ctx context.Context, who string, c mitidtest.Citizen) error {
	w, err := s.walker(who)
	if err != nil {
		return err
	}
	v, err := w.open(ctx, mitidtest.Approve(c))
	if err != nil {
		return err
	}
	return w.approve(ctx, v)
}

// Reject rejects, with a reason unless it is empty. With validation before viewing it logs
// in as c.
func (s *Service) Reject(ctx context.Context, who string, c mitidtest.Citizen, reason string) error {
	w, err := s.walker(who)
	if err != nil {
		return err
	}
	if _, err := w.open(ctx, mitidtest.Approve(c)); err != nil {
		return err
	}
	input := map[string]any{"dummy": true}
	if reason != "" {
		input["reason"] = reason
	}
	return w.ask(ctx, `mutation reject($input: RejectSignatureOrderInput!) { rejectSignatureOrder(input: $input) { viewer { __typename } } }`, input, nil)
}

// Fail makes a signatory end in ERROR, as when the service cannot seal a document.
func (s *Service) Fail(who, why string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	p := s.partyOf(who)
	if p == nil {
		return errors.New("signingtest: there is no such signatory")
	}
	for _, g := range p.members {
		if g.order.status != statusOpen || g.status != statusOpen {
			return errors.New("signingtest: the signatory has ended already")
		}
		g.status, g.reason = statusError, text(why)
		s.tell(g.order, g, event{name: "SIGNATORY_SIGN_ERROR", err: why})
	}
	return nil
}

// partyOf returns the party of a link, a token or an id, or nil. The caller holds the lock.
func (s *Service) partyOf(who string) *party {
	if token, ok := strings.CutPrefix(who, s.URL()+pathLink); ok {
		who = token
	}
	if p := s.orders.parties[who]; p != nil {
		return p
	}
	if g := s.orders.signatories[who]; g != nil {
		return g.party
	}
	if b := s.orders.batches[who]; b != nil {
		return b.party
	}
	return nil
}

// walker is a custom front end that speaks the signatory's side of the API.
type walker struct {
	s          *Service
	token      string
	validation string
}

func (s *Service) walker(who string) (*walker, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.partyOf(who)
	if p == nil {
		return nil, errors.New("signingtest: there is no such signatory")
	}
	return &walker{s: s, token: p.token}, nil
}

// seen is the viewer as the walker reads it.
type seen struct {
	Typename  string `json:"__typename"`
	Providers []struct {
		Typename  string   `json:"__typename"`
		ID        string   `json:"id"`
		ACRValues []string `json:"acrValues"`
		Parts     []struct {
			Typename  string   `json:"__typename"`
			ID        string   `json:"id"`
			ACRValues []string `json:"acrValues"`
		} `json:"providers"`
	} `json:"evidenceProviders"`
	Documents struct {
		Edges []struct {
			Status *string `json:"status"`
			Node   struct {
				ID string `json:"id"`
			} `json:"node"`
		} `json:"edges"`
	} `json:"documents"`
}

const viewerQuery = `query viewer { viewer { __typename
  ... on SignatoryViewer { evidenceProviders { ...p } documents { edges { status node { id } } } }
  ... on BatchSignatoryViewer { evidenceProviders { ...p } documents { edges { status node { id } } } }
  ... on UnvalidatedSignatoryViewer { evidenceProviders { ...p } } } }
fragment p on SignatureEvidenceProvider { __typename id
  ... on CriiptoVerifySignatureEvidenceProvider { acrValues }
  ... on AllOfSignatureEvidenceProvider { providers { __typename id ... on CriiptoVerifySignatureEvidenceProvider { acrValues } } } }`

// open returns the viewer, after a login if one is demanded before viewing.
func (w *walker) open(ctx context.Context, does mitidtest.Outcome) (*seen, error) {
	for range 2 {
		var answer struct {
			Viewer seen `json:"viewer"`
		}
		if err := w.ask(ctx, viewerQuery, nil, &answer); err != nil {
			return nil, err
		}
		v := &answer.Viewer
		if v.Typename != "UnvalidatedSignatoryViewer" {
			return v, nil
		}
		id, acr := v.login()
		code, state, err := w.login(ctx, id, acr, stageView, does)
		if err != nil {
			return nil, err
		}
		var done struct {
			Complete struct {
				JWT string `json:"jwt"`
			} `json:"completeCriiptoVerifyEvidenceProvider"`
		}
		err = w.ask(ctx, `mutation complete($input: CompleteCriiptoVerifyEvidenceProviderInput!) { completeCriiptoVerifyEvidenceProvider(input: $input) { jwt } }`,
			map[string]any{"code": code, "state": state}, &done)
		if err != nil {
			return nil, err
		}
		w.validation = id + ":" + done.Complete.JWT
	}
	return nil, errors.New("signingtest: the login was not enough to see the documents")
}

// login returns the provider to log in with, and how.
func (v *seen) login() (id, acr string) {
	for _, p := range v.Providers {
		if p.Typename == kindVerify {
			return p.ID, p.ACRValues[0]
		}
		for _, part := range p.Parts {
			if part.Typename == kindVerify {
				return p.ID, part.ACRValues[0]
			}
		}
	}
	return "", ""
}

// login walks one login at the tenant.
func (w *walker) login(ctx context.Context, id, acr, stage string, does mitidtest.Outcome) (code, state string, err error) {
	var started struct {
		Start struct {
			RedirectURI string `json:"redirectUri"`
			State       string `json:"state"`
		} `json:"startCriiptoVerifyEvidenceProvider"`
	}
	err = w.ask(ctx, `mutation start($input: StartCriiptoVerifyEvidenceProviderInput!) { startCriiptoVerifyEvidenceProvider(input: $input) {
  ... on CriiptoVerifyEvidenceProviderRedirect { redirectUri state } } }`,
		map[string]any{"id": id, "acrValue": acr, "stage": stage, "redirectUri": w.s.callback()}, &started)
	if err != nil {
		return "", "", err
	}
	back, err := mitidtest.Walk(ctx, w.s.tenant, &mitid.Redirect{URL: started.Start.RedirectURI}, does)
	if err != nil {
		return "", "", err
	}
	q, err := url.ParseQuery(back.RawQuery)
	if err != nil || q.Get("code") == "" {
		return "", "", errors.New("signingtest: the login ended without a code")
	}
	return q.Get("code"), started.Start.State, nil
}

func (w *walker) approve(ctx context.Context, v *seen) error {
	const update = `mutation update($input: UpdateSignatoryDocumentStatusInput!) { updateSignatoryDocumentStatus(input: $input) { viewer { __typename } } }`
	for _, e := range v.Documents.Edges {
		if e.Status != nil && *e.Status != statusOpened {
			continue
		}
		for _, status := range []string{statusOpened, statusApproved} {
			if err := w.ask(ctx, update, map[string]any{"documentId": e.Node.ID, "status": status}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) sign(ctx context.Context, does mitidtest.Outcome) error {
	v, err := w.open(ctx, does)
	if err != nil {
		return err
	}
	if err := w.approve(ctx, v); err != nil {
		return err
	}
	if len(v.Providers) == 0 {
		return errors.New("signingtest: the signatory has no evidence provider")
	}
	drawn := map[string]any{"image": base64.StdEncoding.EncodeToString(drawing()), "name": does.Citizen.Name}
	input := map[string]any{}
	if id, acr := v.login(); id != "" {
		code, state, err := w.login(ctx, id, acr, stageSign, does)
		if err != nil {
			return err
		}
		evidence := map[string]any{"criiptoVerifyV2": map[string]any{"code": code, "state": state}}
		for _, p := range v.Providers {
			if p.ID == id && p.Typename == kindAllOf {
				for _, part := range p.Parts {
					switch part.Typename {
					case kindDrawable:
						evidence["drawable"] = drawn
					case kindNoop:
						evidence["noop"] = true
					}
				}
				evidence = map[string]any{"allOf": evidence}
			}
		}
		input = evidence
		input["id"] = id
	} else {
		input["id"] = v.Providers[0].ID
		switch v.Providers[0].Typename {
		case kindDrawable:
			input["drawable"] = drawn
		case kindNoop:
			input["noop"] = true
		default:
			input["allOf"] = map[string]any{"drawable": drawn, "noop": true}
		}
	}
	return w.ask(ctx, `mutation sign($input: SignInput!) { sign(input: $input) { viewer { __typename } } }`, input, nil)
}

// errRefused is what a walker says of errors of the API, whose texts it does not repeat.
var errRefused = errors.New("signingtest: the service refused what the signatory did")

// ask sends one request of the signatory's side.
func (w *walker) ask(ctx context.Context, query string, input map[string]any, to any) error {
	body := map[string]any{"query": query}
	if input != nil {
		body["variables"] = map[string]any{"input": input}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.s.Endpoint(), bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Signatory-Token", w.token)
	if w.validation != "" {
		req.Header.Set("Signatory-Validation", w.validation)
	}
	res, err := w.s.HTTPClient().Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Errors []json.RawMessage `json:"errors"`
		Data   json.RawMessage   `json:"data"`
	}
	read, err := io.ReadAll(io.LimitReader(res.Body, DefaultMaxBody))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(read, &answer) != nil || len(answer.Errors) > 0 {
		return errRefused
	}
	if to == nil {
		return nil
	}
	return json.Unmarshal(answer.Data, to)
}
