package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// service is where the order goes, and who must sign it.
type service struct {
	*criipto.Service
	verifier *criipto.Verifier
	who      signing.Who
	issuer   string
	caller   *http.Client // if nil, the adapter has its own
	close    func()
}

// open returns the service that the flags name, or the fake one.
func open(o options) (service, error) {
	s := service{who: signing.Who{UUID: o.uuid}, close: func() {}}
	if o.url == "" {
		fake, err := signingtest.Start(signingtest.Config{})
		if err != nil {
			return s, err
		}
		o.url, o.clientID, o.clientSecret = fake.Endpoint(), fake.ClientID(), fake.ClientSecret().Reveal()
		o.issuer, o.audience = fake.Verify().Issuer(), fake.Verify().ClientID()
		s.who = signing.Who{Anyone: true} // the person at the keyboard chooses among people who do not exist
		s.close = func() { _ = fake.Close() }
	}
	var err error
	s.issuer = o.issuer
	if s.caller, err = trusting(o.ca); err == nil {
		s.Service, err = criipto.New(criipto.Config{
			Endpoint: o.url, ClientID: o.clientID, ClientSecret: signing.NewSecret(o.clientSecret), HTTPClient: s.caller,
			// A call that hangs leaves time for another.
			Timeout: min(max(o.wait/4, 5*time.Second), 10*time.Second), TransferTimeout: min(max(o.wait/2, 10*time.Second), 2*time.Minute),
		})
	}
	if err == nil {
		s.verifier, err = criipto.NewVerifier(criipto.VerifierConfig{
			Issuer: o.issuer, Audiences: []string{o.audience}, HTTPClient: s.caller,
			TimestampOptional: true, // a token without one must not have expired
			AllowTest:         true, // whether people are real is for the issuer to say
		})
	}
	if err != nil {
		s.close()
	}
	return s, err
}

// trusting returns a caller that trusts the authorities in a PEM file. Without a file it
// is nil, and the adapter has its own.
func trusting(file string) (*http.Client, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("-ca holds no certificate")
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}, nil
}
