package postnordtest

import "github.com/dkeid/dkeid/eboks/ebokstest"

// Settings are what the distributor decides, and the choices of this fake where the real
// one's behaviour is not public. Change them with [Distributor.Configure].
type Settings struct {
	ebokstest.Settings

	// Repeated419 answers a repeated id with 419 instead of 409.
	Repeated419 bool
	// NoPostProcessing leaves letters to people without a mailbox alone, instead of
	// turning them into paper.
	NoPostProcessing bool
	// LookupJSON answers look-ups in JSON instead of XML.
	LookupJSON bool
}
