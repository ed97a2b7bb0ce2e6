package httpx_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/httpx"
)

func streamed(t *testing.T, lim httpx.Limits, answer http.HandlerFunc) (string, *httpx.Response, error) {
	t.Helper()
	server := httptest.NewServer(answer)
	defer server.Close()
	req, err := http.NewRequest(http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	var got []byte
	var head *httpx.Response
	err = httpx.New(nil, lim).Stream(t.Context(), req, func(r *httpx.Response, body io.Reader) error {
		head = r
		var err error
		got, err = io.ReadAll(body)
		return err
	})
	return string(got), head, err
}

func TestStream(t *testing.T) {
	got, head, err := streamed(t, httpx.Limits{MaxBody: 6}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "æøå")
	})
	require.NoError(t, err)
	assert.Equal(t, "æøå", got, "a body as large as may be")
	assert.Equal(t, http.StatusTeapot, head.Status)
	assert.True(t, head.Taken)
	assert.Empty(t, head.Body)
}

func TestStreamOfWhatIsTooMuchOrTooLittle(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   httpx.Reason
	}{
		"announced too large": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 11)) }, httpx.TooLarge},
		"too large": {func(w http.ResponseWriter, _ *http.Request) {
			for range 11 {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()
			}
		}, httpx.TooLarge},
		"too large when unpacked": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 1<<20))
			_ = z.Close()
		}, httpx.TooLarge},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "x")
		}, httpx.Cut},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, httpx.Redirected},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := streamed(t, httpx.Limits{MaxBody: 10}, c.answer)
			var e *httpx.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.want, e.Reason)
			assert.LessOrEqual(t, len(got), 10)
		})
	}
}

func TestStreamReturnsTheErrorOfItsReader(t *testing.T) {
	mine := errors.New("mine")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) }))
	defer server.Close()
	req, err := http.NewRequest(http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	assert.Equal(t, mine, httpx.New(nil, httpx.Limits{MaxBody: 2 << 20}).Stream(t.Context(), req, func(*httpx.Response, io.Reader) error { return mine }))
}

// drip is a transport whose body brings one byte every pause.
type drip struct{ pause time.Duration }

func (f drip) RoundTrip(r *http.Request) (*http.Response, error) {
	from, to := io.Pipe()
	go func() {
		t := time.NewTicker(f.pause)
		defer t.Stop()
		for {
			select {
			case <-r.Context().Done():
				_ = to.CloseWithError(r.Context().Err())
				return
			case <-t.C:
				_, _ = to.Write([]byte("x"))
			}
		}
	}()
	return &http.Response{StatusCode: http.StatusOK, Body: from}, nil
}

func TestStreamEndsInTime(t *testing.T) {
	for name, c := range map[string]struct {
		lim    httpx.Limits
		cancel time.Duration
		want   httpx.Reason
		after  time.Duration
	}{
		"over the time limit":    {httpx.Limits{Timeout: time.Minute}, 0, httpx.Slow, time.Minute},
		"below the least rate":   {httpx.Limits{Timeout: time.Hour, MinRate: 2}, 0, httpx.Slow, 10 * time.Second},
		"above it, but too long": {httpx.Limits{Timeout: time.Minute, MinRate: 1}, 0, httpx.Slow, time.Minute},
		"cancelled":              {httpx.Limits{Timeout: time.Hour, MinRate: 1}, 3 * time.Second, httpx.Cancelled, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.cancel > 0 {
					time.AfterFunc(c.cancel, cancel)
				}
				req, err := http.NewRequest(http.MethodGet, "http://localhost/", nil)
				require.NoError(t, err)
				begun := time.Now()
				err = httpx.New(&http.Client{Transport: drip{900 * time.Millisecond}}, c.lim).Stream(ctx, req, func(_ *httpx.Response, body io.Reader) error {
					_, err := io.Copy(io.Discard, body)
					return err
				})
				var e *httpx.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, c.want, e.Reason)
				assert.Equal(t, c.after, time.Since(begun).Round(time.Second))
				synctest.Wait()
			})
		})
	}
}
