package httpx

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// rateWindow is the time over which Limits.MinRate is an average.
const rateWindow = 10 * time.Second

// Stream makes the call of req once, as Do does, and calls read with the head of the
// answer and its body, while the body arrives. The Response has no Body. body gives no
// more than MaxBody bytes, and ends with an [*Error] that is TooLarge, Slow (the time is
// over, or fewer bytes came than MinRate demands), Cut or Cancelled. It must not be used
// after read has returned. The error of Stream is that of the call, or that of read.
func (c *Client) Stream(ctx context.Context, req *http.Request, read func(r *Response, body io.Reader) error) error {
	limited, cancel := context.WithTimeout(ctx, c.lim.Timeout)
	defer cancel()
	resp, answer, err := c.begin(ctx, limited, req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.ContentLength > c.lim.MaxBody {
		return &Error{Reason: TooLarge, Status: resp.StatusCode}
	}
	body := &arrivingBody{
		from: resp.Body, left: c.lim.MaxBody, status: resp.StatusCode,
		cancelled: ctx.Err, over: limited.Err,
	}
	if c.lim.MinRate > 0 {
		go body.watch(limited, cancel, c.lim.MinRate*int64(rateWindow/time.Second))
	}
	return read(answer, body)
}

// arrivingBody is the body of an answer, within the limits of the call.
type arrivingBody struct {
	from            io.Reader
	left            int64
	came            atomic.Int64
	status          int
	cancelled, over func() error
}

func (b *arrivingBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	b.came.Add(int64(n))
	if int64(n) > b.left {
		return 0, &Error{Reason: TooLarge, Status: b.status}
	}
	b.left -= int64(n)
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case b.cancelled() != nil:
		return n, &Error{Reason: Cancelled, Err: b.cancelled(), Status: b.status}
	case b.over() != nil:
		return n, &Error{Reason: Slow, Err: b.over(), Status: b.status}
	default:
		return n, &Error{Reason: Cut, Status: b.status}
	}
}

// watch ends the call when less than need bytes came in a window.
func (b *arrivingBody) watch(limited context.Context, cancel context.CancelFunc, need int64) {
	t := time.NewTicker(rateWindow)
	defer t.Stop()
	var before int64
	for {
		select {
		case <-limited.Done():
			return
		case <-t.C:
			came := b.came.Load()
			if came-before < need {
				cancel()
				return
			}
			before = came
		}
	}
}
