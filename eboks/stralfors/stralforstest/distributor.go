package stralforstest

import (
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// Distributor is a fake Strålfors Connect. It is the Distributor of package ebokstest,
// with the switches that are Strålfors'.
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

// The carrier's numbers for its news, as this fake has them. The real ones are not public.
const (
	CarrierReturned = "401" // the letter came back
	CarrierMoved    = "402" // the recipient has another address
	CarrierSigned   = "403" // the recipient signed for it
	CarrierTracked  = "404" // it has a tracking number
)

// CarrierCodes returns what the carrier's numbers mean, in the form of stralfors.Wire.CarrierCodes.
func CarrierCodes() map[string]eboks.Status {
	return map[string]eboks.Status{
		CarrierReturned: eboks.Returned, CarrierMoved: eboks.CarrierUpdate, CarrierSigned: eboks.CarrierUpdate, CarrierTracked: eboks.CarrierUpdate,
	}
}

// TellCarrier adds news of the letter carrier to the log of a letter. It does nothing if
// there is no such letter.
func (d *Distributor) TellCarrier(id eboks.ID, number string) { d.Tell(id, number) }
