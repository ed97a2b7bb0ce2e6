package postnord_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/sendersuite"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
)

// The adapter with and without what the wire has beside sending.
func TestConformance(t *testing.T) {
	t.Parallel() // the suite waits for timeouts
	sendersuite.Test(t, postnordtest.Start, configured(func(c *postnord.Config, fake *postnordtest.Distributor) {
		c.CPRInURL, c.StatusURL = true, fake.URL()+"/rest/messages/{client}/?message_id={message}"
	}))
}

func TestConformanceOfSendingAlone(t *testing.T) {
	t.Parallel() // the suite waits for timeouts
	sendersuite.Test(t, postnordtest.Start, configured(func(*postnord.Config, *postnordtest.Distributor) {}))
}

func configured(change func(*postnord.Config, *postnordtest.Distributor)) func(testing.TB, *postnordtest.Distributor) eboks.Sender {
	return func(tb testing.TB, fake *postnordtest.Distributor) eboks.Sender {
		cfg := postnord.Config{BaseURL: fake.URL(), System: fake.System(), ClientID: fake.ClientID(), Certificate: fake.Certificate(), Roots: fake.Roots(),
			Now: fake.Now}
		change(&cfg, fake)
		s, err := postnord.New(cfg)
		require.NoError(tb, err)
		return s
	}
}
