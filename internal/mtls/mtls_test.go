package mtls_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/mtls"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func certificate(t *testing.T) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, leaf
}

// The certificate is shown also where the server names other authorities; a
// server that nobody vouches for, or of an old TLS, gets nothing.
func TestTransport(t *testing.T) {
	own, leaf := certificate(t)
	_, other := certificate(t)
	var shown []*x509.Certificate
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown = r.TLS.PeerCertificates
		assert.Equal(t, 1, r.ProtoMajor)
	}))
	others := x509.NewCertPool()
	others.AddCert(other)
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, ClientCAs: others}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())

	resp, err := (&http.Client{Transport: mtls.Transport(own, roots, 1)}).Get(s.URL)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Len(t, shown, 1)
	require.True(t, leaf.Equal(shown[0]))

	_, err = (&http.Client{Transport: mtls.Transport(own, nil, 1)}).Get(s.URL)
	require.Error(t, err)
	require.EqualValues(t, tls.VersionTLS12, mtls.Transport(own, nil, 1).TLSClientConfig.MinVersion)
}

func TestExpires(t *testing.T) {
	own, leaf := certificate(t)
	require.Equal(t, leaf.NotAfter, mtls.Expires(own))
	own.Leaf = leaf
	require.Equal(t, leaf.NotAfter, mtls.Expires(own))
	require.True(t, mtls.Expires(tls.Certificate{}).IsZero())
	require.True(t, mtls.Expires(tls.Certificate{Certificate: [][]byte{[]byte("æ")}}).IsZero())
}
