package oidcbroker

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Prepare returns the broker's discovery document. If the broker takes no pushed
// requests, the browser carries the request. Prepare then returns Unsupported if a
// holds a hint that names a person.
func (b *Broker) Prepare(ctx context.Context, a *mitid.Attempt) (*oidcrp.Metadata, error) {
	md, err := b.Party.Metadata(ctx)
	if err != nil || md.PAR != "" {
		return md, err
	}
	r := &a.Request
	if !r.CPRHint.IsZero() || !r.UUID.IsZero() && a.ExpectSubject == "" {
		return nil, Unsupported("CPRHint and Request.UUID need pushed authorization requests, which this broker does not announce: a browser must not carry them")
	}
	// A step-up works without the hint: the person types their user ID, and the answer
	// must name the same person.
	r.UUID = claims.UUID{}
	return md, nil
}

// Begin sends the browser to the broker with the authorization request of a. It
// pushes the request where the broker takes pushed requests (RFC 9126), and signs
// it if the relying party signs requests (RFC 9101). Otherwise the request stands
// in the address.
func (b *Broker) Begin(ctx context.Context, md *oidcrp.Metadata, a *mitid.Attempt, scopes []string, params ...oauth2.AuthCodeOption) (*mitid.Redirect, error) {
	if md.PAR == "" && !b.Party.SignsRequests() {
		return b.BeginInAddress(md, a, scopes, params...), nil
	}
	_, query, _ := strings.Cut(b.authCodeURL("", a, scopes, params), "?")
	request, err := url.ParseQuery(query)
	if err != nil {
		return nil, err // cannot happen: oauth2 has written the query
	}
	if b.Party.SignsRequests() {
		if request, err = b.signed(request, md.PAR != ""); err != nil {
			return nil, err
		}
	}
	if md.PAR != "" {
		uri, _, err := b.Party.Push(ctx, request)
		if err != nil {
			return nil, err
		}
		request = url.Values{"client_id": {b.rule.ClientID}, "request_uri": {uri}}
	}
	return &mitid.Redirect{URL: address(md.Authorize, request)}, nil
}

// BeginInAddress is Begin for a broker that takes neither pushed nor signed
// requests, whatever its discovery document says.
func (b *Broker) BeginInAddress(md *oidcrp.Metadata, a *mitid.Attempt, scopes []string, params ...oauth2.AuthCodeOption) *mitid.Redirect {
	return &mitid.Redirect{URL: b.authCodeURL(md.Authorize, a, scopes, params)}
}

// authCodeURL returns the authorization request as an address, with state, nonce and
// PKCE challenge of a.
func (b *Broker) authCodeURL(authURL string, a *mitid.Attempt, scopes []string, params []oauth2.AuthCodeOption) string {
	cfg := oauth2.Config{ClientID: b.rule.ClientID, RedirectURL: a.RedirectURL, Scopes: scopes, Endpoint: oauth2.Endpoint{AuthURL: authURL}}
	own := []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("nonce", a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if b.rule.Method == http.MethodPost {
		own = append(own, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	return cfg.AuthCodeURL(a.Handle, append(own, params...)...)
}

// signed returns the parameters that carry request as a signed request object. If it
// is pushed, it goes alone (RFC 9126 section 3). In an address it has the parameters
// beside it that OpenID Connect Core section 6.1 demands.
func (b *Broker) signed(request url.Values, pushed bool) (url.Values, error) {
	object, err := b.Party.SignRequest(request)
	if err != nil {
		return nil, err
	}
	beside := url.Values{"request": {object}}
	if !pushed {
		for _, name := range []string{"client_id", "response_type", "scope"} {
			beside[name] = request[name]
		}
	}
	return beside, nil
}

// address returns endpoint with query. The endpoint may have a query of its own.
func address(endpoint string, query url.Values) string {
	if strings.Contains(endpoint, "?") {
		return endpoint + "&" + query.Encode()
	}
	return endpoint + "?" + query.Encode()
}
