package httpx

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
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
	// NoContinue says that the other side knows no 100-continue. A header Expect is then
	// left out, and the body leaves at once. A Client finds that out by itself: after one
	// call that waited for the word in vain and got an answer, it leaves the header out
	// for some minutes, for this host.
	NoContinue bool
}

// Client calls remote parties. It is safe for concurrent use.
type Client struct {
	transport http.RoundTripper
	lim       Limits
	silent    hosts // those that know no 100-continue
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
	made := &Client{lim: lim, silent: hosts{now: time.Now}}
	if c == nil {
		return made
	}
	if c.Timeout > 0 {
		made.lim.Timeout = min(lim.Timeout, c.Timeout)
	}
	made.transport = c.Transport
	return made
}

// Do makes the call of req once and reads the whole answer, whatever its status. It
// does not change req, does not use its context, and closes its body. The error is an
// [*Error]. net/http waits for a Read of the body that has begun, so one that hangs holds
// the call beyond its time.
func (c *Client) Do(ctx context.Context, req *http.Request) (*Response, error) {
	limited, cancel := context.WithTimeout(ctx, c.lim.Timeout)
	defer cancel()
	return c.once(ctx, limited, req)
}

// once makes the call and reads the answer. limited is ctx with the time limit.
func (c *Client) once(ctx, limited context.Context, req *http.Request) (*Response, error) {
	resp, answer, err := c.begin(ctx, limited, req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if answer.Body, err = c.read(ctx, limited, resp); err != nil {
		return nil, err
	}
	return answer, nil
}

// begin makes the call up to the body of the answer, which the caller closes. answer has
// no Body yet.
func (c *Client) begin(ctx, limited context.Context, req *http.Request) (resp *http.Response, answer *Response, err error) {
	if req.URL == nil || req.URL.Host == "" || req.URL.User != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, nil, &Error{Reason: NotSent, Err: errRequest}
	}
	p := new(progress)
	call := req.WithContext(httptrace.WithClientTrace(limited, p.trace()))
	call.Header = req.Header.Clone()
	call.GetBody = nil // so that net/http cannot write the body a second time
	if call.Header == nil {
		call.Header = make(http.Header)
	}
	if call.Body != nil && call.Body != http.NoBody {
		p.body = &watchedBody{ReadCloser: call.Body, over: limited.Err}
		call.Body = p.body
	}
	host := call.URL.Scheme + "://" + call.URL.Host
	if c.lim.NoContinue || c.silent.has(host) {
		call.Header.Del("Expect")
	}

	resp, err = c.roundTripper().RoundTrip(call)
	if err != nil {
		return nil, nil, p.failure(ctx, err, req.ContentLength)
	}
	if resp.Body == nil { // transports other than net/http's may leave it nil
		resp.Body = http.NoBody
	}
	if asks(call.Header) && p.waitedInVain(resp.StatusCode) {
		c.silent.add(host)
	}
	switch status := resp.StatusCode; {
	case status == http.StatusExpectationFailed && asks(call.Header):
		c.silent.add(host)
		_ = resp.Body.Close()
		return nil, nil, &Error{Reason: Unexpecting, Status: status, incomplete: true}
	case status >= 300 && status < 400 && status != http.StatusNotModified:
		e := &Error{Reason: Redirected, Status: status}
		if p.body != nil {
			e.incomplete, _ = p.body.seal(req.ContentLength)
		}
		_ = resp.Body.Close()
		return nil, nil, e
	}
	// Before the answer is read: what counts is what the other side had when it answered.
	return resp, &Response{Status: resp.StatusCode, Header: resp.Header, Taken: p.body == nil || p.taken() == req.ContentLength, Unasked: p.unasked()}, nil
}

func (c *Client) roundTripper() http.RoundTripper {
	if c.transport == nil {
		return http.DefaultTransport
	}
	return c.transport
}

// failure returns the error for a call without an answer. The transport gets no more of
// the body from here on.
func (p *progress) failure(ctx context.Context, err error, length int64) error {
	e := &Error{unsent: p.unsent()}
	var unread error
	if p.body != nil {
		e.incomplete, unread = p.body.seal(length)
	}
	refused := certificateFault(err)
	switch {
	case ctx.Err() != nil:
		e.Reason, e.Err = Cancelled, ctx.Err()
	case unread != nil && e.incomplete:
		e.Reason, e.Err = BodyFailed, unread
	case refused == errAskedLate:
		e.Reason, e.Err = Unwelcome, refused
	case refused != nil:
		e.Reason, e.Err, e.Unasked = Unwelcome, refused, p.unasked()
	case e.unsent:
		e.Reason, e.Err = NotSent, cause(err)
		if e.Err == nil && p.failedInTLS() {
			e.Err = errHandshake
		}
	default:
		e.Reason, e.Err, e.Unasked = NoAnswer, cause(err), p.unasked()
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
