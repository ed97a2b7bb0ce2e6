package didyoumean_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/internal/didyoumean"
)

func TestNamesThatPeopleMayHaveMeant(t *testing.T) {
	all := []string{
		"alg-none", "alg-none-signed", "callback-replayed", "cancelled", "empty-nonce", "expired", "missing-nonce", "missing-state",
		"other-audience", "tls-expired", "wrong-audience", "wrong-issuer", "wrong-nonce", "wrong-signature",
	}
	for given, first := range map[string]string{
		"expierd": "expired", "expird": "expired", "Expired": "expired", "EXPIRED": "expired", "exp": "expired",
		"wrong_nonce": "wrong-nonce", "wrong nonce": "wrong-nonce", "nonce-wrong": "wrong-nonce", "bad-nonce": "wrong-nonce",
		"no-nonce": "missing-nonce", "nonce-missing": "missing-nonce", "invalid-iss": "wrong-issuer", "wrongIssuer": "wrong-issuer",
		"none-alg": "alg-none", "algnone": "alg-none", "another-aud": "other-audience", "replay": "callback-replayed",
		"cancel": "cancelled", "canceled": "cancelled", "signature": "wrong-signature", "invalid-sig": "wrong-signature",
		"state-missing": "missing-state",
	} {
		near := didyoumean.Names(given, all)
		if assert.NotEmpty(t, near, given) {
			assert.Equal(t, first, near[0], "%s: %v", given, near)
			assert.LessOrEqual(t, len(near), 3)
		}
	}
}

func TestNothingIsNear(t *testing.T) {
	all := []string{"expired", "wrong-nonce"}
	for _, given := range []string{"", "-", "æøå", "x", "zzzzzzzz", strings.Repeat("expired-", 1000)} {
		assert.Empty(t, didyoumean.Names(given, all), "%.20q", given)
	}
	assert.Empty(t, didyoumean.Names("expired", nil))
	assert.Empty(t, didyoumean.Names("expired", []string{strings.Repeat("expired-", 1000)}))
}

func TestTheErrorSaysWhatIsNear(t *testing.T) {
	all := []string{"expired", "empty-nonce", "wrong-nonce", "wrong-issuer"}
	assert.Equal(t, `no tampering "expierd"; did you mean "expired"?`, didyoumean.Text("tampering", "expierd", all))
	assert.Equal(t, `no tampering "nonce"; did you mean "empty-nonce" or "wrong-nonce"?`, didyoumean.Text("tampering", "nonce", all))
	assert.Equal(t, `no tampering "blåbær"`, didyoumean.Text("tampering", "blåbær", all))
	long := didyoumean.Text("tampering", strings.Repeat("å", 5000), all)
	assert.Less(t, len(long), 100)
	assert.True(t, strings.HasSuffix(long, `å…"`), long)
}
