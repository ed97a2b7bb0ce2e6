package httpx_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// upload is a PUT of size bytes that asks before it sends.
func upload(t *testing.T, address string, size int) *http.Request {
	t.Helper()
	req, err := http.NewRequest(http.MethodPut, address, bytes.NewReader(make([]byte, size)))
	require.NoError(t, err)
	req.Header.Set("Expect", "100-continue")
	return req
}

func patientTransport(hc *http.Client) *http.Client {
	tr := hc.Transport.(*http.Transport)
	tr.ExpectContinueTimeout = patient
	return hc
}

func TestDoSeesThatItsCertificateIsRefused(t *testing.T) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("served") }))
			s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, MaxVersion: version}
			s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			s.StartTLS()
			defer s.Close()
			// No certificate, for which TLS 1.2 has no alert of its own, and a certificate
			// of an authority that the server does not know.
			stranger := httptest.NewTLSServer(nil)
			defer stranger.Close()
			for _, certificates := range [][]tls.Certificate{nil, stranger.TLS.Certificates} {
				hc := patientTransport(s.Client())
				config := hc.Transport.(*http.Transport).TLSClientConfig
				config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					if len(certificates) == 0 {
						return new(tls.Certificate), nil
					}
					return &certificates[0], nil
				}
				_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), upload(t, s.URL, 1<<20))
				e := failure(t, err)
				if len(certificates) > 0 || version == tls.VersionTLS13 {
					assert.Equal(t, httpx.Unwelcome, e.Reason)
				}
				assert.True(t, e.Incomplete())
			}
		})
	}
}

// A connection that dies before the other side asks for the body has carried
// nothing of it; one that dies later may have carried all.
func TestDoKnowsWhetherTheBodyLeft(t *testing.T) {
	for name, reads := range map[string]bool{"kept": false, "gone": true} {
		t.Run(name, func(t *testing.T) {
			s, hc := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
				if reads {
					_, _ = io.Copy(io.Discard, r.Body)
				}
				panic(http.ErrAbortHandler)
			})
			tr := hc.Transport.(*http.Transport)
			tr.ExpectContinueTimeout = patient
			_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), upload(t, s.URL, 1<<20))
			e := failure(t, err)
			assert.Equal(t, httpx.NoAnswer, e.Reason)
			assert.Equal(t, !reads, e.Incomplete())
			assert.False(t, e.NotSent())
		})
	}
}

func TestDoCancelledBeforeTheBodyLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	s, hc := serve(t, false, func(http.ResponseWriter, *http.Request) {
		cancel()
		<-over
	})
	defer close(over)
	_, err := httpx.New(patientTransport(hc), httpx.Limits{Timeout: patient}).Do(ctx, upload(t, s.URL, 10))
	e := failure(t, err)
	assert.Equal(t, httpx.Cancelled, e.Reason)
	assert.True(t, e.Incomplete())
	assert.ErrorIs(t, err, context.Canceled)
}

func TestDoTellsABodyThatBreaks(t *testing.T) {
	s, hc := serve(t, false, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	changed := errors.New("changed")
	req, err := http.NewRequest(http.MethodPut, s.URL, io.MultiReader(bytes.NewReader(make([]byte, 9)), iotest.ErrReader(changed)))
	require.NoError(t, err)
	req.ContentLength = 10
	_, err = httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), req)
	assert.Equal(t, httpx.BodyFailed, failure(t, err).Reason)
	assert.ErrorIs(t, err, changed)
}
