package oidcrp

import (
	"crypto/rand"
	"time"

	"golang.org/x/oauth2"
)

// assertionLife is the lifetime of a client assertion.
const assertionLife = time.Minute

// newAsserter returns an authenticator with client assertions (RFC 7523 section 3,
// OpenID Connect Core section 9).
func newAsserter(cfg Config) (authenticator, error) {
	a := cfg.Auth
	alg, ok := signingAlg(a.Key, a.Alg)
	if !ok {
		return nil, cfg.invalid("PrivateKey (Auth.Key) must be RSA of 2048 bits or more, or ECDSA on P-256 or P-384, and fit its algorithm")
	}
	audience := a.Audience
	if audience == "" {
		audience = cfg.Issuer
	}
	sign := newSigner(a.Key, alg, a.KeyID, "JWT")
	return func(now time.Time) (credentials, error) {
		assertion, err := sign(map[string]any{
			"iss": cfg.ClientID, "sub": cfg.ClientID, "aud": audience, "jti": rand.Text(),
			"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
		})
		if err != nil {
			return credentials{}, cfg.invalid("PrivateKey (Auth.Key) does not sign; check the key or its hardware")
		}
		return credentials{style: oauth2.AuthStyleInParams, id: cfg.ClientID, params: map[string]string{
			"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			"client_assertion":      assertion,
		}}, nil
	}, nil
}
