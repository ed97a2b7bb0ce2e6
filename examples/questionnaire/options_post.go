package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// agreement is how the app is known to a real distributor, from the flags.
func (o *options) agreement(now func() time.Time) (distributor.Agreement, error) {
	certificate, err := tls.LoadX509KeyPair(o.PostCert, o.PostKey)
	if err != nil {
		return distributor.Agreement{}, errors.New("-post-cert and -post-key: no certificate with its key")
	}
	a := distributor.Agreement{URL: o.PostURL, StatusURL: o.PostStatus, System: o.PostSystem, ClientID: o.PostClient, Certificate: certificate,
		Materials: materials(o.PostMaterial), Recognises: o.Distributor == "postnord", Now: now}
	if o.Fakes != "" {
		a.Recognises, a.Codes = true, fakeCodes()
	}
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
func (o *options) post(broker *mitidtest.Broker, now func() time.Time) (sender eboks.Sender, fake *ebokstest.Distributor, stop func(), err error) {
	var a distributor.Agreement
	stop = func() {}
	switch {
	case o.PostURL != "":
		if a, err = o.agreement(now); err != nil {
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
		a = agreementWith(fake, now)
	}
	sender, err = distributor.Open(o.Distributor, a)
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	return sender, fake, stop, nil
}

// openOutbox returns the outbox beside the tables of s.
func openOutbox(ctx context.Context, s *store.Store, keys store.Keyring, cfg outbox.Config) (*outbox.Outbox, error) {
	var err error
	if cfg.Keys, err = keys.Derive("outbox"); err != nil {
		return nil, err
	}
	cfg.DB, cfg.Dialect, cfg.Now = s.DB, s.Dialect, s.Now
	o, err := outbox.New(cfg)
	if err != nil {
		return nil, err
	}
	return o, o.Migrate(ctx)
}
