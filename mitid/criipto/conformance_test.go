package criipto_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
)

// has is what this adapter must never lose.
var has = []string{
	"TokenVerifier", "SessionEnder", "par", "Level", "Capacity", "CPR", "Address", "UUID", "CPRHint", "CVRHint", "ReferenceText",
	"Locale/Danish", "Locale/English", "Organisation/of an employee", "Fresh", "Silent", "AppSwitch", "Action", "RevokeCPRConsent",
}

// The adapter in each way that changes its traffic.
func TestConformance(t *testing.T) {
	brokersuite.Test(t, criiptotest.Start, configured(func(*criipto.Config) {}), has...)
}

func TestConformanceWithUserinfoAndFormPost(t *testing.T) {
	toolstest.NeedsLong(t, "the broker's other ways are put through the suite")
	brokersuite.Test(t, criiptotest.Start, configured(func(cfg *criipto.Config) { cfg.Userinfo, cfg.FormPost = true, true }),
		append(slices.Clone(has), "userinfo")...)
}

func configured(change func(*criipto.Config)) func(testing.TB, *criiptotest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *criiptotest.Broker) mitid.Broker {
		cfg := criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			HTTPClient: fake.HTTPClient(), Now: fake.Now}
		change(&cfg)
		b, err := criipto.New(cfg)
		require.NoError(tb, err)
		return b
	}
}
