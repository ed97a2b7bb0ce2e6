package oidcrp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Our own rules hold without the second reader: what it would refuse too is refused
// here first, before a key is looked for.
func TestEachRuleHoldsWithoutTheSecondReader(t *testing.T) {
	p := newParty(t, nil)
	alg := algorithms["RS256"]
	now, skew := testNow.Unix(), int64(defaultSkew/time.Second)
	login := Rules{Nonce: "n", AccessToken: "a", Began: testNow}
	none := Rules{}
	for _, c := range []struct {
		want   string
		rules  Rules
		change func(*Claims)
	}{
		{"", login, func(*Claims) {}},
		{"another issuer", none, func(c *Claims) { c.Issuer += "/" }},
		{"not for this client alone", none, func(c *Claims) { c.Audience = nil }},
		{"not for this client alone", none, func(c *Claims) { c.Audience = []string{"another"} }},
		{"not for this client alone", none, func(c *Claims) { c.Audience = []string{testClientID, testClientID} }},
		{"", none, func(c *Claims) { c.AuthorizedParty = testClientID }},
		{"issued to another party", none, func(c *Claims) { c.AuthorizedParty = "another" }},
		{"", none, func(c *Claims) { c.Expires = 1 }}, // that it has expired is told last
		{"it never expires", none, func(c *Claims) { c.Expires = 0 }},
		{"", none, func(c *Claims) { c.NotBefore = now + skew }},
		{"not valid yet", none, func(c *Claims) { c.NotBefore = now + skew + 1 }},
		{"", none, func(c *Claims) { c.IssuedAt = 1 }},
		{"no time of issue", none, func(c *Claims) { c.IssuedAt = 0 }},
		{"", none, func(c *Claims) { c.IssuedAt = now + skew }},
		{"issued in the future", none, func(c *Claims) { c.IssuedAt = now + skew + 1 }},
		{"", login, func(c *Claims) { c.IssuedAt = now - skew }},
		{"issued before the login began", login, func(c *Claims) { c.IssuedAt = now - skew - 1 }},
		{"", none, func(c *Claims) { c.Nonce = "" }},
		{"another login's nonce, or none", login, func(c *Claims) { c.Nonce = "" }},
		{"another login's nonce, or none", login, func(c *Claims) { c.Nonce = "N" }},
		{"no subject", login, func(c *Claims) { c.Subject = "" }},
		{"", Rules{logout: new(Logout)}, func(c *Claims) { c.Subject = "" }},
		{"", login, func(c *Claims) { c.AtHash = "" }},
		{"", none, func(c *Claims) { c.AtHash = "another" }},
		{"it came with another access token", login, func(c *Claims) { c.AtHash = hashOf("b", &alg) }},
	} {
		claims := &Claims{Issuer: testIssuer, Subject: "s", Audience: []string{testClientID}, Nonce: "n", AtHash: hashOf("a", &alg),
			Expires: now + 60, IssuedAt: now, NotBefore: now}
		c.change(claims)
		assert.Equal(t, c.want, p.validate(claims, c.rules, &alg))
	}
}
