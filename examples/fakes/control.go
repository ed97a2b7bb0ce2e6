package main

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// controlled is how a caller reaches the control API.
type controlled struct {
	URL   string `json:"url"`             // with /control/v1 after it
	Token string `json:"token,omitempty"` // a bearer token; empty if none is needed
}

// minToken is the fewest characters of -control-token.
const minToken = 16

// readControl refuses flags of the control API that cannot work.
func (o *options) readControl() error {
	switch {
	case o.controlToken == "":
		return nil
	case !o.control:
		return errors.New("-control-token needs -control")
	case len(o.controlToken) < minToken:
		return errors.New("-control-token has fewer than 16 characters")
	}
	return nil
}

// control serves the control API of a street.
type control struct {
	s        *street
	token    string   // empty: none is demanded
	hosts    []string // beside those of loopback, by which callers without a token may name it
	activity *activity

	moving sync.Mutex   // held while the clock moves or something is reset
	ahead  atomic.Int64 // by which the clock was moved, a time.Duration
	adding sync.Mutex   // held while the citizens or mailboxes of all fakes change; the last one taken
}

// startControl serves the control API, when everything else has started.
func (s *street) startControl() error {
	if !s.opt.control {
		return nil
	}
	for _, b := range s.brokers {
		b.fake.RememberStart()
	}
	c := &control{s: s, token: s.opt.controlToken}
	c.activity = newActivity(c.sources())
	if c.token == "" && !fakehttp.IsLoopback(s.opt.listen) {
		c.token = fakehttp.RandomHex(16)
	}
	cfg := fakehttp.Config{Addr: s.next(s.opt.listen), BeyondLoopback: true} // -listen is asked for
	base := s.base()
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		c.hosts = append(c.hosts, u.Hostname())
	}
	if s.opt.tls {
		authority, err := fakehttp.NewAuthority("control")
		if err != nil {
			return err
		}
		host, _, _ := net.SplitHostPort(cfg.Addr)
		if len(c.hosts) > 0 {
			host = c.hosts[0]
		}
		certificate, err := authority.IssueServer(host)
		if err != nil {
			return err
		}
		cfg.TLS = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, Certificates: []tls.Certificate{certificate}}
		s.ca = append(s.ca, authority.PEM()...)
	}
	server, err := fakehttp.Listen(cfg)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, func() { _ = server.Close() })
	server.Server.ReadTimeout = maxWait + time.Minute // it ends a request that waits
	server.Serve(c.handler())
	s.Ready.Control = &controlled{cmp.Or(base, server.URL()), c.token}
	return nil
}

// broker returns a broker by its name, or an error that says what to do.
func (c *control) broker(r *http.Request) (*mitidtest.Broker, error) {
	name := r.PathValue("fake")
	if i := slices.IndexFunc(c.s.brokers, func(b named[*mitidtest.Broker]) bool { return b.name == name }); i >= 0 {
		return c.s.brokers[i].fake, nil
	}
	return nil, wrongKind(name, "a broker")
}

// distributor is broker for a distributor.
func (c *control) distributor(r *http.Request) (*ebokstest.Distributor, error) {
	name := r.PathValue("fake")
	if i := slices.IndexFunc(c.s.distributors, func(d named[*ebokstest.Distributor]) bool { return d.name == name }); i >= 0 {
		return c.s.distributors[i].fake, nil
	}
	return nil, wrongKind(name, "a distributor")
}

// wrongKind says that a fake is not what an operation is for, or is none.
func wrongKind(name, wanted string) error {
	if slices.Contains(fakeNames(), name) {
		return refuse(http.StatusNotFound, "%s is not %s; GET /control/v1/fakes has what each is", name, wanted)
	}
	return unknown("fake", name, fakeNames())
}

// fakeNames returns the names of all fakes, in the order of their ports.
func fakeNames() []string {
	return []string{"criipto", "neb", "eident", "stralfors", "postnord", signaturesName, "nemlogin"}
}

// signaturesName is how the ready line calls the signing service.
const signaturesName = "signatures"
