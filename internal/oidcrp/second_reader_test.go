package oidcrp

import (
	"encoding/json"
	"strconv"
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

	// a second audience that parse passes over
	two := token(t, testKey(t, "mitid"), goodHeader(), with(good, "aud", []string{testClientID, "another"}))
	_, err = p.Verify(t.Context(), two, "", func([]byte) (*Claims, error) {
		c, err := parse([]byte(mustJSON(good)))
		return c, err
	})
	requireClass(t, fault.TokenInvalid, err)
	assert.ErrorContains(t, err, "two readers do not agree", "audience")

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

	// go-oidc reads a time as a float64, which rounds this one up.
	almost := json.Number(strconv.FormatInt(testNow.Unix()+599, 10) + ".99999999999999999999")
	_, err = p.Verify(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), with(goodClaims(), "exp", almost)), testNonce, func([]byte) (*Claims, error) {
		return parse([]byte(mustJSON(with(goodClaims(), "exp", testNow.Unix()+599))))
	})
	require.NoError(t, err)
}

// Of a logout token too, go-oidc must have read what we have.
func TestTwoReadersMustAgreeOnALogoutToken(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	run := func(change func(*Claims, *Logout)) error {
		payload := with(logoutPayload(), "aud", []string{testClientID, "another"})
		raw := token(t, testKey(t, "mitid"), goodHeader(), payload)
		parts, why := split(raw)
		require.Empty(t, why)
		h, why := readHeader(parts.header)
		require.Empty(t, why)
		alg := p.algs[h.alg]
		said := &Claims{Issuer: testIssuer, Subject: payload["sub"].(string), Audience: []string{testClientID, "another"}, IssuedAt: testNow.Unix()}
		lo := &Logout{Subject: said.Subject, SessionID: payload["sid"].(string)}
		change(said, lo)
		return (&signatureCheck{party: p, token: raw, parts: parts, header: h, alg: &alg, rules: Rules{Token: "logout token", logout: lo}}).readAgain(t.Context(), said)
	}
	require.NoError(t, run(func(*Claims, *Logout) {}))
	for name, change := range map[string]func(*Claims, *Logout){
		"issuer":   func(c *Claims, _ *Logout) { c.Issuer += "/" },
		"subject":  func(c *Claims, _ *Logout) { c.Subject = "" },
		"audience": func(c *Claims, _ *Logout) { c.Audience = c.Audience[:1] },
		"issued":   func(c *Claims, _ *Logout) { c.IssuedAt -= 2 },
		"session":  func(_ *Claims, lo *Logout) { lo.SessionID = "s" },
	} {
		assert.ErrorContains(t, run(change), "logout token: two readers do not agree", name)
	}
}

// A logout token is read twice too.
func TestTwoReadersOfALogoutToken(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	for name, value := range map[string]any{"exp": nil, "jti": nil, "events": map[string]any{logoutEvent: nil}} {
		_, err := p.VerifyLogout(t.Context(), token(t, testKey(t, "mitid"), goodHeader(), with(logoutPayload(), name, value)), Rules{})
		requireClass(t, fault.TokenInvalid, err)
	}
}
