package httpx

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// pauses are the pauses between the tries of DoAgain. They are long enough for a
// server that restarts, and short enough for a person who waits.
var pauses = [...]time.Duration{50 * time.Millisecond, 150 * time.Millisecond, 400 * time.Millisecond, time.Second}

// DoAgain is Do, and repeats the call a few times, after short pauses. It repeats a
// call only if it is certain that nothing of it left this machine and a repetition may
// help: the connection was refused, the network or the name was not found, or TLS did
// not begin. It never writes twice what may have been written. (net/http itself
// repeats a GET if a pooled connection is closed under it.) All tries share one time
// limit. A request with a body needs GetBody, which http.NewRequest sets for bytes in
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

// isWorthRepeating reports whether it is certain that nothing was sent, and whether a
// repetition may help. It does not help against a certificate or a TLS version that is
// refused.
func (e *Error) isWorthRepeating() bool {
	_, final := e.Err.(tlsFault)
	return e.Reason == NotSent && !final && e.Err != errRequest
}

// wait waits for d. It returns false if ctx ended before that.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil // on a busy machine both may have happened
	case <-ctx.Done():
		return false
	}
}
