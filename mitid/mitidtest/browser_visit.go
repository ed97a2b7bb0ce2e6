package mitidtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// maxHops is how many redirects a browser follows.
const maxHops = 20

// Visit opens address in an app under test and follows redirects, through the
// broker, until the app shows a page. The caller closes the answer's body. as is what the
// person does at every login of the visit; what differs from login to login is queued with
// [Broker.Next], without as.
//
// The app speaks http: this browser trusts no certificate but the fake's.
// Walker-side tamperings spoil what comes back to the app. callback-late advances
// the fake's clock by a day, so the app must use it; callback-replayed brings the
// answer twice and goes on with the second page.
func (w *Browser) Visit(ctx context.Context, address string, as ...Outcome) (*http.Response, error) {
	req, err := newRequest(ctx, address, nil, false)
	if err != nil {
		return nil, err
	}
	for range maxHops {
		atBroker := w.b.owns(req.URL)
		if atBroker {
			w.decide(req, nil, as)
		}
		send := w.send
		if atBroker {
			send = func(r *http.Request) (*http.Response, error) { return w.at(ctx, r) }
		}
		res, err := send(req)
		if err != nil {
			return nil, err
		}
		if atBroker {
			back, err := w.answer(res)
			if err != nil || back == nil {
				return res, err
			}
			if req, err = w.bring(ctx, back); err != nil {
				return nil, err
			}
			continue
		}
		location, err := res.Location()
		if err != nil || res.StatusCode < 300 || res.StatusCode > 399 {
			return res, nil
		}
		drain(res)
		if req, err = newRequest(ctx, location.String(), nil, false); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("mitidtest: too many redirects")
}

// bring returns the request that carries the broker's answer to the app.
func (w *Browser) bring(ctx context.Context, back *Answer) (*http.Request, error) {
	address, form := back.Address(), url.Values(nil)
	if back.Post {
		address = back.RedirectURI
	}
	answer := func() (*http.Request, error) {
		req, err := newRequest(ctx, address, form, back.Post)
		if err == nil && back.Post {
			body := back.Params.Encode() // in order, with repetitions
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
		return req, err
	}
	switch w.b.takeDelivery() {
	case DeliverInOtherBrowser:
		w.jar, _ = cookiejar.New(nil)
	case DeliverLate:
		w.b.Advance(24 * time.Hour)
	case DeliverTwice:
		req, err := answer()
		if err != nil {
			return nil, err
		}
		res, err := w.send(req)
		if err != nil {
			return nil, err
		}
		drain(res)
	}
	return answer()
}

// owns reports whether u is an address of this fake.
func (b *Broker) owns(u *url.URL) bool {
	return strings.HasPrefix(u.String(), b.Origin()+"/")
}
