package oidcrp

import (
	"bytes"
	"context"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// Userinfo calls the userinfo endpoint with accessToken (OpenID Connect Core section
// 5.3). An answer of any status is a success. The adapter reads the body, and must
// use nothing of it unless its sub is that of the ID token. The error is Unsupported
// if the broker has no such endpoint.
func (p *Party) Userinfo(ctx context.Context, accessToken string) (*httpx.Response, error) {
	if !isToken(accessToken) {
		return nil, p.fault(fault.InputInvalid, "no access token, or a malformed one")
	}
	m, err := p.metadata.get(ctx, nil)
	if err != nil {
		return nil, err
	}
	if m.value.Userinfo == "" {
		return nil, p.fault(fault.Unsupported, "no userinfo endpoint")
	}
	return p.get(ctx, m.value.Userinfo, "application/json, application/jwt", accessToken, userinfoEndpoint)
}

// RefusedUserinfo returns the error for an answer of the userinfo endpoint with a
// status other than 200.
func (p *Party) RefusedUserinfo(resp *httpx.Response) error {
	blank := len(bytes.TrimSpace(resp.Body)) == 0
	switch {
	case isOutage(resp.Status):
		return p.refusal(fault.BrokerUnavailable, resp, userinfoEndpoint)
	case resp.Status == http.StatusUnauthorized, resp.Status == http.StatusForbidden && (blank || isJSON(resp.Body)):
		// RFC 6750 section 3 puts the reason into a header, so the body is often blank.
		return p.refusal(fault.BrokerDeclined, resp, userinfoEndpoint)
	case !isJSON(resp.Body):
		return Page(resp, p.name+": "+userinfoEndpoint)
	default:
		return p.refusal(fault.ResponseInvalid, resp, userinfoEndpoint)
	}
}

// UnreadableUserinfo returns the error for a success of the userinfo endpoint that
// holds no claims.
func (p *Party) UnreadableUserinfo(resp *httpx.Response) error {
	if page := Page(resp, p.name+": "+userinfoEndpoint); page != nil {
		return page
	}
	return p.malformed(resp, "the userinfo answer is unreadable")
}
