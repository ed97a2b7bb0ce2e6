package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// broker returns how the broker knows the app. Without an issuer it starts a fake
// of the same dialect.
func (o *options) broker(ctx context.Context) (settings dialect.Application, fake *mitidtest.Broker, err error) {
	if o.imitated() {
		fake, err := fakebroker.Start(o.Broker, calledAeroe(), mitidtest.Config{})
		if err != nil {
			return dialect.Application{}, nil, err
		}
		fake.AllowRedirect(o.PublicURL+"/callback", o.PublicURL+web.AgeCallback, o.PublicURL+"/")
		settings, err := fake.Application(o.PublicURL)
		if err != nil {
			return dialect.Application{}, nil, errors.Join(err, fake.Close())
		}
		return settings, fake.Broker, nil
	}
	caller, err := o.caller()
	if err != nil {
		return dialect.Application{}, nil, err
	}
	switch {
	case o.fakeMetadata != "":
		settings.NemLogin, err = o.atFakeNemLogin(ctx, caller)
		return settings, nil, err
	case o.Broker == "nemlogin":
		settings.NemLogin, err = o.SP.Config(o.PublicURL, calledAeroe().Service)
		return settings, nil, err
	}
	return dialect.Application{Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: mitid.NewSecret(o.ClientSecret), HTTPClient: caller}, nil, nil
}

// caller trusts the authorities of -ca. Without them it is nil: adapters have their own.
func (o *options) caller() (*http.Client, error) {
	if o.CA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(o.CA)
	if err != nil {
		return nil, fmt.Errorf("-ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("-ca: the file holds no certificate")
	}
	return &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots}},
	}, nil
}

// ages returns who proves ages: a fake, which needs no second application, or the
// application of the flags; nil where there is neither.
func (o *options) ages(broker mitid.Broker, at dialect.Application) (mitid.Broker, error) {
	if o.imitated() || o.Fakes != "" {
		return broker, nil
	}
	if o.AgeID == "" {
		return nil, nil
	}
	at.ClientID, at.ClientSecret = o.AgeID, mitid.NewSecret(o.AgeSecret)
	ages, err := dialect.Open(o.Broker, at)
	if err != nil {
		return nil, err
	}
	if _, able := ages.(mitid.AgeProver); !able {
		return nil, errors.New("-age-client-id: this broker proves no age without telling who it is")
	}
	return ages, nil
}

// calledAeroe names the app as people read it in MitID.
func calledAeroe() fakebroker.App {
	return fakebroker.App{Service: "Ærøpanelet", Text: "Spørgeskemaer"}
}

// confirming is the verb for confirmations, where the broker can show one.
func confirming(broker string) mitid.Action {
	if broker == "eident" || broker == "eident-saml" || broker == "nemlogin" {
		return mitid.LogOn
	}
	return mitid.Confirm
}

// choosesLanguage reports whether people choose the language of the broker's pages there.
func choosesLanguage(broker string) bool { return broker == "nemlogin" }
