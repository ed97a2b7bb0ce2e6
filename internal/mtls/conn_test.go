package mtls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unwelcoming is a server that refuses every certificate; the one that it shows
// itself serves as the client's.
func unwelcoming(t *testing.T) (*httptest.Server, tls.Certificate, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, s.TLS.Certificates[0], roots
}

// The reader comes late on purpose: the connection is broken before it has looked.
func TestWriterWaitsForTheReasonThatTheReaderFinds(t *testing.T) {
	s, cert, roots := unwelcoming(t)
	c, err := Dial(t.Context(), New(cert, Options{Roots: roots}), s.Listener.Addr().String())
	require.NoError(t, err, "in TLS 1.3 the client is done before its certificate is judged")
	defer func() { _ = c.Close() }()
	for err == nil { // until the refusal has broken the connection; nobody has read of it
		_, err = c.(*conn).Conn.Write(make([]byte, 64<<10))
	}
	broken := make(chan error, 1)
	go func() {
		_, err := c.Write([]byte("x"))
		broken <- err
	}()
	_, _ = io.Copy(io.Discard, c)
	err = <-broken
	var op *net.OpError
	require.ErrorAs(t, err, &op)
	assert.Equal(t, "remote error", op.Op)
}

func TestRefusedCertificateIsToldApartUnderLoad(t *testing.T) {
	s, cert, roots := unwelcoming(t)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := range 10 {
				transport := New(cert, Options{Roots: roots})
				req, err := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(strings.Repeat("æ", 100<<10*(i%2))))
				if !assert.NoError(t, err) {
					return
				}
				if i%3 == 0 {
					req.Header.Set("Expect", "100-continue")
				}
				_, err = httpx.New(&http.Client{Transport: transport}, httpx.Limits{Timeout: time.Minute}).Do(context.Background(), req)
				var e *httpx.Error
				if assert.ErrorAs(t, err, &e) {
					assert.Equal(t, httpx.Unwelcome.String(), e.Reason.String())
				}
				transport.CloseIdleConnections()
			}
		})
	}
	wg.Wait()
}
