package oidcbroker

import (
	"context"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// Token is a verified token with the claims of a dialect. It prints as a
// placeholder.
type Token[C any] struct {
	*oidcrp.Verified
	Claims *C
}

// Verify checks a token by rules and reads its claims. parse reads the payload.
// registered returns the registered claims in the result of parse.
func Verify[C any](ctx context.Context, b *Broker, raw string, rules oidcrp.Rules, parse func([]byte) (*C, error), registered func(*C) *claims.Registered) (*Token[C], error) {
	var read *C
	v, err := b.Party.VerifyBy(ctx, raw, rules, func(payload []byte) (*oidcrp.Claims, error) {
		c, err := parse(payload)
		if err != nil {
			return nil, err
		}
		read = c
		return (*oidcrp.Claims)(registered(c)), nil
	})
	if err != nil {
		return nil, err
	}
	return &Token[C]{Verified: v, Claims: read}, nil
}

// Rules are the rules for the ID token of a.
func Rules(a *mitid.Attempt, tokens *oidcrp.Tokens) oidcrp.Rules {
	return oidcrp.Rules{Nonce: a.Nonce, AccessToken: tokens.AccessToken, Began: a.Started}
}

// Evidence returns the token for Login.Evidence.
func (t *Token[C]) Evidence(use string) mitid.Token {
	return mitid.Token{Use: use, Raw: mitid.NewSecret(t.JWS), Key: t.Key}
}
