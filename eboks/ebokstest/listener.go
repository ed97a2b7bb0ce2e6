package ebokstest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// listener holds the fake's two servers on loopback: the wire and the page.
type listener struct {
	url, pageURL string
	wire, page   *http.Server
	roots        *authority // signs the server's certificate and the sender's
	sender       tls.Certificate
	conns        connections
	done         sync.WaitGroup
	closing      chan struct{}
	stop         sync.Once
}

// listen starts serving.
func (d *Distributor) listen() error {
	l := &d.listener
	l.closing = make(chan struct{})
	var err error
	if l.roots, err = newAuthority(); err != nil {
		return err
	}
	server, err := l.roots.server()
	if err != nil {
		return err
	}
	if l.sender, err = l.roots.client(); err != nil {
		return err
	}
	wire, err := net.Listen("tcp", d.cfg.Addr)
	if err != nil {
		return err
	}
	page, err := net.Listen("tcp", d.cfg.PageAddr)
	if err != nil {
		_ = wire.Close()
		return err
	}
	l.url, l.pageURL = "https://"+wire.Addr().String(), "http://"+page.Addr().String()
	l.wire, l.page = newServer(d), newServer(http.HandlerFunc(d.servePage))
	l.wire.ConnState = l.conns.note
	welcome := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
		Certificates: []tls.Certificate{server},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    l.roots.pool,
		// A ticket would let in a sender whose certificate is no longer welcome.
		SessionTicketsDisabled: true,
	}
	unwelcome := welcome.Clone()
	unwelcome.ClientCAs = x509.NewCertPool()
	guard := welcome.Clone()
	guard.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if d.settings().RefuseCertificate {
			return unwelcome, nil
		}
		return welcome, nil
	}
	l.serve(l.wire, tls.NewListener(&doorman{wire, d}, guard))
	l.serve(l.page, page)
	return nil
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // connections that clients drop
	}
}

func (l *listener) serve(s *http.Server, ln net.Listener) {
	l.done.Go(func() { _ = s.Serve(ln) })
}

// Close stops the fake and closes its connections.
func (d *Distributor) Close() error {
	l := &d.listener
	var err error
	l.stop.Do(func() {
		close(l.closing)
		err = errors.Join(l.wire.Close(), l.page.Close())
		l.done.Wait()
	})
	return err
}

// doorman turns connections away while the script says so.
type doorman struct {
	net.Listener
	d *Distributor
}

func (l *doorman) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.d.turnsAway() {
			return c, err
		}
		reset(c)
	}
}

// reset ends a connection without a word.
func reset(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// connections knows which connections wait for a request.
type connections struct {
	mu   sync.Mutex
	idle map[net.Conn]bool
}

func (c *connections) note(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s != http.StateIdle {
		delete(c.idle, conn)
		return
	}
	if c.idle == nil {
		c.idle = make(map[net.Conn]bool)
	}
	c.idle[conn] = true
}

// closeIdle closes them.
func (c *connections) closeIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.idle {
		_ = conn.Close()
	}
	clear(c.idle)
}
