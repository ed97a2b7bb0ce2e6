package main

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// requestView is a request as JSON has it.
type requestView struct {
	Method        string         `json:"method"`
	Path          string         `json:"path"`
	Parameters    url.Values     `json:"parameters"`
	Headers       http.Header    `json:"headers"`
	Auth          string         `json:"auth,omitempty"`
	At            *time.Time     `json:"at,omitempty"`
	Status        int            `json:"status,omitzero"`
	Operations    []string       `json:"operations,omitempty"`
	Variables     map[string]any `json:"variables,omitempty"`
	Letter        string         `json:"letter,omitempty"`
	Misbehaviours []string       `json:"misbehaviours,omitempty"`
}

// starred stands for a value that is not shown.
const starred = "***"

// harmless are the parameters whose values are shown: they hold neither a secret nor,
// as a rule, anything about a person. A value that looks like a CPR number is starred out all the same.
func harmless() []string {
	return []string{
		"acr_values", "client_assertion_type", "client_id", "code_challenge_method", "grant_type", "id_token_signed_response_alg", "idp_values",
		"language", "max_age", "nonce", "post_logout_redirect_uri", "prompt", "redirect_uri", "response_mode", "response_type", "scope", "state",
		"TARGET", "RelayState", "SigAlg", "token_type_hint", "ui_locales",
	}
}

// textOf returns what somebody wrote, unless it looks like a CPR number.
func textOf(text string, reveal bool) string {
	if !reveal && cprshape.In(text) {
		return starred
	}
	return text
}

func (c *control) listRequests(r *http.Request) (any, error) {
	reveal, err := reveals(r)
	if err != nil {
		return nil, err
	}
	all := []requestView{}
	if r.PathValue("fake") == signaturesName {
		for _, q := range c.s.signing.Requests() {
			all = append(all, viewSigningRequest(q, reveal))
		}
	} else if d, err := c.distributor(r); err == nil {
		for _, q := range d.Requests() {
			all = append(all, viewPostRequest(q))
		}
	} else if b, err := c.broker(r); err == nil {
		for _, q := range b.Requests() {
			all = append(all, viewLoginRequest(q, reveal))
		}
	} else {
		return nil, err
	}
	return map[string]any{"requests": all}, nil
}

func viewLoginRequest(q mitidtest.Request, reveal bool) requestView {
	v := requestView{Method: q.Method, Path: textOf(q.Path, reveal), Parameters: url.Values{}, Headers: q.Header, Auth: string(q.Auth)}
	for _, from := range []url.Values{q.Query, q.Form, q.Params} { // the last one has the parameters in force
		for name, values := range from {
			shown := slices.Clone(values)
			for i, text := range shown {
				if shown[i] = textOf(text, reveal); !reveal && !slices.Contains(harmless(), name) {
					shown[i] = starred
				}
			}
			v.Parameters[name] = shown
		}
	}
	return v
}

// viewPostRequest shows all that a distributor records, which is nothing about a person.
func viewPostRequest(q ebokstest.Request) requestView {
	v := requestView{Method: q.Method, Path: q.Template, Parameters: url.Values{}, Headers: q.Header, At: &q.At, Status: q.Status}
	if values, err := url.ParseQuery(q.Query); err == nil {
		v.Parameters = values
	}
	if q.Operation != "" {
		v.Operations = []string{q.Operation}
	}
	if !q.Letter.IsZero() {
		v.Letter = q.Letter.String()
	}
	if q.Misbehaviour != "" {
		v.Misbehaviours = []string{q.Misbehaviour}
	}
	return v
}

func viewSigningRequest(q signingtest.Request, reveal bool) requestView {
	v := requestView{
		Method: q.Method, Path: q.Path, Parameters: url.Values{}, Headers: q.Header, At: &q.At, Status: q.Status,
		Operations: q.Operations, Misbehaviours: q.Misbehaviours,
	}
	if reveal {
		v.Variables = q.Variables
	}
	return v
}
