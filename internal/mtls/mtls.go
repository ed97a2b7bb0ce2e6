// Package mtls makes the HTTP transport with which a party shows its own
// certificate: HTTP/1.1, TLS 1.2 or later, and no proxy out of the environment.
package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

// AskTimeout is how long a request that asks before its body leaves (Expect:
// 100-continue) waits for the word. A server that never says it gets the body
// then all the same.
const AskTimeout = 10 * time.Second

// Transport returns a transport that shows cert and trusts roots, nil standing
// for those of the system. conns is how many connections stay open between calls.
func Transport(cert tls.Certificate, roots *x509.CertPool, conns int) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	settings := &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    roots,
		// Also when the server's list of authorities does not name ours: then it
		// says so, and is not met with silence.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil },
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		DialTLSContext:         dialTLS(dialer, settings),
		TLSClientConfig:        settings,
		ExpectContinueTimeout:  AskTimeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           conns,
		MaxIdleConnsPerHost:    conns,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		WriteBufferSize:        32 << 10,
		ReadBufferSize:         8 << 10,
		// If not nil, it speaks HTTP/1.1 alone.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}

// Expires returns the end of cert's validity, zero when it cannot be read.
func Expires(cert tls.Certificate) time.Time {
	if cert.Leaf != nil {
		return cert.Leaf.NotAfter
	}
	if len(cert.Certificate) == 0 {
		return time.Time{}
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return time.Time{}
	}
	return leaf.NotAfter
}
