// Package selfsigned serves https with a certificate that nobody vouches for, and trusts
// such a server on the same machine, for the examples. A browser warns of it, once.
package selfsigned

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"time"
)

// life is how long a certificate is valid.
const life = 30 * 24 * time.Hour

// Listen returns ln with TLS, by a certificate for host (a name or an IP address) and a
// key that are made now.
func Listen(ln net.Listener, host string) (net.Listener, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := certificate(host, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}), nil
}

// certificate returns a certificate of public for host, signed with key, as DER.
func certificate(host string, public, key any) ([]byte, error) {
	serial := make([]byte, 16)
	_, _ = rand.Read(serial) // never fails (crypto/rand)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{CommonName: "dkeid example"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	ip := net.ParseIP(host)
	switch {
	case IsLoopback(host):
		template.IPAddresses, template.DNSNames = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, []string{"localhost"}
		if ip != nil { // 127.0.0.2, where a second app has cookies of its own
			template.IPAddresses = append(template.IPAddresses, ip)
		}
	case ip != nil:
		template.IPAddresses = []net.IP{ip}
	default:
		template.DNSNames = []string{host}
	}
	return x509.CreateCertificate(rand.Reader, template, template, public, key)
}

// Client returns a client for the server at address, an https address on a loopback
// address. It takes the certificate that the server shows, because on the same machine
// nobody stands between, and connects to loopback alone, whatever a name resolves to. The
// certificate's names and dates count. The client follows no redirect.
func Client(ctx context.Context, address string) (*http.Client, error) {
	u, err := url.Parse(address)
	if err != nil || !IsLoopback(u.Hostname()) {
		return nil, errors.New("no address on this machine")
	}
	transport := &http.Transport{DialContext: dialLoopback, DisableKeepAlives: true}
	if u.Scheme == "https" {
		roots, err := shown(ctx, u)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// IsLoopback reports whether host names this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// shown returns the certificate that a server shows. The handshake fails, because it trusts
// nobody, and the error holds the certificate.
func shown(ctx context.Context, u *url.URL) (*x509.CertPool, error) {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	conn, err := dialLoopback(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	err = tls.Client(conn, &tls.Config{ServerName: u.Hostname(), RootCAs: x509.NewCertPool()}).HandshakeContext(ctx)
	refused, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(refused.UnverifiedCertificates) == 0 {
		return nil, errors.New("the server shows no certificate")
	}
	roots := x509.NewCertPool()
	roots.AddCert(refused.UnverifiedCertificates[0])
	return roots, nil
}

// dialLoopback connects to this machine and to no other.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if at, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		_ = conn.Close()
		return nil, errors.New("no address on this machine")
	}
	return conn, nil
}
