package eident_test

import (
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// samlHas is what the SAML adapter must never lose.
var samlHas = []string{
	"Level", "Capacity", "CPR", "NemIDPID", "ReferenceText", "TransactionText", "Fresh",
	"Locale/Danish", "Locale/English", "Organisation/of an employee",
}

// The SAML adapter with each promise of the seam, against each tampering of its fake.
func TestConformanceSAML(t *testing.T) {
	brokersuite.Test(t, eidenttest.StartSAML, configuredSAML(func(*eident.SAMLConfig) {}), samlHas...)
}

func TestConformanceSAMLWithOtherEncodings(t *testing.T) {
	toolstest.NeedsLong(t, "the broker's other ways are put through the suite")
	brokersuite.Test(t, eidenttest.StartSAML, configuredSAML(func(cfg *eident.SAMLConfig) {
		cfg.UUIDInURL = true
		cfg.TextEncoding, cfg.HintEncoding, cfg.PKIVendorSeparator = eident.Base64, eident.Base64, " "
	}), append([]string{"UUID"}, samlHas...)...)
}

// samlConfig returns the Config for a fake whose assertions are signed.
func samlConfig(fake *eidenttest.Broker) eident.SAMLConfig {
	return eident.SAMLConfig{
		Origin: fake.Origin(), MID: fake.ClientID(), Password: fake.ClientSecret(), Issuer: fake.Origin(), Audience: fake.ClientID(),
		Signers: []*x509.Certificate{fake.Keys().Active().Certificate}, HTTPClient: fake.HTTPClient(),
	}
}

func configuredSAML(change func(*eident.SAMLConfig)) func(testing.TB, *eidenttest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *eidenttest.Broker) mitid.Broker {
		fake.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver = brokersuite.RedirectURL })
		cfg := samlConfig(fake)
		change(&cfg)
		b, err := eident.NewSAML(cfg)
		require.NoError(tb, err)
		return b
	}
}
