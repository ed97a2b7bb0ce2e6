package mitid_test

import (
	"testing"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// dialects are the brokers over OpenID Connect.
var dialects = []string{"criipto", "neb", "eident"}

// overSAML is E-Ident over SAML 1.1, which has no tokens and no discovery.
const overSAML = "eident over SAML"

// newFake starts the fake of a dialect.
func newFake(t *testing.T, dialect string) *mitidtest.Broker {
	t.Helper()
	switch dialect {
	case "criipto":
		return criiptotest.New(t).Broker
	case "neb":
		return nebtest.New(t).Broker
	case "eident":
		return eidenttest.New(t).Broker
	case overSAML:
		return eidenttest.NewSAML(t).Broker
	case "nemlogin":
		return nemlogintest.New(t).Broker
	}
	t.Fatalf("no fake of %s", dialect)
	return nil
}
