// Package mtls makes the HTTP transport with which a party shows its own
// certificate: HTTP/1.1, TLS 1.2 or later, and no proxy out of the environment.
//
// Servers ask for a client certificate in three ways. In the handshake, which is the
// usual one. After the request, when they know which folder it is for, by a
// renegotiation of TLS 1.2 (Apache, IIS): one for each connection is answered. And after
// the request in TLS 1.3, which Go cannot answer: such a server must be told to ask in
// the handshake, or [Options.TLS12] be set.
package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// DefaultAsk is how long a request that asks before its body leaves (Expect:
// 100-continue) waits for the word. A server that has received the head says it in one
// round trip; three seconds leave time for a packet that is lost and sent again. After
// it the body leaves all the same.
const DefaultAsk = 3 * time.Second

// Options are the settings of a Transport. The zero value is good.
type Options struct {
	Roots *x509.CertPool // the authorities to trust; if nil, those of the system
	Conns int            // how many connections stay open between calls; if zero, 2
	Ask   time.Duration  // how long to wait for 100 Continue; if zero, DefaultAsk
	TLS12 bool           // speak TLS 1.2 and nothing later
}

// Transport is an http.RoundTripper that shows a client certificate, which can be
// exchanged while it is in use. It is safe for concurrent use.
type Transport struct {
	options Options
	shown   atomic.Pointer[shown]
}

// shown is a certificate and the connections that show it.
type shown struct {
	*http.Transport
	cert tls.Certificate
}

// New returns a Transport that shows cert. It checks nothing: see [Check].
func New(cert tls.Certificate, o Options) *Transport {
	if o.Conns <= 0 {
		o.Conns = http.DefaultMaxIdleConnsPerHost
	}
	if o.Ask <= 0 {
		o.Ask = DefaultAsk
	}
	t := &Transport{options: o}
	t.shown.Store(o.show(cert))
	return t
}

// RoundTrip makes one call.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	return t.shown.Load().RoundTrip(r)
}

// CloseIdleConnections closes the connections that carry no call.
func (t *Transport) CloseIdleConnections() { t.shown.Load().CloseIdleConnections() }

// Set exchanges the certificate, if [Check] finds no fault in it at now. Calls that have
// begun end on their connections, which close then; later ones show the new certificate.
func (t *Transport) Set(cert tls.Certificate, now time.Time) error {
	if err := Check(cert, now); err != nil {
		return err
	}
	t.shown.Swap(t.options.show(cert)).CloseIdleConnections()
	return nil
}

// Expires returns the end of the certificate's validity, zero if it cannot be read.
func (t *Transport) Expires() time.Time { return Expires(t.shown.Load().cert) }

func (o Options) show(cert tls.Certificate) *shown {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	settings := &tls.Config{
		MinVersion:    tls.VersionTLS12,
		RootCAs:       o.Roots,
		Renegotiation: tls.RenegotiateOnceAsClient,
	}
	if o.TLS12 {
		settings.MaxVersion = tls.VersionTLS12
	}
	return &shown{cert: cert, Transport: &http.Transport{
		DialContext:            dialer.DialContext,
		DialTLSContext:         dialTLS(dialer, settings, cert),
		ExpectContinueTimeout:  o.Ask,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           o.Conns,
		MaxIdleConnsPerHost:    o.Conns,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		WriteBufferSize:        32 << 10,
		ReadBufferSize:         8 << 10,
		// If not nil, it speaks HTTP/1.1 alone.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}}
}
