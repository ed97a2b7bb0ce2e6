package main

import (
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// options are the command's flags.
type options struct {
	basePort     int
	tls, auto    bool
	listen       string // an IP address
	baseURL      *url.URL
	clientSecret string
	redirects    []string
	spMetadata   []string // files and addresses
	caFile       string
	control      bool
	controlToken string
}

// read takes -base-url, and refuses what cannot work.
func (o *options) read(base string) error {
	if net.ParseIP(o.listen) == nil {
		return errors.New("-listen is no IP address")
	}
	if err := o.readControl(); err != nil {
		return err
	}
	if o.caFile != "" && !o.tls {
		return errors.New("-ca-file needs -tls")
	}
	for _, r := range o.redirects {
		if u, err := url.Parse(r); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Fragment != "" {
			return errors.New("-redirect is no absolute http or https address")
		}
	}
	for _, from := range o.spMetadata {
		if !isAddress(from) {
			continue
		}
		if err := checkAddress(from); err != nil {
			return err
		}
	}
	if base == "" {
		if ip := net.ParseIP(o.listen); ip.IsUnspecified() {
			return errors.New("-listen with every address needs -base-url: callers must be told one")
		}
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" || base != u.Scheme+"://"+u.Host || u.Scheme != map[bool]string{true: "https", false: "http"}[o.tls] {
		return errors.New("-base-url is not scheme, host and perhaps port (https with -tls, http without)")
	}
	if u.Port() != "" {
		if n, err := strconv.Atoi(u.Port()); err != nil || n < 1 || n > 65000 {
			return errors.New("-base-url has a port that is none")
		}
	}
	o.baseURL = u
	return nil
}

// ready is the line that the command prints.
type ready struct {
	CA        string       `json:"ca,omitempty"` // a PEM file with the authorities of all fakes but the distributors
	Criipto   *application `json:"criipto"`
	NEB       *application `json:"neb"`
	EIdent    *application `json:"eident"`
	Stralfors *distributor `json:"stralfors"`
	PostNord  *distributor `json:"postnord"`

	Signatures *signatures `json:"signatures"`
	NemLogin   *idp        `json:"nemlogin"`

	Control *controlled `json:"control,omitempty"` // with -control
}

// application is how a fake broker knows the caller.
type application struct {
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`

	PublicClientID string `json:"public_client_id,omitempty"` // of an app without a secret, where the broker has such
}

// street is a row of fakes, one port after the other.
type street struct {
	Ready  ready
	stops  []func()
	number int // of the next fake
	opt    options
	ca     []byte
	tenant *criiptotest.Broker // where people log in to sign; its clock is that of all fakes
	dir    string              // of the distributors' certificates; empty if not made yet

	brokers      []named[*mitidtest.Broker]
	distributors []named[*ebokstest.Distributor]
	signing      *signingtest.Service
	portal       *portal

	isReady atomic.Bool // everything has started
}

// named is a fake with the name that the ready line gives it.
type named[F any] struct {
	name string
	fake F
}

// now is the clock of all fakes.
func (s *street) now() time.Time { return s.tenant.Now() }

// open starts every fake, or none.
func open(o options) (*street, error) {
	if o.basePort < 0 || o.basePort > 65000 {
		return nil, errors.New("-base-port is not between 0 and 65000")
	}
	if o.baseURL != nil && o.basePort == 0 {
		return nil, errors.New("-base-url needs a -base-port that is known beforehand")
	}
	s := &street{opt: o}
	for _, start := range []func() error{s.startBrokers, s.startDistributors, s.startSignatures, s.startNemLogin, s.startControl, s.writeCA} {
		if err := start(); err != nil {
			s.close()
			return nil, err
		}
	}
	s.isReady.Store(true)
	return s, nil
}

// next returns the address of the next fake, on host.
func (s *street) next(host string) string {
	port := 0
	if s.opt.basePort > 0 {
		port = s.opt.basePort + s.number
	}
	s.number++
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// base returns under which address callers reach the broker that next gave; if empty,
// where it listens.
func (s *street) base() string {
	u := s.opt.baseURL
	if u == nil {
		return ""
	}
	first := s.opt.basePort
	if u.Port() != "" {
		first, _ = strconv.Atoi(u.Port()) // checked before
	}
	return u.Scheme + "://" + net.JoinHostPort(u.Hostname(), strconv.Itoa(first+s.number-1))
}

// startBrokers starts the brokers over OpenID Connect. Criipto is first, because the others
// go by its clock.
func (s *street) startBrokers() error {
	for _, at := range []struct {
		broker string
		ready  **application
	}{{"criipto", &s.Ready.Criipto}, {"neb", &s.Ready.NEB}, {"eident", &s.Ready.EIdent}} {
		cfg := mitidtest.Config{
			Addr: s.next(s.opt.listen), BaseURL: s.base(), BeyondLoopback: true, // -listen is asked for
			TLS: s.opt.tls, Auto: s.opt.auto, AnyLoopbackRedirect: true, ClientSecret: s.opt.clientSecret,
		}
		if s.tenant != nil {
			cfg.Now = s.now
		}
		b, err := s.broker(at.broker, cfg)
		if err != nil {
			return err
		}
		b.AllowRedirect(s.opt.redirects...)
		s.stops = append(s.stops, func() { _ = b.Close() })
		s.ca = append(s.ca, b.CA()...)
		s.brokers = append(s.brokers, named[*mitidtest.Broker]{at.broker, b})
		*at.ready = &application{b.Issuer(), b.ClientID(), b.ClientSecret().Reveal(), b.PublicClientID()}
	}
	return nil
}

// broker starts one fake broker, and remembers Criipto's: it is the tenant of signatures.
func (s *street) broker(name string, cfg mitidtest.Config) (*mitidtest.Broker, error) {
	if name != "criipto" {
		fake, err := fakebroker.Start(name, fakebroker.App{}, cfg)
		if err != nil {
			return nil, err
		}
		return fake.Broker, nil
	}
	tenant, err := criiptotest.Start(cfg)
	if err != nil {
		return nil, err
	}
	s.tenant = tenant
	return tenant.Broker, nil
}

// writeCA puts the authorities of all fakes but the distributors into one file.
func (s *street) writeCA() error {
	if len(s.ca) == 0 {
		return nil
	}
	if s.opt.caFile != "" {
		// Others may wait for it: it is whole, or not there.
		part := s.opt.caFile + ".part"
		s.Ready.CA = s.opt.caFile
		s.stops = append(s.stops, func() { _ = os.Remove(s.opt.caFile) })
		if err := os.WriteFile(part, s.ca, 0o644); err != nil {
			return errors.New("-ca-file cannot be written")
		}
		return os.Rename(part, s.opt.caFile)
	}
	f, err := os.CreateTemp("", "dkeid-fakes-*.pem")
	if err != nil {
		return err
	}
	s.stops = append(s.stops, func() { _ = os.Remove(f.Name()) })
	if _, err := f.Write(s.ca); err != nil {
		return errors.Join(err, f.Close())
	}
	s.Ready.CA = f.Name()
	return f.Close()
}

// close stops what was started, the last first.
func (s *street) close() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
}
