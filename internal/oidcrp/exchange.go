package oidcrp

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/oauth2"
)

// Exchange exchanges a code for tokens (RFC 6749 section 4.1.3, RFC 7636). verifier
// is the PKCE code verifier, and redirectURL the one that the login began with. A
// code that may have been sent is never sent again, because a broker that sees a code
// twice may revoke its tokens.
//
// oauth2 makes the request and reads the answer after us. Both readers must agree.
//
// The error is BrokerDeclined for a code that is not valid (any more), and
// ConfigInvalid if the broker refuses this client or request. It is BrokerUnavailable
// if no answer came, for the statuses 429 and 5xx, and for an answer that is not JSON.
// It is ResponseInvalid for an answer that is malformed or lacks an ID token.
func (p *Party) Exchange(ctx context.Context, code, verifier, redirectURL string) (*Tokens, error) {
	m, err := p.metadata.get(ctx, nil)
	if err != nil {
		return nil, err
	}
	who, err := p.authenticate(p.now())
	if err != nil {
		return nil, err
	}
	cfg := oauth2.Config{
		ClientID: who.id, ClientSecret: who.secret, RedirectURL: redirectURL,
		Endpoint: oauth2.Endpoint{TokenURL: m.value.Token, AuthStyle: who.style},
	}
	var opts []oauth2.AuthCodeOption
	if verifier != "" {
		opts = append(opts, oauth2.VerifierOption(verifier))
	}
	for name, value := range who.params {
		opts = append(opts, oauth2.SetAuthURLParam(name, value))
	}
	var tokens *Tokens // what we have read
	var refusal error  // why nothing could be read
	// The call has the caller's context. That of r also holds the client of this one
	// call, which oauth2 would use again within a transport of the application that
	// fetches a token of its own.
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		var body []byte
		tokens, body, refusal = p.askForTokens(ctx, r)
		if refusal != nil {
			return nil, refusal
		}
		return &http.Response{
			Status: "200 OK", StatusCode: http.StatusOK, Request: r,
			// oauth2 reads any other type as a form.
			Header: http.Header{"Content-Type": {"application/json"}},
			Body:   io.NopCloser(bytes.NewReader(body)),
		}, nil
	})
	second, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: transport}), code, opts...)
	// An error of oauth2 holds the answer, so it ends here.
	switch {
	case refusal != nil:
		return nil, refusal
	case tokens == nil: // oauth2 made no call
		return nil, p.fault(fault.ConfigInvalid, tokenEndpoint+": unusable address")
	case err != nil || !tokens.equal(second):
		disagreement := p.fault(fault.ResponseInvalid, tokenEndpoint+": two readers do not agree on the answer")
		disagreement.Status = http.StatusOK
		return nil, disagreement
	}
	return tokens, nil
}

// A roundTripper is a function that is an [http.RoundTripper].
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// askForTokens makes a token request within our limits. It returns what we read and,
// for oauth2, the answer itself, but only if the answer keeps our rules.
func (p *Party) askForTokens(ctx context.Context, r *http.Request) (*Tokens, []byte, error) {
	r = r.Clone(ctx) // http.RoundTripper forbids changes of the request
	r.Header.Set("Accept", "application/json")
	resp, err := p.call(ctx, r, tokenEndpoint)
	if err != nil {
		return nil, nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, nil, p.refusedRequest(resp, tokenEndpoint)
	}
	tokens, err := p.readTokens(resp)
	if err != nil {
		return nil, nil, err
	}
	body, err := wholeLifetime(resp.Body, tokens.Lifetime)
	if err != nil {
		return nil, nil, p.malformed(resp, "token endpoint: malformed lifetime")
	}
	return tokens, body, nil
}

// wholeLifetime returns body with expires_in as a whole number. Some servers write
// 3600.0 or 3.6e3. Both are JSON numbers (RFC 8259 section 6) that oauth2 cannot read.
func wholeLifetime(body []byte, life time.Duration) ([]byte, error) {
	const name = "expires_in"
	var members map[string]jsontext.Value
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	if n := members[name].Kind(); n != jsontext.KindNumber && n != jsontext.KindString {
		return body, nil
	}
	if _, err := strconv.ParseInt(strings.Trim(string(members[name]), `"`), 10, 64); err == nil {
		return body, nil
	}
	members[name] = jsontext.Value(strconv.FormatInt(int64(life/time.Second), 10))
	return json.Marshal(members)
}

// equal reports whether oauth2 has read the same values.
func (t *Tokens) equal(o *oauth2.Token) bool {
	if o.AccessToken != t.AccessToken || !strings.EqualFold(o.TokenType, "Bearer") ||
		o.Extra("id_token") != t.IDToken || time.Duration(o.ExpiresIn)*time.Second != t.Lifetime {
		return false
	}
	for name, value := range t.Extra {
		if o.Extra(name) != value {
			return false
		}
	}
	return true
}
