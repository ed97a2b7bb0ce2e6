package mtls

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// The limits of a handshake, and of waiting for why a connection broke.
const (
	handshakeTimeout = 10 * time.Second
	lastWords        = time.Second
)

// conn is a TLS connection whose Write fails with the other side's reason, where it
// gave one.
//
// In TLS 1.3 the client has finished the handshake when the server judges its
// certificate (RFC 8446 section 4.4). A server that refuses it sends an alert and
// closes; the request is on its way meanwhile, and its writing may fail with a
// broken pipe before anybody has read the alert, which lies in the receive buffer.
// net/http reads the connection all the time, so the reader learns the reason; the
// writer waits for it.
type conn struct {
	*tls.Conn

	asked   atomic.Bool // the server has asked for our certificate
	version uint16      // of TLS

	once  sync.Once
	ended chan struct{} // closed when reading has failed
	err   error         // what it failed with
}

// The sentences of Unasked.
const (
	unasked   = "the server has not asked for the client certificate"
	unasked13 = "the server has not asked for the client certificate in the handshake; if it asks later, Go cannot answer in TLS 1.3: let it ask in the handshake, or set TLS12"
)

// Unasked returns a sentence if the server has not asked for our certificate, and ""
// if it has.
func (c *conn) Unasked() string {
	switch {
	case c.asked.Load():
		return ""
	case c.version == tls.VersionTLS13:
		return unasked13
	}
	return unasked
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.once.Do(func() {
			c.err = err
			close(c.ended)
		})
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err == nil {
		return n, nil
	}
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-c.ended:
		if op, ok := errors.AsType[*net.OpError](c.err); ok && op.Op == "remote error" { // an alert
			return n, c.err
		}
	case <-t.C:
	}
	return n, err
}

// dialTLS makes connections of this kind, which show cert.
func dialTLS(dialer *net.Dialer, settings *tls.Config, cert tls.Certificate) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		raw, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := &conn{ended: make(chan struct{})}
		own := settings.Clone()
		own.ServerName = host
		// Also when the server's list of authorities does not name ours: then it says so,
		// and is not met with silence.
		own.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			c.asked.Store(true)
			return &cert, nil
		}
		c.Conn = tls.Client(raw, own)
		limited, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		if err := c.HandshakeContext(limited); err != nil {
			_ = raw.Close()
			return nil, err
		}
		c.version = c.ConnectionState().Version
		return c, nil
	}
}
