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

// Exchange turns a code into tokens (RFC 6749 section 4.1.3, RFC 7636). verifier
// is the PKCE code verifier, redirectURL the one that the login began with. A
// code that may have left is never sent again: a broker that sees one twice may
// take back what the first time gave.
//
// oauth2 makes the request and reads the answer after us; both readers must agree.
//
// Errors: BrokerDeclined for a code that is not (or no longer) good,
// ConfigInvalid when the broker does not accept this client or request,
// BrokerUnavailable without an answer, for 429 and 5xx and for an answer that is no
// JSON at all, ResponseInvalid for one that is malformed or lacks an ID token.
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
	call := &tokenCall{party: p, ctx: ctx}
	second, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: call}), code, opts...)
	// An error of oauth2 holds the answer, so it ends here.
	switch {
	case call.err != nil:
		return nil, call.err
	case call.tokens == nil: // it never came to a call
		return nil, p.fault(fault.ConfigInvalid, tokenEndpoint+": unusable address")
	case err != nil || !call.tokens.equal(second):
		refusal := p.fault(fault.ResponseInvalid, tokenEndpoint+": two readers do not agree on the answer")
		refusal.Status = http.StatusOK
		return nil, refusal
	}
	return call.tokens, nil
}

// A tokenCall is the transport of one request for tokens. It makes the call within
// our bounds and lets oauth2 see an answer only if it is one by our rules.
type tokenCall struct {
	party *Party
	// ctx is the caller's. The context of the request also holds the client of this
	// one call, which oauth2 would use again within a transport of the application
	// that fetches a token of its own.
	ctx    context.Context
	tokens *Tokens // what we have read; nil if there is nothing to be read
	err    error   // why there is nothing
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
		// oauth2 would read another type as a form.
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(body)),
	}, nil
}

func (c *tokenCall) roundTrip(r *http.Request) ([]byte, error) {
	r = r.Clone(c.ctx) // a transport does not change its request
	r.Header.Set("Accept", "application/json")
	resp, err := c.party.call(c.ctx, r, tokenEndpoint)
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

// wholeLifetime returns body with its lifetime as a whole number. Some servers
// write 3600.0 or 3.6e3, which are numbers of JSON (RFC 8259 section 6) and which
// oauth2 does not read.
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

// equal reports whether oauth2 has read the same as we.
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
