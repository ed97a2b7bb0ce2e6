package oidcrp

import (
	"bytes"
	"context"
	"net/http"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// PostJSON sends body, with accessToken as a bearer token, to an API of the broker
// that no standard describes. path follows the issuer, such as "/api/v1/…", and is a
// constant. An answer of any status is a success, which the adapter interprets. A
// request that may have been sent is never sent again.
func (p *Party) PostJSON(ctx context.Context, path, accessToken string, body []byte) (*httpx.Response, error) {
	if !isToken(accessToken) {
		return nil, p.fault(fault.InputInvalid, "no access token, or a malformed one")
	}
	const where = "API of the broker"
	req, err := http.NewRequest(http.MethodPost, p.issuer+path, bytes.NewReader(body))
	if err != nil {
		return nil, p.fault(fault.ConfigInvalid, where+": unusable address")
	}
	req.Header.Set("Authorization", "Bearer "+accessToken)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return p.call(ctx, req, where)
}
