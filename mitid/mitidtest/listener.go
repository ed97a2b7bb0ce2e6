package mitidtest

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// listener is the fake's server.
type listener struct {
	server *fakehttp.Listener
	base   string // scheme, host and port of the issuer
	dial   string // where it listens
	alias  string // the same server under another host name
	port   string
	client *http.Client
	ca     *fakehttp.Authority // nil without TLS
}

// handshake is a TLS handshake, which a tampering at StageTLS spoils.
type handshake struct {
	authority *fakehttp.Authority
	shows     *tls.Certificate
	err       error
}

// listen starts serving.
func (b *Broker) listen() error {
	l, cfg := &b.listener, b.cfg
	transport := &http.Transport{MaxIdleConnsPerHost: 128, MaxConnsPerHost: 256, IdleConnTimeout: time.Minute}
	listens := fakehttp.Config{Addr: cfg.Addr, BeyondLoopback: cfg.BeyondLoopback}
	scheme := "http://"
	if cfg.TLS {
		scheme = "https://"
		var err error
		if l.ca, err = fakehttp.NewAuthority("mitidtest"); err != nil {
			return err
		}
		leaf, err := l.ca.IssueServer(hostOf(cfg.BaseURL))
		if err != nil {
			return err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: l.ca.Pool()}
		listens.TLS = &tls.Config{
			NextProtos: []string{"http/1.1"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				h := handshake{authority: l.ca, shows: &leaf}
				Spoil(b, StageTLS, &h)
				return h.shows, h.err
			},
		}
	}
	var err error
	if l.server, err = fakehttp.Listen(listens); err != nil {
		return err
	}
	l.base, l.dial = l.server.URL(), l.server.Addr().String()
	if cfg.BaseURL != "" {
		l.base = cfg.BaseURL
		transport.DialContext = l.dialSelf
	}
	l.port = strconv.Itoa(l.server.Addr().Port)
	l.alias = scheme + net.JoinHostPort("localhost", l.port)
	l.client = &http.Client{Transport: transport, Timeout: callLimit}
	l.server.Serve(b)
	return nil
}

// hostOf returns the host of an origin, without its port.
func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// dialSelf connects to the fake under its BaseURL, whose name this process may not
// know, and to everything else as usual.
func (l *listener) dialSelf(ctx context.Context, network, address string) (net.Conn, error) {
	if u, err := url.Parse(l.base); err == nil && (address == u.Host || u.Port() == "" && strings.HasPrefix(address, u.Hostname()+":")) {
		address = l.dial
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// HTTPClient returns a client that trusts this fake and no other server, with
// its own connections. It is for the adapter and for apps under test; do not
// change it.
func (b *Broker) HTTPClient() *http.Client { return b.listener.client }

// CA returns the certificate of the fake's authority in PEM. The authority is made when
// the fake starts. Without TLS, CA returns nil.
func (b *Broker) CA() []byte {
	if b.listener.ca == nil {
		return nil
	}
	return b.listener.ca.PEM()
}

// Close stops the fake and closes its connections.
func (b *Broker) Close() error {
	b.listener.client.CloseIdleConnections()
	return b.listener.server.Close()
}
