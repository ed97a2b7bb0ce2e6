package httpx

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// The limits that hold where Limits has a zero.
const (
	DefaultTimeout = 10 * time.Second
	DefaultMaxBody = 1 << 20
)

// Limits bound one call.
type Limits struct {
	Timeout time.Duration // for the whole call, the body included; if zero, DefaultTimeout
	MaxBody int64         // bytes of the body after unpacking; if zero, DefaultMaxBody
}

// Client calls remote parties. It is safe for concurrent use.
type Client struct {
	transport http.RoundTripper
	lim       Limits
}

// New returns a Client that uses the transport of c, and its timeout where that
// is the shorter one; if nil, it is the default transport. Redirect policy and cookie jar
// of c are not used. The transport must be of the kind of [http.Transport] for
// [Error.NotSent] to be ever true.
func New(c *http.Client, lim Limits) *Client {
	if lim.Timeout <= 0 {
		lim.Timeout = DefaultTimeout
	}
	if lim.MaxBody <= 0 {
		lim.MaxBody = DefaultMaxBody
	}
	if c == nil {
		return &Client{transport: nil, lim: lim}
	}
	if c.Timeout > 0 {
		lim.Timeout = min(lim.Timeout, c.Timeout)
	}
	return &Client{transport: c.Transport, lim: lim}
}

// Do makes the call that req describes, once, and reads the whole answer,
// whatever its status. req is not changed, its context is not used, and its body
// is used up. The error is an [*Error].
func (c *Client) Do(ctx context.Context, req *http.Request) (*Response, error) {
	limited, cancel := context.WithTimeout(ctx, c.lim.Timeout)
	defer cancel()
	return c.once(ctx, limited, req)
}

// once makes the call within limited, which is ctx with the limit of time.
func (c *Client) once(ctx, limited context.Context, req *http.Request) (*Response, error) {
	if req.URL == nil || req.URL.Host == "" || req.URL.User != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, &Error{Reason: NotSent, Err: errRequest}
	}
	var tried, sent atomic.Bool
	var call *http.Request
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { tried.Store(true) },
		GotConn: func(conn httptrace.GotConnInfo) {
			sent.Store(true)
			if proven(conn) {
				delete(call.Header, "Expect")
			}
		},
		WroteHeaders: func() { sent.Store(true) },
	}
	call = req.WithContext(httptrace.WithClientTrace(limited, trace))
	call.Header = req.Header.Clone()
	call.GetBody = nil // what net/http needs to write a body a second time
	if call.Header == nil {
		call.Header = make(http.Header)
	}
	var body *watchedBody
	if call.Body != nil && call.Body != http.NoBody {
		body = &watchedBody{ReadCloser: call.Body}
		call.Body = body
	}

	resp, err := c.roundTripper().RoundTrip(call)
	if err != nil {
		return nil, noAnswerError(ctx, err, tried.Load() && !sent.Load(), body, req.ContentLength)
	}
	if resp.Body == nil { // a transport other than net/http's may leave it out
		resp.Body = http.NoBody
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.StatusCode != http.StatusNotModified {
		return nil, &Error{Reason: Redirected, Status: resp.StatusCode}
	}
	taken := body == nil || body.taken.Load() == req.ContentLength // before the answer is read: what counts is what it answers
	answer, err := c.read(ctx, limited, resp)
	if err != nil {
		return nil, err
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: answer, Taken: taken}, nil
}

func (c *Client) roundTripper() http.RoundTripper {
	if c.transport == nil {
		return http.DefaultTransport
	}
	return c.transport
}

// noAnswerError names the failure of a call that no answer came to. unsent: the
// transport never got a connection to write to.
func noAnswerError(ctx context.Context, err error, unsent bool, body *watchedBody, length int64) error {
	e := &Error{unsent: unsent, untouched: unsent || body != nil && body.seal()}
	switch {
	case ctx.Err() != nil:
		e.Reason, e.Err = Cancelled, ctx.Err()
	case body != nil && body.broken() != nil && body.taken.Load() < length:
		e.Reason, e.Err = BodyFailed, body.broken()
	case certificateRefused(err):
		e.Reason = Unwelcome
	case unsent:
		e.Reason, e.Err = NotSent, cause(err)
	default:
		e.Reason, e.Err = NoAnswer, cause(err)
	}
	return e
}

func (c *Client) read(ctx, limited context.Context, resp *http.Response) ([]byte, error) {
	if resp.ContentLength > c.lim.MaxBody {
		return nil, &Error{Reason: TooLarge, Status: resp.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.lim.MaxBody+1))
	switch {
	case int64(len(body)) > c.lim.MaxBody:
		return nil, &Error{Reason: TooLarge, Status: resp.StatusCode}
	case err == nil:
		return body, nil
	case ctx.Err() != nil:
		return nil, &Error{Reason: Cancelled, Err: ctx.Err(), Status: resp.StatusCode}
	case limited.Err() != nil:
		return nil, &Error{Reason: Slow, Err: limited.Err(), Status: resp.StatusCode}
	default:
		return nil, &Error{Reason: Cut, Status: resp.StatusCode}
	}
}
