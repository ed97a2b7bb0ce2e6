package main

import (
	"errors"
	"net"
	"os"
	"strconv"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// options are the command's flags.
type options struct {
	basePort  int
	tls, auto bool
}

// ready is the line that the command prints.
type ready struct {
	CA        string       `json:"ca,omitempty"` // a PEM file with the authorities of all fake brokers
	Criipto   *application `json:"criipto"`
	NEB       *application `json:"neb"`
	EIdent    *application `json:"eident"`
	Stralfors *distributor `json:"stralfors"`
	PostNord  *distributor `json:"postnord"`
}

// application is how a fake broker knows the caller.
type application struct {
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// street is a row of fakes, one port after the other.
type street struct {
	Ready  ready
	stops  []func()
	number int // of the next fake
	opt    options
	ca     []byte
	dir    string // of the distributors' certificates; empty: not made yet
}

// open starts every fake, or none.
func open(o options) (*street, error) {
	if o.basePort < 0 || o.basePort > 65000 {
		return nil, errors.New("-base-port is not between 0 and 65000")
	}
	s := &street{opt: o}
	for _, start := range []func() error{s.brokers, s.writeCA, s.distributors} {
		if err := start(); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// next returns the address of the next fake.
func (s *street) next() string {
	port := 0
	if s.opt.basePort > 0 {
		port = s.opt.basePort + s.number
	}
	s.number++
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func (s *street) brokers() error {
	for _, at := range []struct {
		dialect mitidtest.Dialect
		ready   **application
	}{{mitidtest.Criipto, &s.Ready.Criipto}, {mitidtest.NEB, &s.Ready.NEB}, {mitidtest.EIdent, &s.Ready.EIdent}} {
		b, err := mitidtest.Start(at.dialect, mitidtest.Config{Addr: s.next(), TLS: s.opt.tls, Auto: s.opt.auto, AnyLoopbackRedirect: true})
		if err != nil {
			return err
		}
		s.stops = append(s.stops, func() { _ = b.Close() })
		s.ca = append(s.ca, b.CA()...)
		*at.ready = &application{b.Issuer(), b.ClientID(), b.ClientSecret().Reveal()}
	}
	return nil
}

// writeCA puts the authorities of all fake brokers into one file.
func (s *street) writeCA() error {
	if len(s.ca) == 0 {
		return nil
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
