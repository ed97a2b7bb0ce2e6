package eident_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// open returns a client of the fake.
func open(tb testing.TB, fake *eidenttest.Broker, change func(*eident.Config)) *mitid.Client {
	tb.Helper()
	cfg := eident.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now}
	if change != nil {
		change(&cfg)
	}
	b, err := eident.New(cfg)
	require.NoError(tb, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback", Now: fake.Now})
	require.NoError(tb, err)
	return c
}
