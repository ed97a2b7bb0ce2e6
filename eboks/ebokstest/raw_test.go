package ebokstest_test

import (
	"testing"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// starts are the fakes that this package is tried with.
func starts() map[string]func(ebokstest.Config) (*ebokstest.Distributor, error) {
	return map[string]func(ebokstest.Config) (*ebokstest.Distributor, error){
		"stralfors": ebokstest.Engines(stralforstest.Start), "postnord": ebokstest.Engines(postnordtest.Start),
	}
}

// each runs a test for both dialects.
func each(t *testing.T, cfg ebokstest.Config, test func(t *testing.T, s *rawpost.Sender)) {
	t.Helper()
	for name, start := range starts() {
		t.Run(name, func(t *testing.T) { test(t, rawpost.Dial(t, ebokstest.New(t, start, cfg))) })
	}
}
