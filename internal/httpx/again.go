package httpx

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// pauses are what DoAgain waits between its tries: enough for a process that is
// being started again, and short for a person who waits.
var pauses = [...]time.Duration{50 * time.Millisecond, 150 * time.Millisecond, 400 * time.Millisecond, time.Second}

// DoAgain is Do, and makes the call again, a few times after small pauses, while
// it is certain that nothing of it left this machine and waiting may help: the
// connection was refused, the network or the name was not found, TLS did not
// begin. What may have been written is not written twice; only a GET is, by net/http
// itself, when a connection from its pool dies under it. All tries share one limit of
// time. A request with a body needs GetBody, as http.NewRequest sets it for bytes in
// memory.
func (c *Client) DoAgain(ctx context.Context, req *http.Request) (*Response, error) {
	limited, cancel := context.WithTimeout(ctx, c.lim.Timeout)
	defer cancel()
	for i := 0; ; i++ {
		resp, err := c.once(ctx, limited, req)
		e, ok := errors.AsType[*Error](err)
		if !ok || !e.isWorthRepeating() || i == len(pauses) {
			return resp, err
		}
		if !wait(limited, pauses[i]) {
			if ctx.Err() != nil {
				return nil, &Error{Reason: Cancelled, Err: ctx.Err(), unsent: true}
			}
			return nil, err
		}
		if req.Body == nil || req.Body == http.NoBody {
			continue
		}
		if req.GetBody == nil {
			return nil, err
		}
		var body io.ReadCloser
		if body, err = req.GetBody(); err != nil {
			return nil, e
		}
		req = req.Clone(context.Background())
		req.Body = body
	}
}

// isWorthRepeating reports whether the call surely left nothing and may get through later. A
// certificate or a protocol that does not fit stays so.
func (e *Error) isWorthRepeating() bool {
	return e.Reason == NotSent && e.Err != errCertificate && e.Err != errTLS && e.Err != errRequest
}

// wait waits for d. False means that ctx ended before that.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil // a busy machine wakes late
	case <-ctx.Done():
		return false
	}
}
