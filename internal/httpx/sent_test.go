package httpx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDoSeesACutAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"length":    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":",
		"chunk":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"half\":",
		"bad chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\"half\":",
		"gzip":      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
		"no gzip":   "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nplain text æ",
	} {
		t.Run(name, func(t *testing.T) {
			address, calls := rawServer(t, answer)
			_, err := httpx.New(&http.Client{Transport: new(http.Transport)}, httpx.Limits{Timeout: patient}).
				Do(t.Context(), request(t, http.MethodPost, address))
			assert.Equal(t, httpx.Cut, failure(t, err).Reason)
			assert.NotContains(t, err.Error(), "half")
			assert.EqualValues(t, 1, calls.Load())
		})
	}
}

func rawServer(t *testing.T, answer string) (string, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	calls := new(atomic.Int32)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			buf := make([]byte, 4096)
			for seen := ""; !strings.HasSuffix(seen, "secret-æ") && !strings.HasSuffix(seen, "\r\n\r\n") || strings.HasPrefix(seen, "POST") && !strings.HasSuffix(seen, "secret-æ"); {
				n, err := conn.Read(buf)
				if err != nil {
					break
				}
				seen += string(buf[:n])
			}
			_, _ = conn.Write([]byte(answer))
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String(), calls
}

func TestDoIsNotSureOnceConnected(t *testing.T) {
	address, calls := rawServer(t, "")
	_, err := httpx.New(&http.Client{Transport: new(http.Transport)}, httpx.Limits{Timeout: patient}).
		Do(t.Context(), request(t, http.MethodPost, address))
	e := failure(t, err)
	assert.Equal(t, httpx.NoAnswer, e.Reason)
	assert.False(t, e.NotSent())
	assert.EqualValues(t, 1, calls.Load())
}

func TestDoIsNotSureOnAUsedConnection(t *testing.T) {
	eachVersion(t, func(t *testing.T, http2 bool) {
		t.Parallel()
		s, hc := serve(t, http2, func(_ http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}
		})
		_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), request(t, http.MethodGet, s.URL))
		require.NoError(t, err)
		_, err = httpx.New(hc, httpx.Limits{Timeout: hurried}).Do(t.Context(), request(t, http.MethodPost, s.URL))
		e := failure(t, err)
		assert.Equal(t, httpx.NoAnswer, e.Reason)
		assert.False(t, e.NotSent())
	})
}

func TestDoIsSureThatNothingLeft(t *testing.T) {
	stranger := httptest.NewUnstartedServer(http.NotFoundHandler())
	stranger.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	plain, _ := serve(t, false, func(http.ResponseWriter, *http.Request) {})
	noName := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "secret.example", IsNotFound: true}}
	}}

	for name, c := range map[string]struct {
		address, text string
		transport     *http.Transport
	}{
		"refused":             {"http://" + nobody, "http: not sent: connection refused", new(http.Transport)},
		"unknown name":        {"https://secret.example", "http: not sent: host name not found", noName},
		"unknown certificate": {stranger.URL, "http: not sent: the server's certificate is signed by an authority that is not trusted here", new(http.Transport)},
		"no TLS there":        {strings.Replace(plain.URL, "http:", "https:", 1), "", new(http.Transport)},
		"TLS too old": {stranger.URL, "", &http.Transport{TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10,
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := httpx.New(&http.Client{Transport: c.transport}, httpx.Limits{Timeout: patient}).
				Do(t.Context(), request(t, http.MethodPost, c.address+"/path?cpr=2101270087"))
			e := failure(t, err)
			assert.Equal(t, httpx.NotSent, e.Reason)
			assert.True(t, e.NotSent())
			if c.text != "" {
				assert.Equal(t, c.text, err.Error())
			}
			for _, secret := range []string{"2101270087", "secret.example", "127.0.0.1"} {
				assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret)
			}
		})
	}
}

func TestDoDoesNotTrustASilentTransport(t *testing.T) {
	hc := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("broken at https://broker.example/?code=secret")
	})}
	_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), request(t, http.MethodPost, "https://broker.example"))
	e := failure(t, err)
	assert.Equal(t, httpx.NoAnswer, e.Reason, "a transport that does not say whether it connected may have sent")
	assert.Equal(t, "http: no answer", err.Error())
}

func TestDoTellsACallerWhoLeft(t *testing.T) {
	eachVersion(t, func(t *testing.T, http2 bool) {
		arrived := make(chan struct{})
		s, hc := serve(t, http2, func(_ http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-r.Context().Done()
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(ctx, request(t, http.MethodGet, s.URL))
		e := failure(t, err)
		assert.Equal(t, httpx.Cancelled, e.Reason)
		assert.ErrorIs(t, err, context.Canceled)
		assert.False(t, e.NotSent())
	})
	t.Run("while connecting", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		hang := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		_, err := httpx.New(&http.Client{Transport: hang}, httpx.Limits{Timeout: patient}).Do(ctx, request(t, http.MethodPost, "https://broker.example"))
		e := failure(t, err)
		assert.Equal(t, httpx.Cancelled, e.Reason)
		assert.True(t, e.NotSent())
	})
	t.Run("in the middle of the answer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, hc := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
		})
		_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(ctx, request(t, http.MethodGet, s.URL))
		assert.Equal(t, httpx.Cancelled, failure(t, err).Reason)
	})
}

func TestDoWritesABodyOnce(t *testing.T) {
	var posts atomic.Int32
	s, hc := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			return
		}
		posts.Add(1)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	c := httpx.New(hc, httpx.Limits{Timeout: patient})
	_, err := c.Do(t.Context(), request(t, http.MethodGet, s.URL))
	require.NoError(t, err)
	req := request(t, http.MethodPost, s.URL)
	req.Header.Set("Idempotency-Key", "1")
	require.NotNil(t, req.GetBody)
	_, err = c.Do(t.Context(), req)
	assert.Equal(t, httpx.NoAnswer, failure(t, err).Reason)
	assert.EqualValues(t, 1, posts.Load())
}
