package criipto_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The adapter in each way that changes its traffic.
func TestConformance(t *testing.T) {
	mitidtest.TestBroker(t, configured(func(*criipto.Config) {}))
}

func TestConformanceWithUserinfoAndFormPost(t *testing.T) {
	mitidtest.TestBroker(t, configured(func(cfg *criipto.Config) { cfg.Userinfo, cfg.FormPost = true, true }))
}

func configured(change func(*criipto.Config)) func(testing.TB, *mitidtest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *mitidtest.Broker) mitid.Broker {
		cfg := criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			HTTPClient: fake.HTTPClient(), Now: fake.Now}
		change(&cfg)
		b, err := criipto.New(cfg)
		require.NoError(tb, err)
		return b
	}
}
