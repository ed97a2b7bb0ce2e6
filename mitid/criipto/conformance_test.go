package criipto_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func TestConformance(t *testing.T) {
	mitidtest.TestBroker(t, func(tb testing.TB, fake *mitidtest.Broker) mitid.Broker {
		b, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			HTTPClient: fake.HTTPClient(), Now: fake.Now})
		require.NoError(tb, err)
		return b
	})
}
