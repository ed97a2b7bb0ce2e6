package selfsigned

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// serve serves https with a new certificate.
func serve(t *testing.T, host string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	tls, err := Listen(ln, host)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "æøå") })
	mux.Handle("/away", http.RedirectHandler("/", http.StatusFound))
	server := &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(tls) }()
	t.Cleanup(func() { _ = server.Close() })
	return "https://" + ln.Addr().String()
}

func TestClientTrustsWhatAServerHereShows(t *testing.T) {
	address := serve(t, "127.0.0.1")
	_, err := http.Get(address)
	require.Error(t, err, "nobody else does")
	c, err := Client(t.Context(), address)
	require.NoError(t, err)
	res, err := c.Get(address)
	require.NoError(t, err)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, "æøå", string(text))
	res, err = c.Get(address + "/away")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusFound, res.StatusCode)

	local := strings.Replace(address, "127.0.0.1", "localhost", 1)
	c2, err := Client(t.Context(), local)
	require.NoError(t, err)
	res, err = c2.Get(local)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())

	_, err = c.Get(serve(t, "127.0.0.1"))
	require.Error(t, err, "another server's certificate is another one")
}

// Browsers keep one set of cookies for all ports of an address, so a second app needs a second
// address.
func TestEachLoopbackAddressIsInItsCertificate(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "127.0.0.2", "::1", "localhost"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		der, err := certificate(host, key.Public(), key)
		require.NoError(t, err)
		c, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		require.NoError(t, c.VerifyHostname(host))
	}
}

func TestClientRefuses(t *testing.T) {
	other := serve(t, "app.example")
	c, err := Client(t.Context(), other)
	require.NoError(t, err)
	_, err = c.Get(other)
	require.Error(t, err, "the certificate is for another name")

	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, address := range []string{"https://app.example/", "https://127.0.0.1.example/", "https" + plain.URL[len("http"):], "https://127.0.0.1:1/"} {
		_, err := Client(t.Context(), address)
		require.Error(t, err, address)
	}
}

// A name that leads elsewhere is connected to nobody, for any certificate would do there.
func TestLoopbackAlone(t *testing.T) {
	ln, err := net.Listen("tcp", "0.0.0.0:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	own := ownAddress(t)
	_, port, err := net.SplitHostPort(ln.Addr().String())
	require.NoError(t, err)
	if own != "" {
		_, err = dialLoopback(t.Context(), "tcp", net.JoinHostPort(own, port))
		require.EqualError(t, err, "no address on this machine")
	}
	conn, err := dialLoopback(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", port))
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

// ownAddress returns an address of this machine that is no loopback, or "" if it has none.
func ownAddress(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	return ""
}
