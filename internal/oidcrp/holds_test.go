package oidcrp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenHoldsWhileTheKeysAreTheSameAndFresh(t *testing.T) {
	now := testNow
	b := newFakeBroker(t)
	p := newParty(t, b, func(c *Config) { c.Now = func() time.Time { return now } })
	verify := func() *Verified {
		v, err := p.Verify(t.Context(), goodToken(t), testNonce, parse)
		require.NoError(t, err)
		return v
	}
	v := verify()
	assert.True(t, v.Holds())
	assert.True(t, verify().Holds())

	now = testNow.Add(10 * time.Minute)
	assert.True(t, v.Holds())
	_, err := p.Verify(t.Context(), token(t, testKey(t, "client"), with(goodHeader(), "kid", "unknown"), goodClaims()), testNonce, parse)
	require.Error(t, err)
	require.Equal(t, 2, b.count("/jwks"), "an unknown key id is worth a fetch")
	assert.False(t, v.Holds(), "another document, even if it is the same")
	v = verify()
	assert.True(t, v.Holds())

	now = now.Add(48*time.Minute - time.Second)
	assert.True(t, v.Holds())
	now = now.Add(time.Second)
	assert.False(t, v.Holds(), "due for renewal")
	assert.Equal(t, 2, b.count("/jwks"), "asking makes no call")
}
