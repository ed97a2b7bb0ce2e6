package oidcrp

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// ServiceToken fetches an access token for this client itself, without a person (RFC
// 6749 section 4.4). It is valid for life, which is at least a second. The caller keeps
// it. Errors are those of [Party.Exchange].
func (p *Party) ServiceToken(ctx context.Context, scope string) (token string, life time.Duration, err error) {
	m, err := p.metadata.get(ctx, nil)
	if err != nil {
		return "", 0, err
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	resp, err := p.post(ctx, m.value.Token, form, tokenEndpoint)
	if err != nil {
		return "", 0, err
	}
	if resp.Status != http.StatusOK {
		return "", 0, p.refusedRequest(resp, tokenEndpoint)
	}
	var body struct {
		AccessToken string         `json:"access_token"`
		TokenType   string         `json:"token_type"`
		ExpiresIn   jsontext.Value `json:"expires_in"`
		Error       string         `json:"error"`
	}
	if err := p.read(resp, tokenEndpoint, &body); err != nil {
		return "", 0, err
	}
	life, ok := seconds(body.ExpiresIn)
	switch {
	case body.Error != "":
		return "", 0, p.refusedRequest(resp, tokenEndpoint)
	case !strings.EqualFold(body.TokenType, "Bearer"):
		return "", 0, p.malformed(resp, "token endpoint: no token type, or one other than Bearer")
	case !isToken(body.AccessToken):
		return "", 0, p.malformed(resp, "token endpoint: no access token, or a malformed one")
	case !ok || life <= 0:
		return "", 0, p.malformed(resp, "token endpoint: no lifetime, or a malformed one")
	}
	return body.AccessToken, life, nil
}
