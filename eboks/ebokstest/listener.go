package ebokstest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// listener holds the fake's two servers on loopback: the wire and the page.
type listener struct {
	wire, page *fakehttp.Listener
	authority  *fakehttp.Authority // signs the server's certificate and the sender's
	sender     tls.Certificate
	idle       idleConnections // of the wire
	silent     atomic.Bool     // Settings.NoContinue
}

// listen starts serving.
func (d *Distributor) listen() error {
	l := &d.listener
	l.silent.Store(d.set.NoContinue)
	var err error
	if l.authority, err = fakehttp.NewAuthority("ebokstest"); err != nil {
		return err
	}
	if l.sender, err = l.authority.IssueClient("fictitious sender"); err != nil {
		return err
	}
	guard, err := d.senderCertificateRequired()
	if err != nil {
		return err
	}
	turnAway := func(ln net.Listener) net.Listener { return &doorman{ln, d} }
	if l.wire, err = fakehttp.Listen(fakehttp.Config{Addr: d.cfg.Addr, TLS: guard, Wrap: turnAway, WrapTLS: d.withoutContinue}); err != nil {
		return fmt.Errorf("ebokstest: Config.Addr: %w", err)
	}
	if l.page, err = fakehttp.Listen(fakehttp.Config{Addr: d.cfg.PageAddr}); err != nil {
		_ = l.wire.Close()
		return fmt.Errorf("ebokstest: Config.PageAddr: %w", err)
	}
	l.wire.Server.ReadTimeout = 5 * time.Minute // of the largest letter
	l.wire.Server.ConnState = l.idle.note
	l.wire.Serve(d)
	l.page.Serve(http.HandlerFunc(d.servePage))
	return nil
}

// senderCertificateRequired returns the TLS configuration of the wire. It admits
// the sender's certificate while the settings welcome it.
func (d *Distributor) senderCertificateRequired() (*tls.Config, error) {
	server, err := d.listener.authority.IssueServer("")
	if err != nil {
		return nil, err
	}
	welcome := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
		Certificates: []tls.Certificate{server},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    d.listener.authority.Pool(),
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
	return guard, nil
}

// Close stops the fake and closes its connections.
func (d *Distributor) Close() error {
	l := &d.listener
	return errors.Join(l.wire.Close(), l.page.Close())
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
		fakehttp.Reset(c)
	}
}

// idleConnections knows which connections wait for a request.
type idleConnections struct {
	mu   sync.Mutex
	idle map[net.Conn]bool
}

func (c *idleConnections) note(conn net.Conn, s http.ConnState) {
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

// close closes them.
func (c *idleConnections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.idle {
		_ = conn.Close()
	}
	clear(c.idle)
}
