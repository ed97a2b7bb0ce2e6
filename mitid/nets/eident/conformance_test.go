package eident_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

// The adapter in each way that changes its traffic.
func TestConformance(t *testing.T) {
	mitidtest.TestBrokerOf(t, mitidtest.EIdent, configured(func(*eident.Config) {}))
}

func TestConformanceWithUserinfoAndOtherEncodings(t *testing.T) {
	mitidtest.TestBrokerOf(t, mitidtest.EIdent, configured(func(cfg *eident.Config) {
		cfg.Userinfo, cfg.PostSecret, cfg.UUIDInURL = true, true, true
		cfg.TextEncoding, cfg.HintEncoding, cfg.AMRSeparator = eident.Base64, eident.Base64, " "
	}))
}

func configured(change func(*eident.Config)) func(testing.TB, *mitidtest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *mitidtest.Broker) mitid.Broker {
		cfg := eident.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			HTTPClient: fake.HTTPClient(), Now: fake.Now}
		change(&cfg)
		b, err := eident.New(cfg)
		require.NoError(tb, err)
		return b
	}
}
