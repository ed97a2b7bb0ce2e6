package nemlogintest

import (
	"errors"
	"slices"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Broker is a fake NemLog-in. It is the Broker of package mitidtest, with service
// providers, metadata and logout.
type Broker struct {
	*mitidtest.Broker
	dialect *dialect
}

// New starts a fake NemLog-in and stops it when the test ends. It knows the people of
// mitidtest.Citizens, and no service provider before Register.
func New(tb mitidtest.TB) *Broker {
	tb.Helper()
	return mitidtest.New(tb, Start)
}

// Start starts a fake NemLog-in. It fails when Config.Addr is no loopback address or is
// taken. Close stops it. Of Config, AnyLoopbackRedirect and ExampleRedirects have no
// meaning here: addresses are in the metadata of service providers.
func Start(cfg mitidtest.Config) (*Broker, error) {
	engine, d, err := mitidtest.Start(cfg, newDialect)
	if err != nil {
		return nil, err
	}
	return &Broker{engine, d}, nil
}

// Configure changes the switches. The function must not call the Broker.
func (b *Broker) Configure(change func(*Settings)) { b.dialect.switches.Change(change) }

// EntityID returns NemLog-in's entity id, which is also Issuer.
func (b *Broker) EntityID() string { return b.Issuer() }

// Register takes the metadata of a service provider, as the administration portal does.
// Metadata with an entity id that is known replaces the old one. There may be several
// service providers; a login at one of them serves the others.
func (b *Broker) Register(spMetadata []byte) error {
	p, err := readProvider(spMetadata)
	if err != nil {
		return err
	}
	if b.dialect.switches.Now().PrivateProviders && (slices.Contains(p.attributes, attrCPR) || slices.Contains(p.attributes, attrPrivileges)) {
		return errors.New("nemlogintest: a private service provider may not ask for CPR numbers and privileges")
	}
	b.dialect.mu.Lock()
	defer b.dialect.mu.Unlock()
	b.dialect.providers[p.entityID] = p
	return nil
}

// Logout ends the latest session of a subject (a NameID), as when the person logs out at
// another service provider. It returns the LogoutRequest as the browser brings it to the
// service provider of that NameID: by redirect, or posted as a form. Once that has
// answered, NemLog-in sends the browser to the others of the session.
//
// A browser that opens [Broker.LogoutURL] gets the same message by itself.
func (b *Broker) Logout(subject string, post bool) (mitid.Callback, error) {
	return b.dialect.message(subject, post)
}

// LogoutURL returns the address where the browser logs out of NemLog-in, and so of every
// service provider of its session.
func (b *Broker) LogoutURL() string { return b.Origin() + pathLogout }

// MetadataURL returns the address that serves Metadata.
func (b *Broker) MetadataURL() string { return b.Origin() + pathMetadata }

// Tamperings returns the catalogue, ordered by name, without a fake. It is for reading;
// Broker.Tamper carries a tampering out.
func Tamperings() []mitidtest.Tampering {
	return mitidtest.SortTamperings(new(dialect).Tamperings())
}
