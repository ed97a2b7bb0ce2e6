package stralfors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/ebokstest/sendersuite"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// The adapter in each way that changes its traffic.
func TestConformance(t *testing.T) {
	for name, change := range map[string]func(*stralfors.Config){
		"every guess at its default": func(*stralfors.Config) {},
		"every parameter, namespace 1.0.0": func(c *stralfors.Config) {
			full(c)
			c.Materials, c.Wire.Dedupes, c.Wire.PageSize, c.Wire.Namespace = nil, true, 3, stralfors.Namespace1
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the suite waits for timeouts
			sendersuite.Test(t, stralforstest.Start, func(tb testing.TB, fake *stralforstest.Distributor) eboks.Sender {
				cfg := atFake(fake)
				change(&cfg)
				s, err := stralfors.New(cfg)
				require.NoError(tb, err)
				return s
			})
		})
	}
}

// atFake is the agreement with a fake.
func atFake(fake *stralforstest.Distributor) stralfors.Config {
	cfg := stralfors.Config{
		BaseURL: fake.URL(), System: fake.System(), User: "Ærø Kommune, Borgerservice",
		Certificate: fake.Certificate(), Roots: fake.Roots(), Now: fake.Now,
		Wire: stralfors.Wire{Codes: map[string]stralfors.Verdict{}, CarrierCodes: stralforstest.CarrierCodes()},
	}
	for code, c := range ebokstest.Codes() {
		cfg.Wire.Codes[code] = stralfors.Verdict{Kind: c.Kind, Reachability: c.Reachability}
	}
	return cfg
}
