package mtls

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
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

	once  sync.Once
	ended chan struct{} // closed when reading has failed
	err   error         // what it failed with
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

// dialTLS makes connections of this kind.
func dialTLS(dialer *net.Dialer, settings *tls.Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		raw, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		own := settings.Clone()
		own.ServerName = host
		c := tls.Client(raw, own)
		limited, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		if err := c.HandshakeContext(limited); err != nil {
			_ = raw.Close()
			return nil, err
		}
		return &conn{Conn: c, ended: make(chan struct{})}, nil
	}
}
