package eident_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// has is what this adapter must never lose.
var has = []string{
	"TokenVerifier", "Level", "Capacity", "CPR", "NemIDPID", "ReferenceText", "TransactionText", "Fresh",
	"Locale/Danish", "Locale/English", "Organisation/of an employee",
}

// The adapter in each way that changes its traffic.
func TestConformance(t *testing.T) {
	brokersuite.Test(t, eidenttest.Start, configured(func(*eident.Config) {}), has...)
}

func TestConformanceWithUserinfoAndOtherEncodings(t *testing.T) {
	toolstest.NeedsLong(t, "the broker's other ways are put through the suite")
	brokersuite.Test(t, eidenttest.Start, configured(func(cfg *eident.Config) {
		cfg.Userinfo, cfg.PostSecret, cfg.UUIDInURL = true, true, true
		cfg.TextEncoding, cfg.HintEncoding, cfg.AMRSeparator = eident.Base64, eident.Base64, " "
	}), append(slices.Clone(has), "UUID", "userinfo")...)
}

func configured(change func(*eident.Config)) func(testing.TB, *eidenttest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *eidenttest.Broker) mitid.Broker {
		cfg := eident.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			HTTPClient: fake.HTTPClient(), Now: fake.Now}
		change(&cfg)
		b, err := eident.New(cfg)
		require.NoError(tb, err)
		return b
	}
}
