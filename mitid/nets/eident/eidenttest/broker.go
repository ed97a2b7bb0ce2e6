package eidenttest

import (
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Broker is a fake Nets E-Ident with one merchant. It is the Broker of package
// mitidtest, with the switches that are E-Ident's.
type Broker struct {
	*mitidtest.Broker
	dialect *dialect
}

// New starts a fake E-Ident and stops it when the test ends. It knows the people of
// mitidtest.Citizens and accepts every redirect URI on a loopback address or below
// .example.
func New(tb mitidtest.TB) *Broker {
	tb.Helper()
	return mitidtest.New(tb, Start)
}

// NewSAML is New for a merchant that uses SAML 1.1. Settings.ArtifactReceiver must name the
// address that answers go to.
func NewSAML(tb mitidtest.TB) *Broker {
	tb.Helper()
	return mitidtest.New(tb, StartSAML)
}

// StartSAML is Start for a merchant that uses SAML 1.1.
func StartSAML(cfg mitidtest.Config) (*Broker, error) {
	engine, d, err := mitidtest.Start(cfg, newSAMLDialect)
	if err != nil {
		return nil, err
	}
	return &Broker{engine, d}, nil
}

// Start starts a fake E-Ident. It fails when Config.Addr is no loopback address or is
// taken. Close stops it.
func Start(cfg mitidtest.Config) (*Broker, error) {
	engine, d, err := mitidtest.Start(cfg, newDialect)
	if err != nil {
		return nil, err
	}
	return &Broker{engine, d}, nil
}

// Configure changes the switches. The function must not call the Broker.
func (b *Broker) Configure(change func(*Settings)) { b.dialect.switches.Change(change) }

// Tamperings returns the catalogue, ordered by name, without a fake. It is for reading;
// Broker.Tamper carries a tampering out.
func Tamperings() []mitidtest.Tampering {
	return mitidtest.SortTamperings(new(dialect).Tamperings())
}

// SAMLTamperings is Tamperings for a fake of StartSAML.
func SAMLTamperings() []mitidtest.Tampering {
	return mitidtest.SortTamperings((&dialect{saml: true}).Tamperings())
}
