package oidcrp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// MaxToken is how long an ID token may be, in bytes.
const MaxToken = 64 << 10

// Verified is an ID token that holds. It prints as a placeholder.
type Verified struct {
	JWS string // the signed token, after decryption
	Key []byte // the public key that verified it, as the broker published it: a JWK
}

// Format writes a placeholder under every verb.
func (v Verified) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[token]") }

// LogValue returns a placeholder.
func (v Verified) LogValue() slog.Value { return slog.StringValue("[token]") }

// MarshalJSON refuses, so that no log writes it by reflection.
func (v Verified) MarshalJSON() ([]byte, error) { return nil, errNotWritten }

// Verify checks an ID token (OpenID Connect Core section 3.1.3.7). It calls parse
// once, with the payload; only when Verify returns no error may be believed what
// parse has read. An error of parse is a refusal: parse reports here only that
// the payload is no set of claims, and keeps what it thinks of single ones.
//
// nonce must come back in the token; empty: it is not compared, for a token that
// a front end obtained.
//
// The order is the cheapest first: size and form, header, claims that anybody can
// read, then the key, which may cost a fetch, and the signature. Errors are
// TokenInvalid, or those of fetching keys.
func (p *Party) Verify(ctx context.Context, raw, nonce string, parse func(payload []byte) (*claims.Registered, error)) (*Verified, error) {
	signed, err := p.opened(raw)
	if err != nil {
		return nil, err
	}
	t, why := split(signed)
	if why != "" {
		return nil, p.tokenInvalid(why)
	}
	h := p.rememberedHeader(t.header)
	if h == nil {
		if h, why = readHeader(t.header); why != "" {
			return nil, p.tokenInvalid(why)
		}
	}
	alg, ok := p.algs[h.alg]
	if !ok {
		return nil, p.tokenInvalid("an algorithm that is not agreed")
	}
	said, err := parse(t.payload)
	if err != nil || said == nil {
		return nil, p.unreadable(err)
	}
	if why := p.objection(said, nonce); why != "" {
		return nil, p.tokenInvalid(why)
	}
	k, err := p.find(ctx, h)
	if err != nil {
		return nil, err
	}
	if !alg.check(&alg, k, t.signed, t.signature) {
		return nil, p.tokenInvalid("wrong signature")
	}
	if k.seen.Load() != h {
		k.seen.Store(h)
	}
	return &Verified{JWS: signed, Key: bytes.Clone(k.jwk)}, nil
}

func (p *Party) tokenInvalid(why string) *fault.Error {
	return p.fault(fault.TokenInvalid, "ID token: "+why)
}

// unreadable is the refusal of claims that parse could not read. Of its error it
// takes over what is known to hold no input.
func (p *Party) unreadable(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		refusal := p.tokenInvalid(f.Why)
		refusal.Err = f.Err
		return refusal
	}
	refusal := p.tokenInvalid("malformed claims")
	if cause, ok := errors.AsType[*strictjson.Error](err); ok {
		refusal.Err = cause
	}
	return refusal
}

// opened returns the signed token: raw itself, or what was encrypted in it.
func (p *Party) opened(raw string) (string, error) {
	if len(raw) > MaxToken {
		return "", p.tokenInvalid("too long")
	}
	switch strings.Count(raw, ".") {
	case 2:
		if p.decrypt != nil && !p.acceptPlain {
			return "", p.tokenInvalid("not encrypted")
		}
		return raw, nil
	case 4:
		if p.decrypt == nil {
			return "", p.tokenInvalid("encrypted, and no key for it is configured")
		}
		inner, ok := p.decrypt(raw)
		if !ok || strings.Count(inner, ".") != 2 {
			return "", p.tokenInvalid("it cannot be decrypted")
		}
		return inner, nil
	default:
		return "", p.tokenInvalid("not a token in compact form")
	}
}

// rememberedHeader returns the header that was parsed from the same text before
// and verified.
func (p *Party) rememberedHeader(encoded string) *header {
	d := p.keys.current.Load()
	if d == nil {
		return nil
	}
	for _, k := range d.value.all[:min(len(d.value.all), 8)] {
		if h := k.seen.Load(); h != nil && h.encoded == encoded {
			return h
		}
	}
	return nil
}
