package neb

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// maxLife is how long an ID or userinfo token may live: recorded ones live five
// minutes. A transaction token, which lives for six years and differs little in
// form, must never pass for one.
const maxLife = 24 * time.Hour

// shortLived passes r on, or refuses a token that lives too long for its kind.
func shortLived(r *oidcrp.Claims) (*oidcrp.Claims, error) {
	if r.Expires-r.IssuedAt > int64(maxLife/time.Second) {
		return nil, fault.New(fault.TokenInvalid, "it lives too long for its kind")
	}
	return r, nil
}

// idToken is a verified ID token: who is logged in by the broker's own key, how
// well and in what capacity, and nothing about the person.
type idToken struct {
	claims   *IDToken
	identity claims.Identity
	verified *oidcrp.Verified
}

// verifyID checks an ID token and reads who it names.
func (b *Broker) verifyID(ctx context.Context, raw string, rules oidcrp.Rules) (*idToken, error) {
	t, err := b.signedID(ctx, raw, rules)
	if err != nil {
		return nil, err
	}
	if t.identity, err = t.claims.Identity(nil); err != nil {
		return nil, err
	}
	return t, nil
}

// signedID checks an ID token and reads its claims, whoever they name.
func (b *Broker) signedID(ctx context.Context, raw string, rules oidcrp.Rules) (*idToken, error) {
	t := &idToken{}
	rules.Signer = b.signsTokens
	var err error
	t.verified, err = b.party.VerifyBy(ctx, raw, rules, func(payload []byte) (*oidcrp.Claims, error) {
		c, err := parseIDToken(payload)
		if err != nil {
			return nil, err
		}
		t.claims = c
		return shortLived((*oidcrp.Claims)(&c.Registered))
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// VerifyToken checks an ID token that a front end obtained. An ID token of this
// broker names nobody: the Login holds Subject, which is the same for this
// organisation's clients at every login, with kind, levels and session, but no
// UUID, no name and no organisation.
func (b *Broker) VerifyToken(ctx context.Context, raw string) (*mitid.Assertion, error) {
	t, err := b.verifyID(ctx, raw, oidcrp.Rules{})
	if err != nil {
		return nil, err
	}
	return t.assertion(), nil
}

func (t *idToken) assertion() *mitid.Assertion {
	c := t.claims
	return &mitid.Assertion{
		Identity: t.identity, Claims: &Claims{IDToken: c}, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0),
		Evidence: mitid.Evidence{Tokens: []mitid.Token{tokenAs(useIDToken, t.verified)}},
	}
}

// The uses of the tokens in Login.Evidence.
const (
	useIDToken     = "id_token"
	useUserinfo    = "userinfo"
	useTransaction = "transaction_token"
	useOCSP        = "transaction_token_ocsp_resp" // standard base64, as it arrived
	useAccess      = "access_token"                // proves nothing; MatchCPR needs it
)

func tokenAs(use string, v *oidcrp.Verified) mitid.Token {
	return mitid.Token{Use: use, Raw: mitid.NewSecret(v.JWS), Key: v.Key}
}

// tokenOf returns a token of l's evidence, or "" if it holds none.
func tokenOf(l *mitid.Login, use string) string {
	for _, t := range l.Evidence.Tokens {
		if t.Use == use {
			return t.Raw.Reveal()
		}
	}
	return ""
}
