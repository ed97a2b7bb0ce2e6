package oidcrp

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// maxRequestURI is how long a request_uri may be, in bytes.
const maxRequestURI = 512

// Push sends the parameters of a login straight to the broker (RFC 9126) and
// returns what stands for them in the browser's request, beside client_id, and
// for how long. params is not changed. A broker without PAR: Unsupported. Other
// errors are those of [Party.Exchange].
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
		return "", 0, p.refusal(resp, parEndpoint)
	}
	var body struct {
		RequestURI string         `json:"request_uri"`
		ExpiresIn  jsontext.Value `json:"expires_in"`
		Error      string         `json:"error"`
	}
	if err := strictjson.Unmarshal(resp.Body, &body); err != nil {
		return "", 0, p.fault(fault.ResponseInvalid, "PAR endpoint").With(err)
	}
	lifetime, ok := seconds(body.ExpiresIn)
	switch {
	case body.Error != "":
		return "", 0, p.refusal(resp, parEndpoint)
	case body.RequestURI == "" || len(body.RequestURI) > maxRequestURI || !isGraphic(body.RequestURI):
		return "", 0, p.fault(fault.ResponseInvalid, "PAR endpoint: no request_uri, or a malformed one")
	case !ok || lifetime <= 0:
		return "", 0, p.fault(fault.ResponseInvalid, "PAR endpoint: no lifetime, or a malformed one")
	}
	return body.RequestURI, lifetime, nil
}
