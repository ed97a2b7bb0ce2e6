package httpx

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// The defaults of Limits.
const (
	DefaultTimeout = 10 * time.Second
	DefaultMaxBody = 1 << 20
)

// Limits are the limits of one call.
type Limits struct {
	Timeout time.Duration // for the whole call, the body included; if zero, DefaultTimeout
	MaxBody int64         // bytes of the body after decompression; if zero, DefaultMaxBody
	// MinRate is how many bytes a second the body of a streamed answer must bring, on
	// average over ten seconds. If zero, any rate will do within Timeout.
	MinRate int64
}

// Client calls remote parties. It is safe for concurrent use.
type Client struct {
	transport http.RoundTripper
	lim       Limits
}

// New returns a Client with the transport of c. If c is nil, it uses
// http.DefaultTransport. If the timeout of c is shorter than that of lim, it holds. The
// redirect policy and the cookie jar of c are not used. [Error.NotSent] is true only
// with a transport that reports to net/http/httptrace, as [http.Transport] does.
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

// Do makes the call of req once and reads the whole answer, whatever its status. It
// does not change req, does not use its context, and closes its body. The error is an
// [*Error].
func (c *Client) Do(ctx context.Context, req *http.Request) (*Response, error) {
	limited, cancel := context.WithTimeout(ctx, c.lim.Timeout)
	defer cancel()
	return c.once(ctx, limited, req)
}

// once makes the call and reads the answer. limited is ctx with the time limit.
func (c *Client) once(ctx, limited context.Context, req *http.Request) (*Response, error) {
	resp, taken, err := c.begin(ctx, limited, req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := c.read(ctx, limited, resp)
	if err != nil {
		return nil, err
	}
	return &Response{Status: resp.StatusCode, Header: resp.Header, Body: answer, Taken: taken}, nil
}

// begin makes the call up to the body of the answer, which the caller closes. taken is
// that of Response.
func (c *Client) begin(ctx, limited context.Context, req *http.Request) (resp *http.Response, taken bool, err error) {
	if req.URL == nil || req.URL.Host == "" || req.URL.User != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, false, &Error{Reason: NotSent, Err: errRequest}
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
	call.GetBody = nil // so that net/http cannot write the body a second time
	if call.Header == nil {
		call.Header = make(http.Header)
	}
	var body *watchedBody
	if call.Body != nil && call.Body != http.NoBody {
		body = &watchedBody{ReadCloser: call.Body}
		call.Body = body
	}

	resp, err = c.roundTripper().RoundTrip(call)
	if err != nil {
		return nil, false, noAnswerError(ctx, err, tried.Load() && !sent.Load(), body, req.ContentLength)
	}
	if resp.Body == nil { // transports other than net/http's may leave it nil
		resp.Body = http.NoBody
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.StatusCode != http.StatusNotModified {
		_ = resp.Body.Close()
		return nil, false, &Error{Reason: Redirected, Status: resp.StatusCode}
	}
	// Before the answer is read: what counts is what the other side had when it answered.
	return resp, body == nil || body.taken.Load() == req.ContentLength, nil
}

func (c *Client) roundTripper() http.RoundTripper {
	if c.transport == nil {
		return http.DefaultTransport
	}
	return c.transport
}

// noAnswerError returns the error for a call without an answer. unsent says that the
// transport never had a connection to write to.
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
