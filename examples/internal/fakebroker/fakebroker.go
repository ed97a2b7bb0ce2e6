// Package fakebroker starts the fake that a flag names, for the examples.
package fakebroker

import (
	"cmp"
	"errors"
	"slices"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// Names returns the brokers that have a fake.
func Names() []string { return []string{"criipto", "neb", "eident"} }

// Known reports whether a broker has a fake.
func Known(name string) bool { return slices.Contains(Names(), name) }

// App is what people read of the app at its broker.
type App struct {
	Service string // as in "Log on at Acme"; empty for the fake's own
	Text    string // when no text is sent, where the broker shows one; empty for the fake's own
}

// Start starts the fake of a broker.
func Start(name string, app App, cfg mitidtest.Config) (*mitidtest.Broker, error) {
	switch name {
	case "criipto":
		fake, err := criiptotest.Start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *criiptotest.Settings) {
			s.CompanyAlias, s.ApplicationName = cmp.Or(app.Service, s.CompanyAlias), cmp.Or(app.Text, s.ApplicationName)
		})
		return fake.Broker, nil
	case "neb":
		fake, err := nebtest.Start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *nebtest.Settings) { s.ServiceName = cmp.Or(app.Service, s.ServiceName) })
		return fake.Broker, nil
	case "eident":
		fake, err := eidenttest.Start(cfg)
		if err != nil {
			return nil, err
		}
		fake.Configure(func(s *eidenttest.Settings) { s.ServiceName = cmp.Or(app.Service, s.ServiceName) })
		return fake.Broker, nil
	}
	return nil, errors.New("no fake of that broker")
}

// New starts the fake of a broker, and stops it when the test ends.
func New(tb mitidtest.TB, name string) *mitidtest.Broker {
	tb.Helper()
	return mitidtest.New(tb, func(cfg mitidtest.Config) (*mitidtest.Broker, error) { return Start(name, App{}, cfg) })
}
