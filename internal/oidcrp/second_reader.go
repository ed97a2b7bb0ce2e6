package oidcrp

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// A signatureCheck is the key set that go-oidc asks about one token. It finds the
// key among those of the party, so that the rules of fetching stay in one place.
type signatureCheck struct {
	party  *Party
	token  string // in compact form
	parts  compact
	header *header
	alg    *algorithm
	rules  Rules

	key      *key               // the one that the token names; nil if none was found
	document *document[*keySet] // where key stands
	err      error              // why the signature does not hold; nil if it does
}

var errSignature = errors.New("oidcrp: the signature does not hold")

// VerifySignature implements [oidc.KeySet]. The standard library checks the
// signature over the very bytes of the token; go-jose, which has parsed the token
// by then, would have to parse it again. go-oidc drops the type of the error, so
// the true one is kept in s.err.
func (s *signatureCheck) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	if s.err = s.verify(ctx, token); s.err != nil {
		return nil, errSignature
	}
	return s.parts.payload, nil
}

func (s *signatureCheck) verify(ctx context.Context, token string) error {
	k, document, err := s.party.find(ctx, s.header, s.rules.Token)
	if err != nil {
		return err
	}
	s.key, s.document = k, document
	switch {
	case s.rules.Signer != nil && !s.rules.Signer(k.certificate):
		return s.party.tokenInvalid(s.rules.Token, "signed with a key that is not for such tokens")
	case token != s.token || !s.alg.check(s.alg, k, s.parts.signed, s.parts.signature):
		return s.party.tokenInvalid(s.rules.Token, "wrong signature")
	}
	return nil
}

// run lets go-oidc read the token after us: header, signature by way of
// VerifySignature, issuer, audience and the form of the registered claims; for a
// logout token also its event, its id and what it must not have. Both readers must
// come to the same claims. The rules that go-oidc does not have are ours alone
// (validate): one audience only, azp, nonce, at_hash, a subject, the times with
// their skew. Of a token of a broker's own kind it reads what such a token shares
// with an ID token. Its errors hold input, so they end here.
func (s *signatureCheck) run(ctx context.Context, said *Claims) error {
	verifier := oidc.NewVerifier(s.party.issuer, s, &oidc.Config{
		ClientID:             s.party.clientID,
		SupportedSigningAlgs: []string{s.header.alg},
		SkipExpiryCheck:      true, // it knows no skew, and whether a token has expired is told last
	})
	agreed := false
	if lo := s.rules.logout; lo != nil {
		t, err := verifier.VerifyLogout(ctx, s.token)
		agreed = err == nil && t.Issuer == said.Issuer && t.Subject == said.Subject &&
			slices.Equal(t.Audience, said.Audience) && near(t.IssuedAt, said.IssuedAt) && t.SessionID == lo.SessionID
	} else {
		t, err := verifier.Verify(ctx, s.token)
		agreed = err == nil && t.Issuer == said.Issuer && t.Subject == said.Subject &&
			slices.Equal(t.Audience, said.Audience) && near(t.IssuedAt, said.IssuedAt) &&
			near(t.Expiry, said.Expires) && t.Nonce == said.Nonce && t.AccessTokenHash == said.AtHash
	}
	switch {
	case s.err != nil:
		return s.err
	case !agreed || s.key == nil:
		return s.party.tokenInvalid(s.rules.Token, "two readers do not agree on it")
	}
	return nil
}

// near reports whether t is the time that we have read as seconds. go-oidc cuts a
// fraction off; we round it to the side that lets the token live shorter.
func near(t time.Time, seconds int64) bool {
	d := t.Unix() - seconds
	return -1 <= d && d <= 1
}
