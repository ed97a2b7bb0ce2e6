package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// signFlags are those about signing. They are called as those of examples/sign.
func (o *options) signFlags(f *flag.FlagSet) {
	f.StringVar(&o.SignURL, "sign-url", "", "the signing service's GraphQL `endpoint` (default a fake one inside this program; with -issuer nothing is signed)")
	f.StringVar(&o.SignClient, "sign-client-id", "", "the `id` of the application at the signing service")
	f.StringVar(&o.SignSecret, "sign-client-secret", "", "its `secret`")
	f.StringVar(&o.SignIssuer, "sign-issuer", "", "the eID `tenant` whose keys prove who signed")
	f.StringVar(&o.SignAudience, "sign-audience", "", "the `id` of the tenant's application that logs people in to sign")
	f.StringVar(&o.SignCA, "sign-ca", "", "trust the authorities in this PEM `file` for signing (default the system's)")
	f.BoolVar(&o.SignCPR, "sign-cpr", false, "people of whom MitID gave no UUID are asked for their CPR number when they sign; it then stands in every copy")
	f.BoolVar(&o.SignTest, "sign-test", false, "accept signatures of the service's test environment, where anybody can sign as anybody")
}

func (o *options) checkSigning() error {
	given := 0
	for _, f := range []string{o.SignURL, o.SignClient, o.SignSecret, o.SignIssuer, o.SignAudience} {
		if f != "" {
			given++
		}
	}
	switch {
	case given != 0 && given != 5:
		return errors.New("-sign-url, -sign-client-id, -sign-client-secret, -sign-issuer and -sign-audience are given together or not at all")
	case given == 0 && (o.SignCA != "" || o.SignTest):
		return errors.New("-sign-ca and -sign-test need -sign-url")
	case given == 0 && !o.imitated() && o.SignCPR:
		return errors.New("-sign-cpr beside -issuer needs -sign-url")
	case given != 0 && o.imitated():
		return errors.New("-sign-url needs -issuer, or -idp-metadata at NemLog-in: nobody whom a fake broker made up can sign")
	}
	return nil
}

// signing returns where agreements are signed: at a real service, at a fake one beside a
// fake broker, or nowhere beside a real broker; then it is nil.
func (o *options) signing(broker *mitidtest.Broker, keys store.Keyring, log *slog.Logger) (d *signdesk.Desk, fake *signingtest.Service, stop func(), err error) {
	stop = func() {}
	var account signdesk.Account
	switch {
	case o.SignURL != "":
		if account, err = o.signingAccount(); err != nil {
			return nil, nil, nil, err
		}
	case broker == nil:
		return nil, nil, stop, nil
	default:
		if fake, err = signingtest.Start(signingtest.Config{}); err != nil {
			return nil, nil, nil, err
		}
		stop = func() { _ = fake.Close() }
		account = fakeAccount(fake)
	}
	account.AskCPR = o.SignCPR
	if o.Level == claims.High { // a signature needs substantial at least
		account.Verifier.Level = claims.High
	}
	if d, err = signdesk.Open(account, o.PublicURL, keys, log); err != nil {
		stop()
		return nil, nil, nil, err
	}
	return d, fake, stop, nil
}

// signingAccount is how the app is known to a real service, from the flags.
func (o *options) signingAccount() (signdesk.Account, error) {
	a := signdesk.Account{Endpoint: o.SignURL, ClientID: o.SignClient, ClientSecret: signing.NewSecret(o.SignSecret)}
	if o.SignCA != "" {
		pem, err := os.ReadFile(o.SignCA)
		if err != nil {
			return signdesk.Account{}, fmt.Errorf("-sign-ca: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return signdesk.Account{}, errors.New("-sign-ca: the file holds no certificate")
		}
		a.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	}
	a.Verifier = criipto.VerifierConfig{Issuer: o.SignIssuer, Audiences: []string{o.SignAudience}, HTTPClient: a.HTTPClient, AllowTest: o.SignTest}
	return a, nil
}
