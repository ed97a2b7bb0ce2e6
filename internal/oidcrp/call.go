package oidcrp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// The remote addresses, as errors name them.
const (
	discovery        = "discovery"
	keyEndpoint      = "key endpoint"
	tokenEndpoint    = "token endpoint"
	parEndpoint      = "PAR endpoint"
	userinfoEndpoint = "userinfo endpoint"
)

// callFailed returns the error for a call that got no whole answer.
func (p *Party) callFailed(err error, where string) error {
	call, ok := errors.AsType[*httpx.Error](err)
	if !ok {
		return p.fault(fault.BrokerUnavailable, where)
	}
	class := fault.BrokerUnavailable
	switch call.Reason {
	case httpx.Redirected:
		class = fault.IssuerMismatch
	case httpx.TooLarge, httpx.Slow, httpx.Cut:
		class = fault.ResponseInvalid
	}
	e := p.fault(class, where)
	if e.Status = call.Status; e.Status != 0 {
		e.Why += " (HTTP " + strconv.Itoa(e.Status) + ")"
	}
	return e.With(call)
}

// get fetches address, which comes from discovery or Config. If bearer is not empty,
// it goes along as a bearer token.
func (p *Party) get(ctx context.Context, address, accept, bearer, where string) (*httpx.Response, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, p.fault(fault.ConfigInvalid, where+": unusable address")
	}
	req.Header.Set("Accept", accept)
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	return p.call(ctx, req, where)
}

// post sends form to address as this client. oauth2 makes the requests for tokens
// (exchange.go).
func (p *Party) post(ctx context.Context, address string, form url.Values, where string) (*httpx.Response, error) {
	who, err := p.authenticate(p.now())
	if err != nil {
		return nil, err
	}
	head := &http.Request{Header: make(http.Header)}
	who.addTo(form, head)
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, p.fault(fault.ConfigInvalid, where+": unusable address")
	}
	req.Header = head.Header
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return p.call(ctx, req, where)
}
