package fakehttp

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// ErrNotLoopback means that an address reaches beyond this machine, or has no
// port.
var ErrNotLoopback = errors.New("it must be a loopback address with a port, such as 127.0.0.1:0")

// Config says where and how a Listener listens.
type Config struct {
	// Addr is a loopback address with a port. If empty, it is 127.0.0.1 and a free
	// port.
	Addr string
	// BeyondLoopback lets Addr be any address.
	BeyondLoopback bool
	// TLS serves https. If nil, the Listener serves http.
	TLS *tls.Config
	// Wrap, if set, returns the listener that accepts connections, before TLS begins.
	Wrap func(net.Listener) net.Listener
	// WrapTLS, if set, returns the listener that accepts connections, inside TLS.
	WrapTLS func(net.Listener) net.Listener
}

// Listener is one HTTP server of a fake.
type Listener struct {
	// Server may be changed until Serve is called.
	Server *http.Server

	scheme string
	addr   *net.TCPAddr
	accept net.Listener
	served sync.WaitGroup
}

// Listen opens the port. Nobody is answered before Serve is called.
func Listen(cfg Config) (*Listener, error) {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(cfg.Addr)
	if !cfg.BeyondLoopback && (err != nil || !IsLoopback(host)) {
		return nil, ErrNotLoopback
	}
	accept, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	l := &Listener{scheme: "http", addr: accept.Addr().(*net.TCPAddr), accept: accept}
	if cfg.Wrap != nil {
		l.accept = cfg.Wrap(l.accept)
	}
	if cfg.TLS != nil {
		l.scheme = "https"
		l.accept = tls.NewListener(l.accept, cfg.TLS)
		if cfg.WrapTLS != nil {
			l.accept = cfg.WrapTLS(l.accept)
		}
	}
	l.Server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // connections that clients drop
	}
	return l, nil
}

// Serve begins to answer requests with h, in a goroutine of its own. It is called
// once.
func (l *Listener) Serve(h http.Handler) {
	l.Server.Handler = h
	l.served.Go(func() { _ = l.Server.Serve(l.accept) })
}

// URL returns scheme, host and port.
func (l *Listener) URL() string { return l.scheme + "://" + l.addr.String() }

// Addr returns where the Listener listens.
func (l *Listener) Addr() *net.TCPAddr { return l.addr }

// Close stops the server and closes its connections. It may be called again, and
// without Serve.
func (l *Listener) Close() error {
	err := l.Server.Close()
	_ = l.accept.Close() // closed already if Serve was called
	l.served.Wait()
	return err
}

// Reset ends a connection at once, and its peer reads an error instead of an end.
func Reset(c net.Conn) {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok { // *tls.Conn, or what embeds one
		c = t.NetConn()
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// IsLoopback reports whether host, as it stands in an address, is this machine:
// localhost, or an IP address of the loopback interface.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
