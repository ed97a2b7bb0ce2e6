package oidcrp

import (
	"context"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// Metadata is the broker's discovery document (OpenID Connect Discovery 1.0 section
// 3). If the broker does not have an endpoint, its address is empty. All other
// addresses are on the issuer's host or one of Config.Hosts.
type Metadata struct {
	Issuer      string `json:"issuer"`
	Authorize   string `json:"authorization_endpoint"`
	Token       string `json:"token_endpoint"`
	Userinfo    string `json:"userinfo_endpoint"`
	JWKS        string `json:"jwks_uri"`
	EndSession  string `json:"end_session_endpoint"`
	PAR         string `json:"pushed_authorization_request_endpoint"`
	IssParam    bool   `json:"authorization_response_iss_parameter_supported"` // RFC 9207
	PARRequired bool   `json:"require_pushed_authorization_requests"`          // RFC 9126 section 5
}

// Metadata returns the broker's discovery document, as [Cache] says. After a failed
// fetch the next call tries again.
//
// The error is IssuerMismatch for another issuer or a redirect. It is ConfigInvalid
// for an endpoint that is not https or not on a configured host, and for a broker
// that does not offer what this client uses. It is ResponseInvalid for a malformed
// document, and BrokerUnavailable if no answer came or one that is not JSON.
func (p *Party) Metadata(ctx context.Context) (*Metadata, error) {
	c, err := p.metadata.get(ctx, nil)
	if err != nil {
		return nil, err
	}
	m := *c.value
	return &m, nil
}

func (p *Party) fetchMetadata(ctx context.Context) (*Metadata, http.Header, error) {
	resp, err := p.get(ctx, p.issuer+"/.well-known/openid-configuration", "application/json", "", discovery)
	if err != nil {
		return nil, nil, err
	}
	p.keepClock(resp.Header)
	switch {
	case resp.Status == http.StatusOK:
	case isOutage(resp.Status):
		return nil, nil, p.refusal(fault.BrokerUnavailable, resp, discovery)
	case resp.Status < 400:
		return nil, nil, p.refusal(fault.ResponseInvalid, resp, discovery)
	case resp.Status != http.StatusNotFound && resp.Status != http.StatusGone && !isJSON(resp.Body):
		return nil, nil, Page(resp, p.name+": "+discovery)
	default:
		refusal := p.refusal(fault.ConfigInvalid, resp, discovery)
		refusal.Why += ": is Issuer right?"
		return nil, nil, refusal
	}
	m, err := p.readMetadata(resp)
	return m, resp.Header, err
}

func (p *Party) readMetadata(resp *httpx.Response) (*Metadata, error) {
	var document struct {
		Metadata
		offers
	}
	if err := p.read(resp, discovery, &document); err != nil {
		return nil, err
	}
	m := &document.Metadata
	if m.Issuer != p.issuer {
		return nil, p.fault(fault.IssuerMismatch, "discovery speaks for another issuer")
	}
	if p.keysOnly {
		m, document.offers = &Metadata{Issuer: m.Issuer, JWKS: m.JWKS}, offers{}
	}
	for _, e := range []struct {
		name, address string
		required      bool
	}{
		{"authorization_endpoint", m.Authorize, !p.keysOnly},
		{"token_endpoint", m.Token, !p.keysOnly},
		{"jwks_uri", m.JWKS, true},
		{"userinfo_endpoint", m.Userinfo, false},
		{"end_session_endpoint", m.EndSession, false},
		{"pushed_authorization_request_endpoint", m.PAR, false},
	} {
		switch {
		case e.address == "" && e.required:
			return nil, p.fault(fault.ResponseInvalid, "discovery does not name "+e.name)
		case e.address != "" && !p.origins.allows(e.address):
			return nil, p.fault(fault.ConfigInvalid, e.name+" is not https or on a host that is not configured")
		}
	}
	if lacks := document.missing(p.needs); lacks != "" {
		return nil, p.fault(fault.ConfigInvalid, "discovery does not offer "+lacks)
	}
	return m, nil
}

// lifetime returns how long a document may be used, by its Cache-Control header.
func (c Cache) lifetime(h http.Header) time.Duration {
	age, ok := maxAge(h)
	if !ok {
		age = c.DefaultAge
	}
	return min(max(age, c.MinAge), c.MaxAge)
}
