package httpx_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nobody listens there.
const nobody = "127.0.0.1:1"

// Nobody listens at first: the other side is being started.
func TestRefusedConnectionIsTriedAgainUntilTheOtherSideIsUp(t *testing.T) {
	var calls, dials atomic.Int32
	var body atomic.Value
	s, _ := serve(t, false, func(_ http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		b, _ := io.ReadAll(r.Body)
		body.Store(string(b))
	})
	tr := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) <= 2 {
			address = nobody
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	resp, err := httpx.New(&http.Client{Transport: tr}, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
	require.NoError(t, err)
	assert.Equal(t, 200, resp.Status)
	assert.EqualValues(t, 1, calls.Load())
	assert.EqualValues(t, 3, dials.Load())
	assert.Contains(t, body.Load(), "secret-æ", "the whole body, though an earlier try had used it up")
}

// refusing dials as refuse says for the first n times.
func refusing(n int32, refuse error) (*http.Transport, *atomic.Int32) {
	dials := new(atomic.Int32)
	return &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) <= n {
			return nil, refuse
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}, dials
}

func TestWhatSurelyNeverLeftIsTriedAgain(t *testing.T) {
	s, _ := serve(t, false, func(http.ResponseWriter, *http.Request) {})
	for name, refuse := range map[string]error{
		"refused":      &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"no route":     &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH},
		"no network":   &net.OpError{Op: "dial", Err: syscall.ENETUNREACH},
		"unknown name": &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}},
		"name server":  &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}},
		"dial timeout": &net.OpError{Op: "dial", Err: context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			transport, dials := refusing(2, refuse)
			c := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient})
			_, err := c.DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
			require.NoError(t, err)
			assert.EqualValues(t, 3, dials.Load())

			synctest.Test(t, func(t *testing.T) {
				transport, dials := refusing(1000, refuse)
				c := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient})
				_, err := c.DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
				assert.True(t, failure(t, err).NotSent())
				assert.EqualValues(t, 5, dials.Load(), "and not for ever")
			})
		})
	}
}

func TestTriesShareOneLimitOfTime(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	synctest.Test(t, func(t *testing.T) {
		transport, dials := refusing(1000, refused)
		began := time.Now()
		c := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: 100 * time.Millisecond})
		_, err := c.DoAgain(t.Context(), request(t, http.MethodPost, "http://"+nobody))
		assert.Equal(t, "http: not sent: connection refused", failure(t, err).Error())
		assert.Equal(t, 100*time.Millisecond, time.Since(began))
		assert.EqualValues(t, 2, dials.Load(), "no pause goes beyond the end")
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		transport, dials := refusing(1000, refused)
		time.AfterFunc(10*time.Millisecond, cancel)
		began := time.Now()
		_, err := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient}).DoAgain(ctx, request(t, http.MethodGet, "http://"+nobody))
		e := failure(t, err)
		assert.Equal(t, httpx.Cancelled, e.Reason)
		assert.ErrorIs(t, err, context.Canceled)
		assert.True(t, e.NotSent())
		assert.Equal(t, 10*time.Millisecond, time.Since(began))
		assert.EqualValues(t, 1, dials.Load())
	})
}

func TestResetAfterTheRequestWasWrittenIsNotTriedAgain(t *testing.T) {
	address, calls := rawServer(t, "")
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		calls.Store(0)
		c := httpx.New(&http.Client{Transport: new(http.Transport)}, httpx.Limits{Timeout: patient})
		_, err := c.DoAgain(t.Context(), request(t, method, address))
		assert.Equal(t, httpx.NoAnswer, failure(t, err).Reason)
		assert.EqualValues(t, 1, calls.Load(), method)
	}
}

func TestAnswersAreNeverAskedForAgain(t *testing.T) {
	for name, answer := range map[string]string{
		"503":      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
		"redirect": "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://elsewhere.example\r\nContent-Length: 0\r\n\r\n",
		"cut":      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
	} {
		address, calls := rawServer(t, answer)
		_, _ = httpx.New(&http.Client{Transport: new(http.Transport)}, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, address))
		assert.EqualValues(t, 1, calls.Load(), name)
	}
}

func TestRefusedCertificateIsNotTriedAgain(t *testing.T) {
	var conns atomic.Int32
	stranger := httptest.NewUnstartedServer(http.NotFoundHandler())
	stranger.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	stranger.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	roots := x509.NewCertPool()
	roots.AddCert(stranger.Certificate())
	for name, transport := range map[string]*http.Transport{
		"unknown authority": {},
		"protocol too old":  {TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, RootCAs: roots}},
	} {
		conns.Store(0)
		_, err := httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, stranger.URL))
		assert.True(t, failure(t, err).NotSent(), name)
		assert.EqualValues(t, 1, conns.Load(), name)
	}
}

// A transport that does not tell whether it connected may have sent.
func TestSilentTransportIsNotAskedAgain(t *testing.T) {
	var calls atomic.Int32
	hc := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		calls.Add(1)
		return nil, errors.New("refused")
	})}
	_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, "https://broker.example"))
	assert.Equal(t, httpx.NoAnswer, failure(t, err).Reason)
	assert.EqualValues(t, 1, calls.Load())
}

func TestServerThatHangsUpBeforeTLSIsTriedAgain(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	var dials atomic.Int32
	tr := s.Client().Transport.(*http.Transport).Clone()
	tr.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		ours, theirs := net.Pipe()
		_ = theirs.Close()
		return ours, nil
	}
	_, err := httpx.New(&http.Client{Transport: tr}, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
	require.NoError(t, err)
	assert.EqualValues(t, 2, dials.Load())
}

// net/http repeats a POST that it can write again; it cannot write ours.
func TestPostThatArrivedOverHTTP2IsSentOnce(t *testing.T) {
	var calls atomic.Int32
	s, hc := serve(t, true, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		calls.Add(1)
		panic(http.ErrAbortHandler)
	})
	_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
	assert.Equal(t, httpx.NoAnswer, failure(t, err).Reason)
	assert.EqualValues(t, 1, calls.Load())
}

func TestPostOnAPooledConnectionThatDiesIsSentOnce(t *testing.T) {
	var calls atomic.Int32
	s, hc := serve(t, false, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if calls.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
	})
	c := httpx.New(hc, httpx.Limits{Timeout: patient})
	_, err := c.DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
	require.NoError(t, err)
	_, err = c.DoAgain(t.Context(), request(t, http.MethodPost, s.URL))
	assert.Equal(t, httpx.NoAnswer, failure(t, err).Reason)
	assert.EqualValues(t, 2, calls.Load())
}

func TestAnswerThatIsNotReadKeepsItsStatus(t *testing.T) {
	for answer, want := range map[string]int{
		"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example\r\nContent-Length: 0\r\n\r\n": 302,
		"HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n":                             300,
		"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{":                                 403,
		"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99999999\r\n\r\n{":                          502,
	} {
		address, _ := rawServer(t, answer)
		_, err := httpx.New(&http.Client{Transport: new(http.Transport)}, httpx.Limits{Timeout: patient}).DoAgain(t.Context(), request(t, http.MethodPost, address))
		assert.Equal(t, want, failure(t, err).Status, answer)
	}
}
