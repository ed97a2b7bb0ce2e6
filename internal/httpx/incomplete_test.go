package httpx_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowBody gives its text one byte at a time, when it is told to.
type slowBody struct {
	text   string
	next   chan struct{}
	begins func() // if not nil, a Read has begun
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, io.EOF
	}
	if b.begins != nil {
		b.begins()
	}
	<-b.next
	n := copy(p[:1], b.text)
	b.text = b.text[n:]
	return n, nil
}

func (b *slowBody) Close() error { return nil }

// Less than the promised length cannot have arrived whole.
func TestDoKnowsThatTooLittleLeft(t *testing.T) {
	for name, c := range map[string]struct {
		bytes      int // that leave before the time is over
		incomplete bool
	}{
		"nothing": {0, true}, "one byte": {1, true}, "all but one byte": {9, true}, "all": {10, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachVersion(t, func(t *testing.T, http2 bool) {
				t.Parallel()
				s, hc := serve(t, http2, func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				})
				body := &slowBody{text: "blåbærgrød"[:10], next: make(chan struct{}, 10)}
				for range c.bytes {
					body.next <- struct{}{}
				}
				req, err := http.NewRequest(http.MethodPut, s.URL, body)
				require.NoError(t, err)
				req.ContentLength = 10
				inner := hc.Transport
				hc.Transport = transport(func(r *http.Request) (*http.Response, error) {
					context.AfterFunc(r.Context(), func() { close(body.next) }) // what comes then is too late
					return inner.RoundTrip(r)
				})
				_, err = httpx.New(hc, httpx.Limits{Timeout: hurried}).Do(t.Context(), req)
				e := failure(t, err)
				assert.Equal(t, httpx.NoAnswer, e.Reason)
				assert.Equal(t, c.incomplete, e.Incomplete())
				assert.False(t, e.NotSent())
			})
		})
	}
}

// A transport may go on reading after its call has failed. It gets nothing more, not
// even from a read that had begun.
func TestTransportGetsNothingAfterItsCallHasFailed(t *testing.T) {
	reads := make(chan struct{}, 10)
	body := &slowBody{text: "æøå", next: make(chan struct{}, 10), begins: func() { reads <- struct{}{} }}
	got := make(chan string)
	hc := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		body.next <- struct{}{}
		first := make([]byte, 1)
		_, _ = io.ReadFull(r.Body, first)
		<-reads
		go func() {
			rest, _ := io.ReadAll(r.Body)
			got <- string(rest)
		}()
		<-reads // it waits in one
		return nil, errors.New("broken")
	})}
	req, err := http.NewRequest(http.MethodPut, "https://broker.example", body)
	require.NoError(t, err)
	req.ContentLength = 6
	_, err = httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), req)
	assert.True(t, failure(t, err).Incomplete())
	close(body.next)
	assert.Empty(t, <-got)
}

// Without a length nobody knows whether the rest was needed.
func TestBodyOfUnknownLengthIsIncompleteIfNothingLeft(t *testing.T) {
	for text, incomplete := range map[string]bool{"": true, "æ": false} {
		ctx, cancel := context.WithCancel(t.Context())
		from, to := io.Pipe()
		s, hc := serve(t, false, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadFull(r.Body, make([]byte, len(text)))
			cancel()
			_ = to.Close()
			_, _ = io.Copy(io.Discard, r.Body) // no answer comes before the caller has left
		})
		go func() { _, _ = io.WriteString(to, text) }()
		req, err := http.NewRequest(http.MethodPut, s.URL, from)
		require.NoError(t, err)
		_, err = httpx.New(hc, httpx.Limits{Timeout: patient}).Do(ctx, req)
		assert.Equal(t, incomplete, failure(t, err).Incomplete(), "%q", text)
	}
}

func TestRequestWithoutABodyIsWholeOnceItLeft(t *testing.T) {
	address, _ := rawServer(t, "")
	_, err := httpx.New(&http.Client{Transport: new(http.Transport)}, httpx.Limits{Timeout: patient}).Do(t.Context(), request(t, http.MethodGet, address))
	assert.False(t, failure(t, err).Incomplete())
}

// A server that sends us elsewhere before it has read the body has not taken it in.
func TestRedirectBeforeTheBodyLeftIsIncomplete(t *testing.T) {
	s, hc := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/read" {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	for path, incomplete := range map[string]bool{"/read": false, "/unread": true} {
		_, err := httpx.New(patientTransport(hc), httpx.Limits{Timeout: patient}).Do(t.Context(), upload(t, s.URL+path, 1<<20))
		e := failure(t, err)
		assert.Equal(t, httpx.Redirected, e.Reason)
		assert.Equal(t, incomplete, e.Incomplete(), path)
	}
}

func TestErrorTellsThatNobodyAskedForTheCertificate(t *testing.T) {
	e := &httpx.Error{Reason: httpx.NoAnswer, Unasked: "the server has not asked"}
	assert.Equal(t, "http: no answer; the server has not asked", e.Error())
	assert.False(t, strings.Contains((&httpx.Error{Reason: httpx.NoAnswer}).Error(), ";"))
}
