package main

import "github.com/dkeid/dkeid/signing/signingtest"

// signatures is how the fake signing service knows the caller. People sign after a login
// at the fake Criipto, whose issuer and client id their tokens have.
type signatures struct {
	URL          string `json:"url"` // the GraphQL endpoint
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Issuer       string `json:"issuer"`
	Audience     string `json:"audience"`
}

// startSignatures starts the fake signing service.
func (s *street) startSignatures() error {
	fake, err := signingtest.Start(signingtest.Config{
		Addr: s.next(s.opt.listen), BaseURL: s.base(), BeyondLoopback: true, // -listen is asked for
		TLS: s.opt.tls, Verify: s.tenant, ClientSecret: s.opt.clientSecret,
	})
	if err != nil {
		return err
	}
	s.stops = append(s.stops, func() { _ = fake.Close() })
	s.signing = fake
	s.ca = append(s.ca, fake.CA()...)
	s.Ready.Signatures = &signatures{fake.Endpoint(), fake.ClientID(), fake.ClientSecret().Reveal(), s.tenant.Issuer(), s.tenant.ClientID()}
	return nil
}
