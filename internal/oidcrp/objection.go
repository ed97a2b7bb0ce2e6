package oidcrp

import "github.com/dkeid/dkeid/claims"

// objection judges the claims that decide whether a token is meant for us, now
// and in this login. Empty: none. Everything is compared byte for byte.
func (p *Party) objection(r *claims.Registered, rules Rules) string {
	now := p.now().Unix()
	switch {
	case r.Issuer != p.issuer:
		return "another issuer"
	case len(r.Audience) != 1 || r.Audience[0] != p.clientID:
		return "not for this client alone"
	case r.AuthorizedParty != "" && r.AuthorizedParty != p.clientID:
		return "issued to another party"
	case r.Expires <= 0:
		return "it never expires"
	case r.Expires <= now-p.skew:
		return "expired"
	case r.NotBefore > now+p.skew:
		return "not valid yet"
	case r.IssuedAt <= 0:
		return "no time of issue"
	case r.IssuedAt > now+p.skew:
		return "issued in the future"
	case rules.Nonce != "" && r.Nonce != rules.Nonce:
		return "another login's nonce, or none"
	case r.Subject == "" && !rules.noSubject:
		return "no subject"
	}
	return ""
}
