package oidcrp

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/go-json-experiment/json/jsontext"
)

// maxRequestURI is the length limit of a request_uri, in bytes.
const maxRequestURI = 512

// Push sends the parameters of a login to the broker (RFC 9126). It returns the
// request_uri that the browser sends with client_id in place of them, and its
// lifetime. It does not change params. The error is Unsupported if the broker does
// not take pushed requests. Other errors are those of [Party.Exchange].
func (p *Party) Push(ctx context.Context, params url.Values) (requestURI string, lifetime time.Duration, err error) {
	m, err := p.metadata.get(ctx, nil)
	if err != nil {
		return "", 0, err
	}
	if m.value.PAR == "" {
		return "", 0, p.fault(fault.Unsupported, "no PAR endpoint")
	}
	form := maps.Clone(params)
	if form == nil {
		form = make(url.Values)
	}
	resp, err := p.post(ctx, m.value.PAR, form, parEndpoint)
	if err != nil {
		return "", 0, err
	}
	if resp.Status != http.StatusCreated && resp.Status != http.StatusOK {
		return "", 0, p.refusedRequest(resp, parEndpoint)
	}
	var body struct {
		RequestURI string         `json:"request_uri"`
		ExpiresIn  jsontext.Value `json:"expires_in"`
		Error      string         `json:"error"`
	}
	if err := p.read(resp, parEndpoint, &body); err != nil {
		return "", 0, err
	}
	lifetime, ok := seconds(body.ExpiresIn)
	switch {
	case body.Error != "":
		return "", 0, p.refusedRequest(resp, parEndpoint)
	case body.RequestURI == "" || len(body.RequestURI) > maxRequestURI || !isGraphic(body.RequestURI):
		return "", 0, p.malformed(resp, "PAR endpoint: no request_uri, or a malformed one")
	case !p.isReference(body.RequestURI):
		return "", 0, p.malformed(resp, "PAR endpoint: request_uri is no urn and no address of the broker")
	case !p.staysWithBroker(resp.Header.Get("Location")):
		return "", 0, p.malformed(resp, "PAR endpoint: it names an address that is not the broker's")
	case !ok || lifetime <= 0:
		return "", 0, p.malformed(resp, "PAR endpoint: no lifetime, or a malformed one")
	}
	return body.RequestURI, lifetime, nil
}

// isReference reports whether uri may be a request_uri: a urn, as RFC 9126 section
// 2.2 recommends, or an address of the broker. The broker would fetch the request
// from an address elsewhere.
func (p *Party) isReference(uri string) bool {
	scheme, name, _ := strings.Cut(uri, ":")
	return strings.EqualFold(scheme, "urn") && name != "" || p.origins.allows(uri)
}

// staysWithBroker reports whether a Location header is empty or an address of the
// broker. The header is never followed.
func (p *Party) staysWithBroker(location string) bool {
	u, err := url.Parse(location)
	if err != nil {
		return false
	}
	return u.Scheme == "" && u.Host == "" || p.isReference(location)
}
