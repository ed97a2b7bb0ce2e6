package postnord_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/ebokstest/sendersuite"
	"github.com/dkeid/dkeid/eboks/postnord"
)

// The adapter with and without what the wire has beside sending.
func TestConformance(t *testing.T) {
	sendersuite.Test(t, ebokstest.PostNord, configured(func(c *postnord.Config, fake *ebokstest.Distributor) {
		c.CPRInURL, c.StatusURL = true, fake.URL()+"/rest/messages/{client}/?message_id={message}"
	}))
}

func TestConformanceOfSendingAlone(t *testing.T) {
	sendersuite.Test(t, ebokstest.PostNord, configured(func(*postnord.Config, *ebokstest.Distributor) {}))
}

func configured(change func(*postnord.Config, *ebokstest.Distributor)) func(testing.TB, *ebokstest.Distributor) eboks.Sender {
	return func(tb testing.TB, fake *ebokstest.Distributor) eboks.Sender {
		cfg := postnord.Config{BaseURL: fake.URL(), System: fake.System(), ClientID: fake.ClientID(), Certificate: fake.Certificate(), Roots: fake.Roots(),
			Timeout: 5 * time.Second, Now: fake.Now}
		change(&cfg, fake)
		s, err := postnord.New(cfg)
		require.NoError(tb, err)
		return s
	}
}
