package oidcrp

import (
	"cmp"
	"encoding/base64"
)

// validate checks the claims that decide whether a token is meant for this client,
// at its time and in this login. It returns what is wrong, or "". Texts are compared
// byte for byte. [Party.VerifyBy] checks expiry, as the last thing.
func (p *Party) validate(r *Claims, rules Rules, alg *algorithm) string {
	now := rules.at(p.now).Unix()
	audience := p.audience(rules)
	switch {
	case r.Issuer != p.issuer:
		return "another issuer"
	case len(r.Audience) != 1 || r.Audience[0] != audience:
		return "not for this client alone"
	case r.AuthorizedParty != "" && r.AuthorizedParty != p.clientID:
		return "issued to another party"
	case r.Expires <= 0:
		return "it never expires"
	case r.NotBefore > now+p.skew:
		return "not valid yet"
	case r.IssuedAt <= 0:
		return "no time of issue"
	case r.IssuedAt > now+p.skew:
		return "issued in the future"
	case !rules.Began.IsZero() && r.IssuedAt < rules.Began.Unix()-p.skew:
		return "issued before the login began"
	case rules.Nonce != "" && r.Nonce != rules.Nonce:
		return "another login's nonce, or none"
	case r.Subject == "" && rules.logout == nil && rules.Audience == "":
		return "no subject"
	case rules.AccessToken != "" && r.AtHash != "" && r.AtHash != hashOf(rules.AccessToken, alg):
		return "it came with another access token"
	}
	return ""
}

// audience returns whom a token must be for.
func (p *Party) audience(rules Rules) string { return cmp.Or(rules.Audience, p.clientID) }

// hashOf returns the at_hash of an access token: the left half of its digest, by the
// hash function of the ID token's algorithm (OpenID Connect Core section 3.1.3.6).
func hashOf(accessToken string, alg *algorithm) string {
	digest := alg.digest([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(digest[:len(digest)/2])
}
