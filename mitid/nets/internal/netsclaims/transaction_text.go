package netsclaims

import (
	"crypto/sha256"
	"reflect"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
)

// TextClaims are the three claims about a text.
type TextClaims struct{ body, kind, digest string }

// TextTable returns the table of the three claims, with prefix before their names.
func TextTable[D any](prefix string, at func(*D) *TextClaims) claimset.Table[D] {
	return claimset.Table[D]{
		prefix + "transaction_text":        claimset.String(func(d *D) *string { return &at(d).body }),
		prefix + "transaction_text_type":   claimset.String(func(d *D) *string { return &at(d).kind }),
		prefix + "transaction_text_sha256": claimset.String(func(d *D) *string { return &at(d).digest }),
	}
}

// Read decodes the text with decode. If there is none, it returns nil.
func (c TextClaims) Read(decode func(encoded string, digest [sha256.Size]byte) (string, error)) (*nets.TransactionText, error) {
	if c == (TextClaims{}) {
		return nil, nil
	}
	t := &nets.TransactionText{Encoded: c.body, Type: c.kind}
	if c.digest != "" {
		raw, err := Base64(c.digest)
		if err != nil || len(raw) != sha256.Size {
			return nil, fault.New(fault.ClaimInvalid, "the digest of the transaction text is malformed")
		}
		copy(t.SHA256[:], raw)
	}
	body, err := decode(c.body, t.SHA256)
	if err != nil {
		return nil, fault.New(fault.ClaimInvalid, "the transaction text is malformed")
	}
	t.Body = body
	return t, nil
}

// Join returns the claims of c and d together. It returns an error if they differ.
func (c TextClaims) Join(d TextClaims) (TextClaims, error) {
	for _, p := range [...]struct {
		to   *string
		from string
	}{{&c.body, d.body}, {&c.kind, d.kind}, {&c.digest, d.digest}} {
		switch {
		case *p.to == "":
			*p.to = p.from
		case p.from != "" && p.from != *p.to:
			return TextClaims{}, fault.New(fault.ClaimInvalid, "the token tells of two different transaction texts")
		}
	}
	return c, nil
}

// WithoutCPR is [claimset.WithoutCPR]. With a transaction text that may hold a number it
// removes the digest too, because anybody could find the number by trying all of them.
func WithoutCPR[T any](from *T) *T {
	return claimset.WithoutCPR(from, reflect.TypeFor[nets.TransactionText]())
}
