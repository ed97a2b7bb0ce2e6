package signingtest

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// listener is the fake's server and a client that trusts it.
type listener struct {
	server    *fakehttp.Listener
	base      string
	client    *http.Client
	authority *fakehttp.Authority // nil without TLS
}

func (l *listener) ca() []byte {
	if l.authority == nil {
		return nil
	}
	return l.authority.PEM()
}

// listen starts serving.
func (s *Service) listen() error {
	l := &s.listener
	transport := &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}
	listens := fakehttp.Config{Addr: s.cfg.Addr, BeyondLoopback: s.cfg.BeyondLoopback}
	if s.cfg.TLS {
		var err error
		if l.authority, err = fakehttp.NewAuthority("signingtest"); err != nil {
			return err
		}
		host := ""
		if u, err := url.Parse(s.cfg.BaseURL); err == nil {
			host = u.Hostname()
		}
		leaf, err := l.authority.IssueServer(host)
		if err != nil {
			return err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: l.authority.Pool()}
		listens.TLS = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, Certificates: []tls.Certificate{leaf}}
	}
	var err error
	if l.server, err = fakehttp.Listen(listens); err != nil {
		if errors.Is(err, fakehttp.ErrNotLoopback) {
			return errors.New("Config.Addr must be a loopback address with a port (see Config.BeyondLoopback)")
		}
		return err
	}
	if l.base = s.cfg.BaseURL; l.base == "" {
		l.base = l.server.URL()
	}
	l.client = &http.Client{
		Transport:     transport,
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.trustCallback()
	l.server.Serve(s)
	return nil
}

// trustCallback registers at the tenant where its logins return to.
func (s *Service) trustCallback() {
	s.tenant.AllowRedirect(s.callback(), s.tenant.Issuer()+tenantReply)
}
