package neb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/signing"
)

// A call is one call of a signing API.
type call struct {
	op     string
	order  signing.ID // may be empty
	method string
	path   string // after Config.BaseURL; of our own making
	body   any    // nil if there is none
	makes  bool   // the call makes something that stays, so that a lost answer is OutcomeUnknown
}

func (c *call) fail(k signing.Kind, why string) *signing.Error {
	return &signing.Error{Kind: k, Service: name, Op: c.op, Order: c.order, Why: why}
}

// do makes the call and reads the answer into a struct. A token that the broker no longer
// takes is replaced once.
func (s *Service) do(ctx context.Context, c *call, into any) error {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return c.fail(signing.InputInvalid, "the request cannot be written")
		}
	}
	token, err := s.token.get(ctx, "")
	if err != nil {
		return c.tokenFailed(err)
	}
	res, err := s.send(ctx, c, token, body)
	if err == nil && res.Status == http.StatusUnauthorized {
		if token, err = s.token.get(ctx, token); err != nil {
			return c.tokenFailed(err)
		}
		res, err = s.send(ctx, c, token, body)
	}
	if err != nil {
		return c.failed(err)
	}
	if res.Status != http.StatusOK && res.Status != http.StatusCreated {
		return c.refused(res)
	}
	return c.read(res, into)
}

func (s *Service) send(ctx context.Context, c *call, token string, body []byte) (*httpx.Response, error) {
	req, err := http.NewRequest(c.method, s.cfg.base+c.path, bytes.NewReader(body))
	if err != nil {
		return nil, &httpx.Error{Reason: httpx.NotSent}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if c.body == nil {
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	return s.http.DoAgain(ctx, req)
}

// read reads a success. A body that is no JSON comes from something in front of the
// service, such as a proxy.
func (c *call) read(res *httpx.Response, into any) error {
	body := bytes.TrimSpace(res.Body)
	if len(body) == 0 || body[0] != '{' && body[0] != '[' {
		return c.lost(signing.Unavailable, "the answer is no JSON", res.Status)
	}
	if err := strictjson.Unmarshal(body, into); err != nil {
		return c.lost(signing.ResponseInvalid, "the answer is malformed", res.Status)
	}
	return nil
}

// lost is the error of an answer that tells nothing of what was made.
func (c *call) lost(k signing.Kind, why string, status int) error {
	if c.makes {
		k, why = signing.OutcomeUnknown, why+": the service may have taken the order"
	}
	e := c.fail(k, why)
	e.Status = status
	return e
}

// tokenFailed is the error if there is no service token. Nothing was sent to the API.
func (c *call) tokenFailed(err error) error {
	e := refused(c.op, c.order, err)
	if f, ok := errors.AsType[*signing.Error](e); ok && f.Kind == signing.ConfigInvalid {
		f.Kind = signing.AuthFailed
	}
	return e
}

// failed is the error of a call without a whole answer.
func (c *call) failed(err error) error {
	h, ok := errors.AsType[*httpx.Error](err)
	if !ok {
		return c.fail(signing.Unavailable, "no answer")
	}
	e := c.fail(signing.Unavailable, "no usable answer: "+h.Reason.String())
	e.Status, e.Err = h.Status, h.Err
	switch {
	case h.Incomplete():
	case h.Reason == httpx.Redirected, h.Reason == httpx.TooLarge:
		e.Kind = signing.ResponseInvalid
	}
	if c.makes && !h.Incomplete() {
		e.Kind = signing.OutcomeUnknown
	}
	return e
}

// refused is the error of an answer that is no success.
func (c *call) refused(res *httpx.Response) error {
	e := c.fail(signing.Refused, "the service refuses the call (HTTP "+strconv.Itoa(res.Status)+")")
	e.Status = res.Status
	if len(res.Body) > 0 {
		e.Said = signing.NewRaw(bytes.Clone(res.Body[:min(len(res.Body), maxSaid)]))
	}
	switch status := res.Status; {
	case status == http.StatusUnauthorized:
		e.Kind = signing.AuthFailed
	case status == http.StatusForbidden:
		e.Kind, e.Why = signing.AuthFailed, "the API client may not do that: does it have the privileges \"Workflow: API, read\" and \"write\"?"
	case status == http.StatusNotFound:
		e.Kind, e.Why = signing.NotFound, "the service has nothing there: an unknown order, or a wrong Config.BaseURL"
	case status == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = signing.Throttled, retryAfter(res.Header)
	case status >= 500, status == http.StatusRequestTimeout:
		e.Kind, e.RetryAfter = signing.Unavailable, retryAfter(res.Header)
		if c.makes {
			e.Kind = signing.OutcomeUnknown
		}
	case status < 400:
		e.Kind = signing.ResponseInvalid
	}
	return e
}

// maxSaid is how much of the service's words an error keeps, in bytes.
const maxSaid = 4 << 10

// retryAfter reads the header in seconds, at most an hour.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(h.Get("Retry-After")), 10, 16)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}
