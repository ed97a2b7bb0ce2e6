package neb

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// maxLife is the longest lifetime of an ID or userinfo token. Recorded ones live five
// minutes. The limit refuses transaction tokens, which live for six years and differ
// little in form.
const maxLife = 24 * time.Hour

// checkLifetime returns an error if a token lives longer than maxLife.
func checkLifetime(r *claims.Registered) error {
	if r.Expires-r.IssuedAt > int64(maxLife/time.Second) {
		return fault.New(fault.TokenInvalid, "it lives too long for its kind")
	}
	return nil
}

// idToken is a verified ID token.
type idToken = oidcbroker.Token[IDToken]

// verifyID verifies an ID token and reads its claims.
func (b *Broker) verifyID(ctx context.Context, raw string, rules oidcrp.Rules) (*idToken, error) {
	rules.Signer = b.signsTokens
	return oidcbroker.Verify(ctx, b.oidc, raw, rules, parseIDToken, func(c *IDToken) *claims.Registered { return &c.Registered })
}

func parseIDToken(payload []byte) (*IDToken, error) {
	c, err := readIDToken(payload)
	if err != nil {
		return nil, err
	}
	return c, checkLifetime(&c.Registered)
}

// VerifyToken checks an ID token that a front end obtained. The Login has Subject,
// which is the same for all clients of this organisation, capacity, levels and session.
// It has no UUID, no name and no organisation, because the ID tokens of this broker do
// not.
func (b *Broker) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	t, err := b.verifyID(ctx, raw, oidcrp.Rules{})
	if err != nil {
		return nil, err
	}
	return assertion(t)
}

// assertion returns the assertion of a verified ID token.
func assertion(t *idToken) (*mitid.Assertion, error) {
	c := t.Claims
	id, err := c.Identity(nil)
	if err != nil {
		return nil, err
	}
	return &mitid.Assertion{
		Identity: id, Claims: &Claims{IDToken: c}, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0), Holds: t.Holds,
		Evidence: mitid.Evidence{Tokens: []mitid.Token{t.Evidence(useIDToken)}},
	}, nil
}

// The uses of the tokens in Login.Evidence.
const (
	useIDToken     = "id_token"
	useUserinfo    = "userinfo"
	useTransaction = "transaction_token"
	useOCSP        = "transaction_token_ocsp_resp" // standard base64, as it arrived
	useAccess      = "access_token"                // proves nothing; MatchCPR needs it
)

// tokenOf returns a token of l's evidence, or "" if it holds none.
func tokenOf(l *mitid.Login, use string) string {
	for _, t := range l.Evidence.Tokens {
		if t.Use == use {
			return t.Raw.Reveal()
		}
	}
	return ""
}
