package postnordtest

import "github.com/dkeid/dkeid/eboks/ebokstest"

// Distributor is a fake e-Boks Dispatch. It is the Distributor of package ebokstest, with
// the switches that are this wire's.
type Distributor struct {
	*ebokstest.Distributor
	dialect *dialect
}

// New starts a fake and stops it when the test ends. It has the mailboxes of
// ebokstest.People.
func New(tb ebokstest.TB) *Distributor {
	tb.Helper()
	return ebokstest.New(tb, Start, ebokstest.Config{})
}

// Start starts a fake. It fails when an address of cfg is not on loopback or is taken.
// Close stops it.
func Start(cfg ebokstest.Config) (*Distributor, error) {
	engine, d, err := ebokstest.Start(cfg, newDialect)
	if err != nil {
		return nil, err
	}
	return &Distributor{engine, d}, nil
}

// Configure changes the settings. The function runs under the fake's lock: it must not
// call the Distributor.
func (d *Distributor) Configure(change func(*Settings)) {
	d.Distributor.Configure(func(shared *ebokstest.Settings) {
		d.dialect.mu.Lock()
		defer d.dialect.mu.Unlock()
		d.dialect.set.Settings = *shared
		change(&d.dialect.set)
		*shared = d.dialect.set.Settings
	})
}
