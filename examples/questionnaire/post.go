package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// letterClient returns the client that sends the letters of s through sender. What
// it must remember of each letter is kept in s.
func letterClient(sender eboks.Sender, s *store, keys keyring, log *slog.Logger) (*eboks.Client, error) {
	digests, err := keys.derive("letter digest")
	if err != nil {
		return nil, err
	}
	return eboks.New(eboks.Config{
		Sender: sender, Ledger: ledger{s},
		// The oldest key: letters on their way must keep their digest when a new key
		// is put in front.
		Key: digests[len(digests)-1],
		// The postman has patience of his own.
		Retry: eboks.Retry{Offers: 2, Patience: time.Second},
		Now:   s.now, Logger: log,
	})
}

// startFakePost starts a fake distributor in which every person of the fake broker
// has a mailbox, and letters arrive within seconds.
func startFakePost(name string, people []mitidtest.Citizen, cfg ebokstest.Config) (*ebokstest.Distributor, error) {
	start := ebokstest.Engines(stralforstest.Start)
	if name == "postnord" {
		start = ebokstest.Engines(postnordtest.Start)
	}
	cfg.Mailboxes = []ebokstest.Mailbox{} // no other people
	for _, c := range people {
		if c.CPR.IsZero() {
			continue
		}
		box := ebokstest.Mailbox{Owner: eboks.Person(c.CPR), Name: c.Name}
		switch {
		case c.NotInRegister:
			box.State = ebokstest.NotRegistered
		case c.Name == "":
			box.State = ebokstest.Protected
		}
		for _, known := range ebokstest.People() { // who cannot receive letters
			if known.Owner == box.Owner {
				box.State = known.State
			}
		}
		cfg.Mailboxes = append(cfg.Mailboxes, box)
	}
	return start(cfg)
}

// mailboxOf returns where the fake mailbox of a person is.
func mailboxOf(fake *ebokstest.Distributor) func(cpr.Number) string {
	return func(n cpr.Number) string { return fake.MailboxURL(eboks.Person(n)) }
}

// agreementWith is how the app is known to a fake distributor.
func agreementWith(fake *ebokstest.Distributor, now func() time.Time, log *slog.Logger) distributor.Agreement {
	codes := make(map[string]stralfors.Verdict)
	for number, c := range ebokstest.Codes() {
		codes[number] = stralfors.Verdict{Kind: c.Kind, Reachability: c.Reachability}
	}
	return distributor.Agreement{
		URL: fake.URL(), StatusURL: fake.URL() + "/rest/messages/{client}/?message_id={message}", System: fake.System(), ClientID: fake.ClientID(), Certificate: fake.Certificate(), Roots: fake.Roots(),
		Materials: materials(string(fake.Materials()[0])), Recognises: true, Codes: codes, Now: now, Logger: log,
	}
}

// materials maps the app's word to the agreement's number.
func materials(number string) map[eboks.Material]string {
	return map[eboks.Material]string{receiptMaterial: number}
}

// agreement is how the app is known to a real distributor, from the flags.
func (o *options) agreement(now func() time.Time, log *slog.Logger) (distributor.Agreement, error) {
	certificate, err := tls.LoadX509KeyPair(o.PostCert, o.PostKey)
	if err != nil {
		return distributor.Agreement{}, errors.New("-post-cert and -post-key: no certificate with its key")
	}
	a := distributor.Agreement{URL: o.PostURL, System: o.PostSystem, ClientID: o.PostClient, Certificate: certificate,
		Materials: materials(o.PostMaterial), Recognises: o.Distributor == "postnord", Now: now, Logger: log}
	if o.PostCA == "" {
		return a, nil
	}
	pem, err := os.ReadFile(o.PostCA)
	if err != nil {
		return distributor.Agreement{}, fmt.Errorf("-post-ca: %w", err)
	}
	a.Roots = x509.NewCertPool()
	if !a.Roots.AppendCertsFromPEM(pem) {
		return distributor.Agreement{}, errors.New("-post-ca: the file holds no certificate")
	}
	return a, nil
}

// post returns who carries the letters: a real distributor, a fake one beside a
// fake broker, or nobody beside a real broker. fake is nil unless it is one.
func (o *options) post(broker *mitidtest.Broker, now func() time.Time, log *slog.Logger) (sender eboks.Sender, fake *ebokstest.Distributor, stop func(), err error) {
	var a distributor.Agreement
	stop = func() {}
	switch {
	case o.PostURL != "":
		if a, err = o.agreement(now, log); err != nil {
			return nil, nil, nil, err
		}
	case broker == nil:
		return nil, nil, stop, nil
	default:
		fake, err = startFakePost(o.Distributor, broker.Citizens(), ebokstest.Config{Settings: ebokstest.Settings{
			Ready: time.Second, Taken: 2 * time.Second, Delivered: 4 * time.Second}})
		if err != nil {
			return nil, nil, nil, err
		}
		stop = func() { _ = fake.Close() }
		a = agreementWith(fake, now, log)
	}
	sender, err = distributor.Open(o.Distributor, a)
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	return sender, fake, stop, nil
}
