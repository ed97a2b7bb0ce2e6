package oidcrp

import (
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// If our reader took something else from a token than go-oidc does, nobody would be
// logged in.
func TestTwoReadersMustAgree(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	good := with(goodClaims(), "at_hash", coreAtHash)
	raw := token(t, testKey(t, "mitid"), goodHeader(), good)
	for name, change := range map[string]func(*Claims){
		"subject":       func(c *Claims) { c.Subject = "{ab2f}" },
		"nonce":         func(c *Claims) { c.Nonce = "" },
		"at_hash":       func(c *Claims) { c.AtHash = "" },
		"expires later": func(c *Claims) { c.Expires += 2 },
		"issued later":  func(c *Claims) { c.IssuedAt += 2 },
	} {
		_, err := p.Verify(t.Context(), raw, "", func(payload []byte) (*Claims, error) {
			c, err := parse(payload)
			change(c)
			return c, err
		})
		requireClass(t, fault.TokenInvalid, err)
		assert.ErrorContains(t, err, "two readers do not agree", name)
	}
	_, err := p.Verify(t.Context(), raw, "", parse)
	require.NoError(t, err)

	// claims that go-oidc reads and parse does not
	for name, value := range map[string]any{"_claim_names": map[string]string{"address": "elsewhere"}, "_claim_sources": 7} {
		_, err := p.Verify(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), with(good, name, value)), "", parse)
		requireClass(t, fault.TokenInvalid, err)
	}
}

func TestTwoReadersMayDifferByAFractionOfASecond(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	raw := token(t, testKey(t, "mitid"), goodHeader(), with(goodClaims(), "iat", float64(testNow.Unix())+0.5, "exp", float64(testNow.Unix())+600.5))
	_, err := p.Verify(t.Context(), raw, testNonce, func(payload []byte) (*Claims, error) {
		return &Claims{ // as claims.Registered reads it
			Issuer: testIssuer, Subject: "{ab1f}", Audience: []string{testClientID}, Nonce: testNonce,
			IssuedAt: testNow.Unix() + 1, NotBefore: testNow.Unix(), Expires: testNow.Unix() + 600,
		}, nil
	})
	require.NoError(t, err)
}

// A logout token is read twice too.
func TestTwoReadersOfALogoutToken(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	for name, value := range map[string]any{"exp": nil, "jti": nil, "events": map[string]any{logoutEvent: nil}} {
		_, err := p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), with(logoutPayload(), name, value)), Rules{})
		requireClass(t, fault.TokenInvalid, err)
	}
}
