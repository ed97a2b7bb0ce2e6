package httpx_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stranger makes a certificate that nobody vouches for.
func stranger(t *testing.T, host string, from, to time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Hemmelig Ærø"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		DNSNames: []string{host}}
	if ip := net.ParseIP(host); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func pool(t *testing.T, cs ...tls.Certificate) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	for _, c := range cs {
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		require.NoError(t, err)
		p.AddCert(leaf)
	}
	return p
}

// secured serves over TLS with these settings.
func secured(t *testing.T, settings *tls.Config) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("served") }))
	s.TLS = settings
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func trying(t *testing.T, settings *tls.Config, address string) *httpx.Error {
	t.Helper()
	hc := &http.Client{Transport: &http.Transport{TLSClientConfig: settings, ExpectContinueTimeout: patient}}
	_, err := httpx.New(hc, httpx.Limits{Timeout: patient}).Do(t.Context(), upload(t, address, 10))
	e := failure(t, err)
	for _, secret := range []string{"Hemmelig", "127.0.0.1", "example", "x509"} {
		assert.NotContains(t, fmt.Sprintf("%v %+v", e, e), secret)
	}
	assert.True(t, e.Incomplete())
	return e
}

func TestFaultsOfTheServersCertificateAreToldApart(t *testing.T) {
	now := time.Now()
	good := stranger(t, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	ended := stranger(t, "127.0.0.1", now.Add(-2*time.Hour), now.Add(-time.Hour))
	early := stranger(t, "127.0.0.1", now.Add(time.Hour), now.Add(2*time.Hour))
	elsewhere := stranger(t, "hemmelig.example", now.Add(-time.Hour), now.Add(time.Hour))
	plain, _ := serve(t, false, func(http.ResponseWriter, *http.Request) { t.Error("served") })
	hangsUp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = hangsUp.Close() }()
	go func() {
		for {
			c, err := hangsUp.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 10_000))
			_ = c.Close()
		}
	}()
	shows := func(c tls.Certificate) string {
		return secured(t, &tls.Config{Certificates: []tls.Certificate{c}, MaxVersion: tls.VersionTLS12})
	}
	for name, c := range map[string]struct {
		address, want string
		settings      *tls.Config
	}{
		"ended":             {shows(ended), "the server's certificate has ended or is not valid yet", &tls.Config{RootCAs: pool(t, ended)}},
		"early":             {shows(early), "the server's certificate has ended or is not valid yet", &tls.Config{RootCAs: pool(t, early)}},
		"unknown authority": {shows(good), "signed by an authority that is not trusted here", &tls.Config{RootCAs: pool(t, ended)}},
		"another host":      {shows(elsewhere), "for another host name", &tls.Config{RootCAs: pool(t, elsewhere)}},
		"no TLS there":      {strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS there", nil},
		"old TLS there":     {shows(good), "no common version of TLS", &tls.Config{RootCAs: pool(t, good), MinVersion: tls.VersionTLS13}},
		"no common cipher": {shows(good), "refuses the TLS handshake", &tls.Config{RootCAs: pool(t, good), MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}},
		"hangs up": {"https://" + hangsUp.Addr().String(), "the other side closed the connection", nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := trying(t, c.settings, c.address)
			assert.Equal(t, httpx.NotSent, e.Reason)
			assert.ErrorContains(t, e, c.want)
		})
	}
}

func TestFaultsOfOurCertificateAreToldApart(t *testing.T) {
	now := time.Now()
	server := stranger(t, "127.0.0.1", now.Add(-time.Hour), now.Add(time.Hour))
	own := stranger(t, "xn--r-yga4b.example", now.Add(-time.Hour), now.Add(time.Hour))
	ended := stranger(t, "xn--r-yga4b.example", now.Add(-2*time.Hour), now.Add(-time.Hour))
	mixed := own
	mixed.PrivateKey = server.PrivateKey
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for name, c := range map[string]struct {
			shown  tls.Certificate
			judge  func([][]byte, [][]*x509.Certificate) error
			trusts *x509.CertPool
			want   string
		}{
			"ended":             {ended, nil, pool(t, ended), "client certificate refused: the server says that it has expired"},
			"unknown authority": {own, nil, pool(t, server), "client certificate refused: the server does not know the authority that signed it"},
			"another's key":     {mixed, nil, pool(t, own), "client certificate refused: its key does not belong to it"},
			"not liked": {own, func([][]byte, [][]*x509.Certificate) error { return errors.New("no") }, pool(t, own),
				"client certificate refused: the server does not accept it"},
		} {
			t.Run(fmt.Sprintf("%s in %s", name, tls.VersionName(version)), func(t *testing.T) {
				address := secured(t, &tls.Config{Certificates: []tls.Certificate{server}, MinVersion: version, MaxVersion: version,
					ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: c.trusts, VerifyPeerCertificate: c.judge})
				e := trying(t, &tls.Config{RootCAs: pool(t, server), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					return &c.shown, nil
				}}, address)
				assert.Equal(t, httpx.Unwelcome, e.Reason)
				assert.ErrorContains(t, e, c.want)
			})
		}
	}
}
