package mitid_test

import (
	"testing"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// dialects are the brokers that have a fake.
var dialects = []string{"criipto", "neb", "eident"}

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
	}
	t.Fatalf("no fake of %s", dialect)
	return nil
}
