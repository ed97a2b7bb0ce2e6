package mtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/mtls"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// server is one that asks for a certificate and takes any.
func server(t *testing.T, settings *tls.Config, h http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.TLS = settings
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots
}

func get(t *testing.T, transport http.RoundTripper, address string) {
	t.Helper()
	resp, err := (&http.Client{Transport: transport}).Get(address)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

// The certificate is shown also where the server names other authorities; a
// server that nobody vouches for gets nothing.
func TestTransport(t *testing.T) {
	own, other := pair(t), pair(t)
	others := x509.NewCertPool()
	others.AddCert(leaf(t, other))
	var shown []*x509.Certificate
	s, roots := server(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert, ClientCAs: others}, func(_ http.ResponseWriter, r *http.Request) {
		shown = r.TLS.PeerCertificates
		assert.Equal(t, 1, r.ProtoMajor)
		assert.EqualValues(t, tls.VersionTLS13, r.TLS.Version)
	})
	get(t, mtls.New(own, mtls.Options{Roots: roots}), s.URL)
	require.Len(t, shown, 1)
	require.True(t, leaf(t, own).Equal(shown[0]))

	_, err := (&http.Client{Transport: mtls.New(own, mtls.Options{})}).Get(s.URL)
	require.Error(t, err)
}

func TestVersionsOfTLS(t *testing.T) {
	for name, c := range map[string]struct {
		only  uint16 // of the server
		tls12 bool
		good  bool
	}{
		"1.1":                    {tls.VersionTLS11, false, false},
		"1.2":                    {tls.VersionTLS12, false, true},
		"1.3":                    {tls.VersionTLS13, false, true},
		"1.2 and nothing later":  {tls.VersionTLS12, true, true},
		"1.3 where 1.2 is asked": {tls.VersionTLS13, true, false},
	} {
		s, roots := server(t, &tls.Config{MinVersion: c.only, MaxVersion: c.only}, func(http.ResponseWriter, *http.Request) {})
		resp, err := (&http.Client{Transport: mtls.New(pair(t), mtls.Options{Roots: roots, TLS12: c.tls12})}).Get(s.URL)
		if !c.good {
			require.Error(t, err, name)
			continue
		}
		require.NoError(t, err, name)
		require.NoError(t, resp.Body.Close())
	}
}

// serials records which certificates a server sees, and how many connections it has.
type serials struct {
	mu   sync.Mutex
	seen []string
	open atomic.Int32
}

func (s *serials) serve(_ http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r.TLS.PeerCertificates[0].SerialNumber.String())
}

func (s *serials) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.open.Add(1)
	case http.StateClosed:
		s.open.Add(-1)
	}
}

func TestCertificateIsExchangedWhileInUse(t *testing.T) {
	first, second := pair(t), pair(t)
	var log serials
	held, release := make(chan struct{}), make(chan struct{})
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.serve(w, r)
		if r.URL.Path == "/held" {
			close(held)
			<-release
		}
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.Config.ConnState = log.count
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	transport := mtls.New(first, mtls.Options{Roots: roots, Conns: 8})
	defer transport.CloseIdleConnections()
	require.Equal(t, leaf(t, first).NotAfter, transport.Expires())

	get(t, transport, s.URL)
	var underWay sync.WaitGroup
	underWay.Go(func() {
		resp, err := (&http.Client{Transport: transport}).Get(s.URL + "/held")
		if assert.NoError(t, err, "a call that has begun ends well") {
			assert.NoError(t, resp.Body.Close())
		}
	})
	<-held
	require.NoError(t, transport.Set(second, time.Now()))
	require.Equal(t, leaf(t, second).NotAfter, transport.Expires())
	get(t, transport, s.URL)
	close(release)
	underWay.Wait()
	get(t, transport, s.URL)

	a, b := leaf(t, first).SerialNumber.String(), leaf(t, second).SerialNumber.String()
	assert.Equal(t, []string{a, a, b, b}, log.seen)
	assert.Eventually(t, func() bool { return log.open.Load() == 1 }, time.Minute, time.Millisecond,
		"the connections that showed the first are closed, the one that was in use included")
}

func TestFaultyCertificateIsNotExchanged(t *testing.T) {
	own, other := pair(t), pair(t)
	transport := mtls.New(own, mtls.Options{})
	other.PrivateKey = own.PrivateKey
	require.ErrorContains(t, transport.Set(other, time.Now()), "does not belong")
	got, ok := mtls.Of(&http.Client{Transport: transport})
	require.True(t, ok)
	require.Equal(t, own, got)
}

func TestCertificatesAreExchangedUnderLoad(t *testing.T) {
	s, roots := server(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert}, func(http.ResponseWriter, *http.Request) {})
	transport := mtls.New(pair(t), mtls.Options{Roots: roots, Conns: 4})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				resp, err := (&http.Client{Transport: transport}).Post(s.URL, "text/plain", strings.NewReader("æøå"))
				if assert.NoError(t, err) {
					assert.NoError(t, resp.Body.Close())
				}
			}
		})
	}
	for range 20 {
		require.NoError(t, transport.Set(pair(t), time.Now()))
	}
	wg.Wait()
}

func TestConnectionKnowsWhetherItsCertificateWasAskedFor(t *testing.T) {
	for _, c := range []struct {
		version uint16
		auth    tls.ClientAuthType
		want    string
	}{
		{tls.VersionTLS12, tls.RequestClientCert, ""},
		{tls.VersionTLS13, tls.RequestClientCert, ""},
		{tls.VersionTLS12, tls.NoClientCert, "has not asked for the client certificate"},
		{tls.VersionTLS13, tls.NoClientCert, "or set TLS12"},
	} {
		s, roots := server(t, &tls.Config{ClientAuth: c.auth, MaxVersion: c.version}, nil)
		conn, err := mtls.Dial(t.Context(), mtls.New(pair(t), mtls.Options{Roots: roots}), s.Listener.Addr().String())
		require.NoError(t, err)
		got := conn.(interface{ Unasked() string }).Unasked()
		if c.want == "" {
			assert.Empty(t, got)
		} else {
			assert.Contains(t, got, c.want)
		}
		require.NoError(t, conn.Close())
	}
}
