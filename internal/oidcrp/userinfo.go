package oidcrp

import (
	"context"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// Userinfo fetches what the broker tells about the bearer of accessToken (OpenID
// Connect Core section 5.3). Any status is an answer: what the body means is the
// adapter's, and whoever reads it compares its sub with the ID token's, and
// otherwise uses nothing of it. A broker without the endpoint: Unsupported.
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

// UserinfoRefusal gives an answer of the userinfo endpoint other than 200 its
// class.
func UserinfoRefusal(status int) error {
	switch {
	case status >= 500 || status == http.StatusTooManyRequests:
		return fault.New(fault.BrokerUnavailable, "the userinfo endpoint has no answer now")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fault.New(fault.BrokerDeclined, "the userinfo endpoint refused the access token")
	default:
		return fault.New(fault.ResponseInvalid, "the userinfo endpoint answered with an unexpected status")
	}
}
