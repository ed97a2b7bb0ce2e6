package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
)

// attempt is the longest that one call to the distributor takes. It ends before the lease
// of a letter does.
const attempt = 15 * time.Second

// post is who carries the letters.
type post struct {
	sender   eboks.Sender
	material eboks.Material
	fake     bool
	close    func()
}

// open returns the distributor of the flags, or a fake.
func (o *options) open() (*post, error) {
	a, p := distributor.Agreement{URL: o.url, StatusURL: o.statusURL, System: o.system, ClientID: o.client, User: o.from, Timeout: attempt, Recognises: o.dedupes},
		&post{material: eboks.Material(o.material), fake: o.url == "", close: func() {}}
	var err error
	if p.fake {
		err = p.start(&a, o.list != "")
	} else {
		err = o.certificates(&a)
	}
	if err != nil {
		return nil, err
	}
	a.Materials = map[eboks.Material]string{p.material: string(p.material)}
	if p.sender, err = distributor.Open(o.distributor, a); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// start starts a fake at which everybody has a mailbox, and letters arrive within seconds.
func (p *post) start(a *distributor.Agreement, bulk bool) error {
	fake, err := stralforstest.Start(ebokstest.Config{DigestsOnly: bulk, Mailboxes: []ebokstest.Mailbox{}, Settings: ebokstest.Settings{
		AnyRecipient: true, Ready: time.Second, Taken: 2 * time.Second, Delivered: 3 * time.Second}})
	if err != nil {
		return err
	}
	p.close = func() { _ = fake.Close() }
	a.URL, a.System, a.Certificate, a.Roots, a.Recognises = fake.URL(), fake.System(), fake.Certificate(), fake.Roots(), true
	a.Codes = make(map[string]stralfors.Verdict)
	for number, c := range ebokstest.Codes() {
		a.Codes[number] = stralfors.Verdict{Kind: c.Kind, Reachability: c.Reachability}
	}
	if p.material == "" {
		p.material = fake.Materials()[0]
	}
	return nil
}

// certificates reads the files of the agreement, and tells of all that cannot be read.
func (o *options) certificates(a *distributor.Agreement) error {
	var err, caErr error
	if a.Certificate, err = tls.LoadX509KeyPair(o.cert, o.key); err != nil {
		err = fmt.Errorf("-cert and -key: %w", err)
	}
	if o.ca != "" {
		pem, unread := os.ReadFile(o.ca)
		a.Roots = x509.NewCertPool()
		if unread != nil {
			caErr = fmt.Errorf("-ca: %w", unread)
		} else if !a.Roots.AppendCertsFromPEM(pem) {
			caErr = errors.New("-ca: the file holds no certificate")
		}
	}
	return errors.Join(err, caErr)
}
