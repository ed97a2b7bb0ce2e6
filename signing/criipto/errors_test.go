package criipto_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

const hostile = `{"errors":[{"message":"` + canary + ` \u001b[31m","path":["x"],"extensions":{"code":"%s","traceId":"0af7651916cd43dd"}}],"data":{}}`

// What each answer means to calls that read and to calls that act. No answer shows in an
// error.
func TestEachAnswerOfTheService(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		header, body string
		reads, acts  signing.Kind
	}{
		"401":                    {401, "", canary, signing.AuthFailed, signing.AuthFailed},
		"403":                    {403, "", canary, signing.AuthFailed, signing.AuthFailed},
		"404 of the address":     {404, "", canary, signing.ConfigInvalid, signing.ConfigInvalid},
		"405":                    {405, "", canary, signing.ConfigInvalid, signing.ConfigInvalid},
		"400":                    {400, "", canary, signing.Refused, signing.Refused},
		"408":                    {408, "", canary, signing.Unavailable, signing.OutcomeUnknown},
		"413":                    {413, "", canary, signing.Refused, signing.Refused},
		"429":                    {429, "17", canary, signing.Throttled, signing.Throttled},
		"500":                    {500, "", canary, signing.Unavailable, signing.OutcomeUnknown},
		"502":                    {502, "", "<html>" + canary, signing.Unavailable, signing.OutcomeUnknown},
		"503":                    {503, "", canary, signing.Unavailable, signing.OutcomeUnknown},
		"503 with Retry-After":   {503, "17", canary, signing.Throttled, signing.OutcomeUnknown},
		"201":                    {201, "", canary, signing.Unavailable, signing.OutcomeUnknown},
		"HTML with 200":          {200, "", "<!doctype html><title>" + canary, signing.Unavailable, signing.OutcomeUnknown},
		"empty with 200":         {200, "", "", signing.Unavailable, signing.OutcomeUnknown},
		"empty object":           {200, "", "{}", signing.ResponseInvalid, signing.OutcomeUnknown},
		"data is null":           {200, "", `{"data":null}`, signing.ResponseInvalid, signing.OutcomeUnknown},
		"data is empty":          {200, "", `{"data":{}}`, signing.ResponseInvalid, signing.OutcomeUnknown},
		"data twice":             {200, "", `{"data":{},"data":{}}`, signing.ResponseInvalid, signing.OutcomeUnknown},
		"Data in capitals":       {200, "", `{"Data":{"a":1},"data":{}}`, signing.ResponseInvalid, signing.OutcomeUnknown},
		"trailing data":          {200, "", `{"data":{}} ` + canary, signing.ResponseInvalid, signing.OutcomeUnknown},
		"deep":                   {200, "", `{"data":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}", signing.ResponseInvalid, signing.OutcomeUnknown},
		"errors are a text":      {200, "", `{"errors":"` + canary + `","data":{}}`, signing.ResponseInvalid, signing.OutcomeUnknown},
		"an unknown error":       {200, "", fmt.Sprintf(hostile, "X"), signing.Unavailable, signing.Refused},
		"an error of null":       {200, "", `{"errors":[null]}`, signing.Unavailable, signing.Refused},
		"unauthenticated":        {200, "", fmt.Sprintf(hostile, "UNAUTHENTICATED"), signing.AuthFailed, signing.AuthFailed},
		"not found":              {200, "", fmt.Sprintf(hostile, "NOT_FOUND"), signing.NotFound, signing.NotFound},
		"internal":               {200, "", fmt.Sprintf(hostile, "INTERNAL_SERVER_ERROR"), signing.Unavailable, signing.OutcomeUnknown},
		"the error of a field":   {200, "", replacing(fmt.Sprintf(hostile, "X"), `["x"]`, `["x",0,"y"]`), signing.Unavailable, signing.OutcomeUnknown},
		"errors beside the data": {200, "", `{"data":{"signatureOrder":null},"errors":[{"message":"` + canary + `"}]}`, signing.Unavailable, signing.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRemote(t, func(w http.ResponseWriter, _ call) {
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				says(c.status, c.body)(w, call{})
			})
			for called, f := range eachCall(r.service(t)) {
				err := f(t.Context())
				want := c.reads
				if slices.Contains(acting, called) {
					want = c.acts
				}
				assert.Equal(t, want.String(), signing.KindOf(err).String(), called)
				silent(t, err)
				var e *signing.Error
				require.ErrorAs(t, err, &e)
				if c.header != "" {
					assert.Equal(t, 17*time.Second, e.RetryAfter, called)
				}
				if c.status != http.StatusOK {
					assert.Equal(t, c.status, e.Status, called)
					assert.Equal(t, c.body, string(e.Said.Reveal()), called)
				}
				if strings.Contains(c.body, "traceId") {
					assert.Equal(t, "0af7651916cd43dd", e.Trace, called)
				}
			}
		})
	}
}

// An answer that holds links and makes no sense is in no part of the error.
func TestLinksAreNotKeptInErrors(t *testing.T) {
	for _, body := range []string{created(replacing(openOrder, `"status":"OPEN",`, `"status":1,`)), `{"data":{},` + created(openOrder)[1:], created(openOrder) + "<"} {
		o := newOrder()
		_, err := newRemote(t, says(http.StatusOK, body)).service(t).CreateOrder(t.Context(), o, digests(o))
		var e *signing.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, signing.OutcomeUnknown, e.Kind)
		assert.NotContains(t, string(e.Said.Reveal()), "bearer")
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"0": 0, "-5": 0, "17": 17 * time.Second, "99999999999999999999": 24 * time.Hour, "soon": 0, "": 0,
		noon.Add(time.Minute).Format(http.TimeFormat): time.Minute, noon.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		r := newRemote(t, func(w http.ResponseWriter, _ call) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err := r.service(t).Order(t.Context(), theOrder)
		var e *signing.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, want, e.RetryAfter, value)
	}
}

// Redirects are not followed: the credentials would go along.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := newRemote(t, says(http.StatusOK, `{}`))
		r := newRemote(t, func(w http.ResponseWriter, _ call) {
			w.Header().Set("Location", elsewhere.URL+"/?"+canary)
			w.WriteHeader(status)
		})
		for called, f := range eachCall(r.service(t)) {
			err := f(t.Context())
			want := signing.Unavailable
			if slices.Contains(acting, called) {
				want = signing.OutcomeUnknown
			}
			assert.Equal(t, want.String(), signing.KindOf(err).String(), called)
			silent(t, err)
		}
		assert.Empty(t, elsewhere.all())
	}
}

// Ten megabytes, a hang, a cut: each call ends in time, and with little memory.
func TestAnswersWithoutAnEnd(t *testing.T) {
	rubbish := strings.Repeat("x", 10<<20)
	for name, answer := range map[string]func(http.ResponseWriter, call){
		"10 MB": says(http.StatusOK, rubbish),
		"10 MB of JSON": func(w http.ResponseWriter, _ call) {
			_, _ = io.WriteString(w, `{"data":{"x":"`+rubbish+`"}}`)
		},
		"cut": func(w http.ResponseWriter, _ call) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"data":{"signatureOrder":null`)
		},
		"reset": func(w http.ResponseWriter, _ call) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRemote(t, answer)
			for called, f := range eachCall(r.service(t, func(cfg *criipto.Config) { cfg.MaxDocument = 1 << 20 })) {
				err := f(t.Context())
				kind := signing.KindOf(err)
				if slices.Contains(acting, called) {
					assert.Equal(t, signing.OutcomeUnknown.String(), kind.String(), called)
				} else {
					assert.Contains(t, []signing.Kind{signing.Unavailable, signing.ResponseInvalid, signing.DocumentPending}, kind, called)
				}
				silent(t, err)
			}
		})
	}
}

func TestAServiceThatHangs(t *testing.T) {
	release := make(chan struct{})
	r := newRemote(t, func(http.ResponseWriter, call) { <-release })
	defer close(release)
	s := r.service(t, func(cfg *criipto.Config) { cfg.Timeout, cfg.TransferTimeout = 5*time.Second, 5*time.Second }) // enough to send
	calls := eachCall(s)
	errs := make(map[string]chan error)
	for called, f := range calls {
		c := make(chan error, 1)
		errs[called] = c
		go func() { c <- f(t.Context()) }()
	}
	for called := range calls {
		err := <-errs[called]
		want := signing.Unavailable
		if slices.Contains(acting, called) {
			want = signing.OutcomeUnknown
		}
		assert.Equal(t, want.String(), signing.KindOf(err).String(), called)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		silent(t, err)
	}
}

// Nothing was sent, so nothing can have happened.
func TestNobodyListens(t *testing.T) {
	cfg := config("http://127.0.0.1:1/")
	cfg.Timeout, cfg.TransferTimeout = 200*time.Millisecond, 200*time.Millisecond
	s, err := criipto.New(cfg)
	require.NoError(t, err)
	o := newOrder()
	_, err = s.CreateOrder(t.Context(), o, digests(o))
	require.ErrorIs(t, err, signing.ErrUnavailable)
	require.ErrorIs(t, s.Close(t.Context(), theOrder, 7), signing.ErrUnavailable)
	silent(t, err, "127.0.0.1")
}

// What errors mean can be replaced, by code and by message.
func TestKindsCanBeReplaced(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{"errors":[{"message":"Signature order is already closed"}],"data":{}}`))
	err := r.service(t).Close(t.Context(), theOrder, 7)
	require.ErrorIs(t, err, signing.ErrRefused)
	s := r.service(t, func(cfg *criipto.Config) {
		cfg.Kinds = map[string]signing.Kind{"Signature order is already closed": signing.Conflict}
	})
	require.ErrorIs(t, s.Close(t.Context(), theOrder, 7), signing.ErrConflict)
}

// The arguments that no service should see.
func TestBadArguments(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{}`))
	s := r.service(t)
	ctx := t.Context()
	for _, id := range []signing.ID{"", "a b", "æ", "\x1b", signing.ID(strings.Repeat("x", 257))} {
		_, err := s.Order(ctx, id)
		require.ErrorIs(t, err, signing.ErrInputInvalid)
		require.ErrorIs(t, s.Cancel(ctx, id), signing.ErrInputInvalid)
		require.ErrorIs(t, s.Fetch(ctx, theOrder, id, io.Discard), signing.ErrInputInvalid)
		silent(t, err)
	}
	for _, days := range []int{-1, 0, 8} {
		require.ErrorIs(t, s.Close(ctx, theOrder, days), signing.ErrInputInvalid)
	}
	for _, days := range []int{-1, 0, 31} {
		_, err := s.Extend(ctx, theOrder, days)
		require.ErrorIs(t, err, signing.ErrInputInvalid)
	}
	_, err := s.Find(ctx, &signing.Order{})
	require.ErrorIs(t, err, signing.ErrInputInvalid)
	_, err = s.Batch(ctx, nil)
	require.ErrorIs(t, err, signing.ErrInputInvalid)
	require.ErrorIs(t, s.RetryWebhook(ctx, criipto.Delivery{Order: theOrder}), signing.ErrInputInvalid)
	assert.Empty(t, r.all())
}
