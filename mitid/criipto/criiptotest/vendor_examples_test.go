package criiptotest_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The ready-made people of the vendor's page are told as that page tells them.
func TestTokensAreThoseOfTheVendorsExamples(t *testing.T) {
	for file, who := range map[string]mitidtest.Citizen{"vendor-citizen": mitidtest.Ditlev(), "vendor-address": mitidtest.Paiman()} {
		raw, err := os.ReadFile("../../../testdata/criipto/" + file + ".json")
		require.NoError(t, err)
		var want, got map[string]any
		require.NoError(t, json.Unmarshal(raw, &want))
		fake := criiptotest.New(t)
		fake.Configure(func(s *criiptotest.Settings) { s.Address = true })
		require.NoError(t, json.Unmarshal([]byte(idToken(t, fake, query(fake, "scope", "openid ssn address"), mitidtest.Approve(who))), &got))
		for name, value := range want {
			if name != "age" { // which grows
				assert.Equal(t, value, got[name], "%s of %s", name, who.Name)
			}
		}
	}
}
