package mitidtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// listener is the fake's server on a loopback address.
type listener struct {
	base   string // the issuer
	port   string
	dial   string // where it listens
	alias  string // the same server under another host name
	server *http.Server
	client *http.Client
	ca     []byte // PEM
	done   chan struct{}
	stop   sync.Once
}

// listen starts serving.
func (b *Broker) listen(cfg Config) error {
	l := &b.listener
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return err
	}
	port := ln.Addr().(*net.TCPAddr).Port
	host := ln.Addr().String()
	scheme := "http://"
	transport := &http.Transport{MaxIdleConnsPerHost: 128, MaxConnsPerHost: 256, IdleConnTimeout: time.Minute}
	if cfg.TLS {
		scheme = "https://"
		ca, err := newAuthority(hostOf(cfg.BaseURL))
		if err != nil {
			_ = ln.Close()
			return err
		}
		l.ca = ca.pem
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(l.ca)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
		ln = tls.NewListener(ln, &tls.Config{
			NextProtos: []string{"http/1.1"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				h := handshake{authority: ca, shows: &ca.leaf}
				Spoil(b, StageTLS, &h)
				return h.shows, h.err
			},
		})
	}
	l.base, l.dial = scheme+host, host
	if cfg.BaseURL != "" {
		l.base = cfg.BaseURL
		transport.DialContext = l.dialSelf
	}
	l.port = strconv.Itoa(port)
	l.alias = scheme + net.JoinHostPort("localhost", l.port)
	l.client = &http.Client{Transport: transport, Timeout: callLimit}
	l.server = &http.Server{
		Handler:           b,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // connections that clients drop
	}
	l.done = make(chan struct{})
	go func() {
		defer close(l.done)
		_ = l.server.Serve(ln)
	}()
	return nil
}

// handshake is what a tampering at StageTLS spoils.
type handshake struct {
	authority *authority
	shows     *tls.Certificate
	err       error
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

func (l *listener) close() error {
	var err error
	l.stop.Do(func() {
		l.client.CloseIdleConnections()
		err = l.server.Close()
		<-l.done
	})
	return err
}

// HTTPClient returns a client that trusts this fake and no other server, with
// its own connections. It is for the adapter and for apps under test; do not
// change it.
func (b *Broker) HTTPClient() *http.Client { return b.listener.client }

// CA returns the certificate authority of a fake with TLS in PEM, made when it
// was started; nil without TLS.
func (b *Broker) CA() []byte { return append([]byte(nil), b.listener.ca...) }

// authority is a certificate authority that lives as long as its fake.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pem  []byte
	leaf tls.Certificate
}

func newAuthority(host string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "mitidtest fake authority", Organization: []string{"Fictitious"}},
		NotBefore:             longAgo(),
		NotAfter:              farAhead(),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	a := &authority{key: key, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	name, addresses := "localhost", []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if ip := net.ParseIP(host); ip != nil {
		addresses = append(addresses, ip)
	} else if host != "" {
		name = host
	}
	leaf, err := a.issue(farAhead(), name, addresses...)
	if err != nil {
		return nil, err
	}
	a.leaf = *leaf
	return a, nil
}

// The certificates hold whatever the fake's clock says.
func longAgo() time.Time  { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }
func farAhead() time.Time { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }

// issue returns a server certificate for name and addresses.
func (a *authority) issue(until time.Time, name string, addresses ...net.IP) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "mitidtest fake broker", Organization: []string{"Fictitious"}},
		NotBefore:    longAgo(),
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{name},
		IPAddresses:  addresses,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
