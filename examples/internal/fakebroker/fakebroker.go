// Package fakebroker starts the fake that a flag names, for the examples.
package fakebroker

import (
	"cmp"
	"crypto/x509"
	"errors"
	"slices"

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// Names returns the brokers that have a fake.
func Names() []string { return append(NamesOIDC(), "eident-saml", "nemlogin") }

// NamesOIDC returns those that know an application by an id and a secret.
func NamesOIDC() []string { return []string{"criipto", "neb", "eident"} }

// Known reports whether a broker has a fake.
func Known(name string) bool { return slices.Contains(Names(), name) }

// Fake is a fake broker.
type Fake struct {
	*mitidtest.Broker
	eident   *eidenttest.Broker   // E-Ident over SAML; nil if it is another broker
	nemlogin *nemlogintest.Broker // nil if it is another broker
}

// App is what people read of the app at its broker.
type App struct {
	Service string // as in "Log on at Acme"; empty for the fake's own
	Text    string // when no text is sent, where the broker shows one; empty for the fake's own
}

// Start starts the fake of a broker.
func Start(name string, app App, cfg mitidtest.Config) (*Fake, error) {
	switch name {
	case "criipto":
		fake, err := criiptotest.Start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *criiptotest.Settings) {
			s.CompanyAlias, s.ApplicationName = cmp.Or(app.Service, s.CompanyAlias), cmp.Or(app.Text, s.ApplicationName)
		})
		return &Fake{Broker: fake.Broker}, nil
	case "neb":
		fake, err := nebtest.Start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *nebtest.Settings) { s.ServiceName = cmp.Or(app.Service, s.ServiceName) })
		return &Fake{Broker: fake.Broker}, nil
	case "eident", "eident-saml":
		start := eidenttest.Start
		if name == "eident-saml" {
			start = eidenttest.StartSAML
		}
		fake, err := start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *eidenttest.Settings) { s.ServiceName = cmp.Or(app.Service, s.ServiceName) })
		if name == "eident" {
			return &Fake{Broker: fake.Broker}, nil
		}
		return &Fake{Broker: fake.Broker, eident: fake}, nil
	case "nemlogin":
		fake, err := nemlogintest.Start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *nemlogintest.Settings) { s.ServiceName = cmp.Or(app.Service, s.ServiceName) })
		return &Fake{Broker: fake.Broker, nemlogin: fake}, nil
	}
	return nil, errors.New("no fake of that broker")
}

// New starts the fake of a broker, and stops it when the test ends.
func New(tb mitidtest.TB, name string) *Fake {
	tb.Helper()
	return mitidtest.New(tb, func(cfg mitidtest.Config) (*Fake, error) { return Start(name, App{}, cfg) })
}

// Application returns how the fake knows the app at base, its scheme and host. It uses the
// fake's clock. At brokers over SAML it registers the app, whose answers arrive at /callback.
func (f *Fake) Application(base string) (app dialect.Application, err error) {
	app = dialect.Application{Issuer: f.Issuer(), ClientID: f.ClientID(), ClientSecret: f.ClientSecret(), Now: f.Now}
	switch {
	case f.eident != nil:
		app.Issuer, app.Signers = f.Origin(), []*x509.Certificate{f.Keys().Active().Certificate}
		f.eident.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver = base + "/callback" })
	case f.nemlogin != nil:
		app.NemLogin, err = f.serviceProvider(base)
	}
	return app, err
}
