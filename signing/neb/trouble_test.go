package neb_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

// tap stands between the service and the fake.
type tap struct {
	next http.RoundTripper
	do   func(*http.Request, http.RoundTripper) (*http.Response, error)
}

func (t tap) RoundTrip(r *http.Request) (*http.Response, error) { return t.do(r, t.next) }

// openTapped is open with something between the service and the fake.
func openTapped(tb testing.TB, change func(*neb.Config), do func(*http.Request, http.RoundTripper) (*http.Response, error)) (*nebtest.Broker, *neb.Service) {
	return open(tb, func(c *neb.Config) {
		c.HTTPClient = &http.Client{Transport: tap{c.HTTPClient.Transport, do}}
		if change != nil {
			change(c)
		}
	})
}

// counted is a body that counts what is read of it. After content it repeats fill; if there
// is none, it fails with err.
type counted struct {
	content io.Reader
	fill    []byte
	err     error
	read    *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.content.Read(p)
	if err != nil && n == 0 {
		if len(c.fill) > 0 {
			n, err = copy(p, c.fill), nil
		} else {
			err = c.err
		}
	}
	c.read.Add(int64(n))
	return n, err
}

func (c *counted) Close() error { return nil }

// Whatever is wrong with the signing APIs: every call ends, within its limits, with a kind
// that says what to do, and nothing of the answer in the error.
func TestTroubleWithTheAPIs(t *testing.T) {
	const secret = "CPR 010203-4567 på Ærø"
	const limit = 64 << 10 // of an answer
	const within = 10 * time.Second
	// late is what comes of a call that hangs. It has an end, which nobody waits for here.
	late := func(r *http.Request) error {
		end, limited := r.Context().Deadline()
		assert.True(t, limited && time.Until(end) <= within, "a call without its time limit")
		return context.DeadlineExceeded
	}
	answer := func(r *http.Request, status int, body io.ReadCloser, header ...string) *http.Response {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: body, ContentLength: -1, Request: r}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(bytes.Repeat([]byte(" "), 10_000_000))
	require.NoError(t, err)
	require.NoError(t, z.Close())

	var read, calls atomic.Int64
	body := func(text string) *counted {
		return &counted{content: strings.NewReader(text), err: io.EOF, read: &read}
	}
	var fault func(r *http.Request) (*http.Response, error)
	fake, s := openTapped(t, func(c *neb.Config) { c.MaxAnswer, c.Timeout = limit, within }, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if fault == nil || !strings.HasPrefix(r.URL.Path, "/transactionsigning/") {
			return next.RoundTrip(r)
		}
		calls.Add(1)
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
		return fault(r)
	})
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	of := signedPDF(t, fake, s)

	for name, c := range map[string]struct {
		fault func(r *http.Request) (*http.Response, error)
		want  signing.Kind // CreateOrder: OutcomeUnknown
	}{
		"no answer": {func(r *http.Request) (*http.Response, error) {
			return nil, late(r)
		}, signing.Unavailable},
		"an answer that hangs": {func(r *http.Request) (*http.Response, error) {
			b := body(`{"signTextId":"`)
			b.err = late(r)
			return answer(r, 200, b), nil
		}, signing.Unavailable},
		"an error that hangs": {func(r *http.Request) (*http.Response, error) {
			b := body("{")
			b.err = late(r)
			return answer(r, 500, b), nil
		}, signing.Unavailable},
		"cut": {func(r *http.Request) (*http.Response, error) {
			b := body(`{"signTextId":"` + secret)
			b.err = io.ErrUnexpectedEOF
			return answer(r, 200, b), nil
		}, signing.Unavailable},
		"ends too early": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, body(`{"signTextId":"`+secret)), nil
		}, signing.ResponseInvalid},
		"reset": {func(*http.Request) (*http.Response, error) { return nil, errors.New("reset: " + secret) }, signing.Unavailable},
		"without an end": {func(r *http.Request) (*http.Response, error) {
			b := body("{")
			b.fill = bytes.Repeat([]byte(" "), 4096)
			return answer(r, 200, b), nil
		}, signing.ResponseInvalid},
		"10 MB": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, body(`{"x":"`+strings.Repeat("æ", 5_000_000)+`"}`)), nil
		}, signing.ResponseInvalid},
		"10 MB, packed": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, body(packed.String()), "Content-Encoding", "gzip"), nil
		}, 0},
		"a page": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, body("<html>"+secret+"</html>"), "Content-Type", "text/html"), nil
		}, signing.Unavailable},
		"a redirect": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 307, body(secret), "Location", "https://andetsteds.example/"+secret), nil
		}, signing.ResponseInvalid},
		"nested": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, body(strings.Repeat(`{"x":`, 10_000))), nil
		}, signing.ResponseInvalid},
		"a name twice": {func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, body(`{"signTextId":"a","signTextId":"b","workflowId":"a","workflowId":"b","id":"a","id":"b","padesB64":"","padesB64":"x"}`)), nil
		}, signing.ResponseInvalid},
	} {
		for op, do := range map[string]func() error{
			"sign":    func() error { _, err := s.Sign(t.Context(), texts()[0], mitid.Request{}); return err },
			"place":   func() error { _, err := s.CreateOrder(t.Context(), p.order, digests(t, p.originals...)); return err },
			"order":   func() error { _, err := s.Order(t.Context(), p.ticket.ID); return err },
			"receipt": func() error { _, err := s.Receipt(t.Context(), of); return err },
			"fetch":   func() error { return s.Fetch(t.Context(), p.ticket.ID, "1", io.Discard) },
		} {
			fault = c.fault
			calls.Store(0)
			read.Store(0)
			err := do()
			require.Error(t, err, "%s %s", name, op)
			for _, word := range []string{"Ærø", "010203-4567", "andetsteds", fake.ClientSecret().Reveal()} {
				assert.NotContains(t, err.Error(), word, "%s %s", name, op)
			}
			assert.EqualValues(t, 1, calls.Load(), "%s %s: asked once", name, op)
			assert.LessOrEqual(t, read.Load(), int64(limit+8<<10), "%s %s: bytes", name, op)
			switch kind := signing.KindOf(err); {
			case op == "place":
				assert.Equal(t, signing.OutcomeUnknown.String(), kind.String(), "%s: %v", name, err)
			case c.want == 0:
				assert.Contains(t, []signing.Kind{signing.ResponseInvalid, signing.Unavailable}, kind, "%s %s", name, op)
			default:
				assert.Equal(t, c.want.String(), kind.String(), "%s %s: %v", name, op, err)
			}
		}
	}
	fault = nil
	require.NoError(t, signAll(t, fake, s, texts()[0]))
}

func signedPDF(t *testing.T, fake *nebtest.Broker, s *neb.Service) *neb.Signed {
	t.Helper()
	rd, err := s.Sign(t.Context(), texts()[2], mitid.Request{})
	require.NoError(t, err)
	of, err := finish(t, fake, s, rd)
	require.NoError(t, err)
	return of
}

// Many calls whose token the API has forgotten fetch one new token in all, and a token that
// is refused twice is an error and no loop.
func TestAForgottenServiceToken(t *testing.T) {
	var mu sync.Mutex
	var last string
	forgotten := map[string]bool{}
	all := false
	fake, s := openTapped(t, nil, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/transactionsigning/") {
			mu.Lock()
			last = r.Header.Get("Authorization")
			no := all || forgotten[last]
			mu.Unlock()
			if no {
				return &http.Response{StatusCode: http.StatusUnauthorized, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			}
		}
		return next.RoundTrip(r)
	})
	sign := func() error {
		_, err := s.Sign(t.Context(), texts()[0], mitid.Request{})
		return err
	}
	require.NoError(t, sign())
	require.Equal(t, 1, fake.Count("/op/connect/token"))
	forgotten[last] = true
	var many sync.WaitGroup
	for range 8 {
		many.Go(func() { assert.NoError(t, sign()) })
	}
	many.Wait()
	require.Equal(t, 2, fake.Count("/op/connect/token"))

	all = true
	require.ErrorIs(t, sign(), signing.ErrAuthFailed)
	require.Equal(t, 3, fake.Count("/op/connect/token"), "once")

	// Whoever waits for the token may leave.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Sign(ctx, texts()[0], mitid.Request{})
	require.ErrorIs(t, err, signing.ErrUnavailable)
	require.ErrorIs(t, err, context.Canceled)
}
