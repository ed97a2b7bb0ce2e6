package oidcrp

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// MaxToken is the length limit of an ID token, in bytes.
const MaxToken = 64 << 10

// Verified is a token that was verified. It prints as a placeholder.
type Verified struct {
	JWS string // the signed token, after decryption
	Key []byte // the public key that verified it, as the broker published it: a JWK
	// Certificate is the certificate that the broker published with Key (x5c). If there
	// is none, or one of another key, it is nil. Verify does not check it. It is
	// shared, so do not change it.
	Certificate *x509.Certificate
	// Holds reports whether the key document that has Key is still the latest and is
	// not due for renewal. As long as it is, and the token has not expired, the token
	// would verify again. Holds makes no call.
	Holds func() bool
}

// Format writes a placeholder under every verb.
func (v Verified) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[token]") }

// LogValue returns a placeholder.
func (v Verified) LogValue() slog.Value { return slog.StringValue("[token]") }

// MarshalJSON refuses, so that no log writes it by reflection.
func (v Verified) MarshalJSON() ([]byte, error) { return nil, errNotWritten }

// Verify checks an ID token (OpenID Connect Core section 3.1.3.7). It calls parse
// once, with the payload, before the signature is checked: the claims may be
// believed only if Verify returns no error. parse returns an error only if the
// payload is no set of claims; the token is then refused.
//
// The token must have nonce. If nonce is empty, any will do: the token comes from a
// front end.
//
// Two independent readers must agree. Ours comes first, with the cheapest check first:
// size and form, header, claims. Then go-oidc reads the token again and has the
// signature checked, which may cause a fetch of the keys. Expiry is checked last, so
// fault.Error.Expired means that nothing else is wrong. Errors are TokenInvalid, or
// those of fetching keys.
func (p *Party) Verify(ctx context.Context, raw, nonce string, parse func(payload []byte) (*Claims, error)) (*Verified, error) {
	return p.VerifyBy(ctx, raw, Rules{Nonce: nonce}, parse)
}

// Rules are the rules for one token, in addition to those for every token. The zero
// value is for an ID token with any nonce.
type Rules struct {
	// Token is the name of the token in errors. If empty, it is "ID token".
	Token string
	// Nonce is the nonce of the token. If empty, any will do.
	Nonce string
	// AccessToken is the access token from the same answer. If the token has an at_hash,
	// it must be the hash of AccessToken. If AccessToken is empty, any at_hash will do.
	AccessToken string
	// Began is when the login began. The token must not be older. If zero, any age will
	// do.
	Began time.Time
	// At is the time for which the token is judged, such as that of a timestamp over a
	// document that has the token in it. If zero, it is now.
	At time.Time
	// Types are the media types that the typ header may have, in lower case and without
	// "application/"; "" allows a header without typ. If nil, they are "jwt" and "".
	Types []string
	// Signer reports whether a published key may sign such tokens. It gets the key's
	// certificate from the key document (x5c). If there is none, or one of another key,
	// it gets nil. If Signer is nil, every key may.
	Signer func(*x509.Certificate) bool
	// Audience is the audience of a token that is about nobody, and is then not the client
	// id. If empty, the token is for this client and has a subject.
	Audience string

	logout *Logout // what a logout token says, which has no nonce and may have no subject; nil for other tokens
}

func (r *Rules) takes(typ string) bool {
	if r.Types == nil {
		return typ == "" || typ == plainType
	}
	return slices.Contains(r.Types, typ)
}

// at returns the time for which the token is judged.
func (r *Rules) at(now func() time.Time) time.Time {
	if r.At.IsZero() {
		return now()
	}
	return r.At
}

// VerifyBy is [Party.Verify] for a token with rules of its own.
func (p *Party) VerifyBy(ctx context.Context, raw string, rules Rules, parse func(payload []byte) (*Claims, error)) (*Verified, error) {
	if rules.Token == "" {
		rules.Token = "ID token"
	}
	signed, err := p.decrypted(raw, rules.Token)
	if err != nil {
		return nil, err
	}
	t, why := split(signed)
	if why != "" {
		return nil, p.tokenInvalid(rules.Token, why)
	}
	h, why := readHeader(t.header)
	if why != "" {
		return nil, p.tokenInvalid(rules.Token, why)
	}
	if !rules.takes(h.typ) {
		return nil, p.tokenInvalid(rules.Token, "the header names another type")
	}
	alg, ok := p.algs[h.alg]
	if !ok {
		return nil, p.tokenInvalid(rules.Token, "an algorithm that is not agreed")
	}
	said, err := parse(t.payload)
	if err != nil || said == nil {
		return nil, p.unreadable(err, rules.Token)
	}
	if why := p.validate(said, rules, &alg); why != "" {
		return nil, p.tokenInvalid(rules.Token, why)
	}
	expired := said.Expires <= rules.at(p.now).Unix()-p.skew
	check := &signatureCheck{party: p, token: signed, parts: t, header: h, alg: &alg, rules: rules}
	switch err := check.readAgain(ctx, said); {
	case err != nil && check.key == nil && expired: // the key may be withdrawn since
		return nil, p.tokenInvalid(rules.Token, "expired")
	case err != nil:
		return nil, err
	case expired: // only now, because an expired forgery is reported as a forgery
		late := p.tokenInvalid(rules.Token, "expired")
		late.Expired = true
		return nil, late
	}
	document := check.document
	return &Verified{JWS: signed, Key: bytes.Clone(check.key.jwk), Certificate: check.key.certificate, Holds: func() bool {
		return p.keys.current.Load() == document && p.now().Before(document.renew)
	}}, nil
}

// tokenInvalid returns the error for a token, which the text calls by the name token.
func (p *Party) tokenInvalid(token, why string) *fault.Error {
	return p.fault(fault.TokenInvalid, token+": "+why)
}

// unreadable returns the error for claims that parse could not read. It keeps the
// parts of err that hold no input.
func (p *Party) unreadable(err error, token string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		refusal := p.tokenInvalid(token, f.Why)
		refusal.Err = f.Err
		return refusal
	}
	refusal := p.tokenInvalid(token, "malformed claims")
	if cause, ok := errors.AsType[*strictjson.Error](err); ok {
		refusal.Err = cause
	}
	return refusal
}

// decrypted returns raw if it is a signed token, and decrypts it if it is encrypted.
func (p *Party) decrypted(raw, token string) (string, error) {
	if len(raw) > MaxToken {
		return "", p.tokenInvalid(token, "too long")
	}
	switch strings.Count(raw, ".") {
	case 2:
		if p.decrypt != nil && !p.acceptPlain {
			return "", p.tokenInvalid(token, "not encrypted")
		}
		return raw, nil
	case 4:
		if p.decrypt == nil {
			return "", p.tokenInvalid(token, "encrypted, and no key for it is configured")
		}
		inner, ok := p.decrypt(raw)
		if !ok || strings.Count(inner, ".") != 2 {
			return "", p.tokenInvalid(token, "it cannot be decrypted")
		}
		return inner, nil
	default:
		return "", p.tokenInvalid(token, "not a token in compact form")
	}
}
