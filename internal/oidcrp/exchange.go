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
	call := &tokenCall{party: p}
	second, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: call}), code, opts...)
	// An error of oauth2 holds the answer, so it ends here.
	switch {
	case call.err != nil:
		return nil, call.err
	case call.tokens == nil: // oauth2 made no call
		return nil, p.fault(fault.ConfigInvalid, tokenEndpoint+": unusable address")
	case err != nil || !call.tokens.equal(second):
		refusal := p.fault(fault.ResponseInvalid, tokenEndpoint+": two readers do not agree on the answer")
		refusal.Status = http.StatusOK
		return nil, refusal
	}
	return call.tokens, nil
}

// A tokenCall is the transport of one token request. It makes the call within our
// limits and gives oauth2 an answer only if the answer keeps our rules.
type tokenCall struct {
	party  *Party
	tokens *Tokens // what we have read; nil if nothing could be read
	err    error   // why the call gave no tokens
}

// RoundTrip implements [http.RoundTripper].
func (c *tokenCall) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := c.roundTrip(r)
	if err != nil {
		c.err = err
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Request: r,
		// oauth2 reads any other type as a form.
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(body)),
	}, nil
}

func (c *tokenCall) roundTrip(r *http.Request) ([]byte, error) {
	r = r.Clone(r.Context()) // http.RoundTripper forbids changes of the request
	r.Header.Set("Accept", "application/json")
	resp, err := c.party.call(r.Context(), r, tokenEndpoint)
	if err != nil {
		return nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, c.party.refusedRequest(resp, tokenEndpoint)
	}
	if c.tokens, err = c.party.readTokens(resp); err != nil {
		return nil, err
	}
	body, err := wholeLifetime(resp.Body, c.tokens.Lifetime)
	if err != nil {
		return nil, c.party.malformed(resp, "token endpoint: malformed lifetime")
	}
	return body, nil
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
