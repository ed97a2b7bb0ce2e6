package oidcrp

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// A signatureCheck is the key set that go-oidc uses for one token. It takes the key
// from the party's own key set, whose rules say when keys are fetched.
type signatureCheck struct {
	party  *Party
	token  string // in compact form
	parts  compact
	header *header
	alg    *algorithm
	rules  Rules

	key      *key               // the key of the token; nil if none was found
	document *document[*keySet] // the key document that has key
	err      error              // why the signature does not hold; nil if it does
}

var errSignature = errors.New("oidcrp: the signature does not hold")

// VerifySignature implements [oidc.KeySet]. The standard library checks the signature
// over the bytes of the token. go-jose would have to parse the token once more for
// that. go-oidc loses the type of the error, so s.err keeps it.
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

// readAgain has go-oidc verify the token after us: header, signature (by
// VerifySignature), issuer, audience and the form of the registered claims. Of a
// logout token it also checks the event, the id and that there is no nonce. Both
// readers must have read the same claims. go-oidc has no rules for a single audience,
// azp, nonce, at_hash, an empty subject and clocks that differ: validate has them. Its
// errors hold input, so readAgain does not pass them on.
func (s *signatureCheck) readAgain(ctx context.Context, said *Claims) error {
	verifier := oidc.NewVerifier(s.party.issuer, s, &oidc.Config{
		ClientID:             s.party.audience(s.rules),
		SupportedSigningAlgs: []string{s.header.alg},
		SkipExpiryCheck:      true, // go-oidc allows no skew, and VerifyBy reports expiry last
	})
	agreed := false
	if lo := s.rules.logout; lo != nil {
		t, err := verifier.VerifyLogout(ctx, s.token)
		agreed = err == nil && t.Issuer == said.Issuer && t.Subject == said.Subject &&
			slices.Equal(t.Audience, said.Audience) && isSameTime(t.IssuedAt, said.IssuedAt) && t.SessionID == lo.SessionID
	} else {
		t, err := verifier.Verify(ctx, s.token)
		agreed = err == nil && t.Issuer == said.Issuer && t.Subject == said.Subject &&
			slices.Equal(t.Audience, said.Audience) && isSameTime(t.IssuedAt, said.IssuedAt) &&
			isSameTime(t.Expiry, said.Expires) && t.Nonce == said.Nonce && t.AccessTokenHash == said.AtHash
	}
	switch {
	case s.err != nil:
		return s.err
	case !agreed || s.key == nil:
		return s.party.tokenInvalid(s.rules.Token, "two readers do not agree on it")
	}
	return nil
}

// isSameTime reports whether t, read by go-oidc, is the time that we have read as
// seconds. go-oidc cuts a fraction off. We round it so that the token lives shorter.
func isSameTime(t time.Time, seconds int64) bool {
	d := t.Unix() - seconds
	return -1 <= d && d <= 1
}
