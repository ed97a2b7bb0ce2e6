package neb_test

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest/brokersuite"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// has is what this adapter must never lose.
var has = []string{
	"TokenVerifier", "SessionEnder", "MatchCPR", "LogoutReceiver", "front channel logout", "par", "Level", "Capacity", "CPR", "Address",
	"NemIDPID", "UUID", "CPRHint", "ReferenceText", "TransactionText", "Locale", "Organisation/of an employee", "Fresh", "Silent",
	"AppSwitch/iOS", "Action",
}

// The adapter in each way that changes its traffic.
func TestConformance(t *testing.T) {
	brokersuite.Test(t, nebtest.Start, configured(func(*neb.Config) {}), append(slices.Clone(has), "userinfo_token")...)
}

func TestConformanceWithTheEndpointAndFormPost(t *testing.T) {
	toolstest.NeedsLong(t, "the broker's other ways are put through the suite")
	brokersuite.Test(t, nebtest.Start, configured(func(cfg *neb.Config) { cfg.Source, cfg.FormPost = neb.UserinfoEndpoint, true }),
		append(slices.Clone(has), "userinfo")...)
}

func TestConformanceWithSignedRequestsAndEvidence(t *testing.T) {
	toolstest.NeedsLong(t, "the broker's other ways are put through the suite")
	brokersuite.Test(t, nebtest.Start, configured(func(cfg *neb.Config) {
		cfg.SignRequests, cfg.TextCarrier, cfg.TransactionToken, cfg.RegisteredName = true, neb.RequestObject, true, true
	}), append(slices.Clone(has), "userinfo_token", "transaction_token", "ocsp")...)
}

func configured(change func(*neb.Config)) func(testing.TB, *nebtest.Broker) mitid.Broker {
	return func(tb testing.TB, fake *nebtest.Broker) mitid.Broker {
		block, _ := pem.Decode(fake.TransactionRoot())
		root, err := x509.ParseCertificate(block.Bytes)
		require.NoError(tb, err)
		cfg := neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
			TransactionIssuer: root, HTTPClient: fake.HTTPClient(), Now: fake.Now}
		change(&cfg)
		b, err := neb.New(cfg)
		require.NoError(tb, err)
		return b
	}
}
