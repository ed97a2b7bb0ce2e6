package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// distributor is how a fake distributor knows the caller. The files are PEM, and
// go when the command ends. The wire always speaks TLS and demands the client
// certificate.
type distributor struct {
	URL        string `json:"url"`
	ClientCert string `json:"client_cert"` // a file
	ClientKey  string `json:"client_key"`  // a file that its owner alone can read
	CA         string `json:"ca"`          // a file with the authority to trust

	System   string         `json:"system"`
	ClientID string         `json:"client_id,omitempty"` // PostNord only
	Material eboks.Material `json:"material"`            // number of a kind of letter that the agreement has
	Page     string         `json:"page"`                // the mailboxes, for a browser, without TLS
}

// loopback is where distributors listen, whatever -listen says: who reaches one reads
// every mailbox.
const loopback = "127.0.0.1"

// startDistributors starts the fake distributors: both wires first, then their pages.
func (s *street) startDistributors() error {
	starts := []struct {
		name  string
		start func(ebokstest.Config) (*ebokstest.Distributor, error)
		ready **distributor
		addr  string
	}{
		{"stralfors", ebokstest.Engines(stralforstest.Start), &s.Ready.Stralfors, s.next(loopback)},
		{"postnord", ebokstest.Engines(postnordtest.Start), &s.Ready.PostNord, s.next(loopback)},
	}
	for _, at := range starts {
		d, err := at.start(ebokstest.Config{Addr: at.addr, PageAddr: s.next(loopback), Now: s.now, Mailboxes: mailboxes()})
		if err != nil {
			return err
		}
		s.stops = append(s.stops, func() { _ = d.Close() })
		s.distributors = append(s.distributors, named[*ebokstest.Distributor]{at.name, d})
		ready, err := s.agreement(d)
		if err != nil {
			return err
		}
		*at.ready = ready
	}
	return nil
}

// mailboxes returns the ready-made mailboxes, and ordinary ones of the brokers' citizens, so
// that whoever logs in can receive a letter.
func mailboxes() []ebokstest.Mailbox {
	all := ebokstest.People()
	for _, c := range mitidtest.Citizens() {
		owner := eboks.Person(c.CPR)
		known := slices.ContainsFunc(all, func(m ebokstest.Mailbox) bool { return m.Owner == owner })
		if c.CPR.RequireOrdinary() == nil && !known {
			all = append(all, mailboxOf(c, ebokstest.Open))
		}
	}
	return all
}

// mailboxOf returns the mailbox of a citizen.
func mailboxOf(c mitidtest.Citizen, state ebokstest.State) ebokstest.Mailbox {
	if c.Name == "" && state == ebokstest.Open {
		state = ebokstest.Protected
	}
	return ebokstest.Mailbox{Owner: eboks.Person(c.CPR), Name: c.Name, State: state}
}

// agreement writes what a caller of d needs.
func (s *street) agreement(d *ebokstest.Distributor) (*distributor, error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	a := &distributor{URL: d.URL(), System: d.System(), ClientID: d.ClientID(), Material: d.Materials()[0], Page: d.PageURL()}
	for _, f := range []struct {
		path *string
		name string
		pem  []byte
	}{{&a.ClientCert, "client", d.CertPEM()}, {&a.ClientKey, "client-key", d.KeyPEM()}, {&a.CA, "ca", d.CA()}} {
		*f.path = filepath.Join(dir, d.Name()+"-"+f.name+".pem")
		if err := os.WriteFile(*f.path, f.pem, 0o600); err != nil {
			return nil, errors.New("the certificates cannot be written")
		}
	}
	return a, nil
}

// folder returns the folder of the certificates, which only its owner can open.
func (s *street) folder() (string, error) {
	if s.dir != "" {
		return s.dir, nil
	}
	dir, err := os.MkdirTemp("", "dkeid-fakes-")
	if err != nil {
		return "", err
	}
	s.stops = append(s.stops, func() { _ = os.RemoveAll(dir) })
	s.dir = dir
	return dir, nil
}
