package oidcrp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxKeyDocument is the length limit of a stored key document, in bytes.
const MaxKeyDocument = 1 << 20

// StoredKeys are the keys of a key document that was kept, so that tokens can be
// checked again when the issuer has withdrawn them. It never changes.
type StoredKeys struct{ set *keySet }

// ReadStoredKeys reads a key document (RFC 7517 section 5) by the rules of [Party].
// Keys that cannot be used are left out. Errors are ResponseInvalid.
func ReadStoredKeys(document []byte) (*StoredKeys, error) {
	var d struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if len(document) > MaxKeyDocument || strictjson.Unmarshal(document, &d) != nil || d.Keys == nil {
		return nil, fault.New(fault.ResponseInvalid, "a key document without keys, or malformed")
	}
	return &StoredKeys{newKeySet(d.Keys)}, nil
}

// CertificateKeys returns the key of a certificate as StoredKeys. Tokens that name any
// key id are checked with it. It returns nil if tokens cannot be signed with such a key.
func CertificateKeys(c *x509.Certificate) *StoredKeys {
	k := &key{certificate: c}
	switch pub := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if n := pub.N.BitLen(); n < minRSA || n > maxRSA {
			return nil
		}
		k.rsa = pub
	case *ecdsa.PublicKey:
		k.ec = pub
	default:
		return nil
	}
	return &StoredKeys{&keySet{all: []*key{k}}}
}

// Stored is a token whose signature was checked with a stored key. It prints as a
// placeholder.
type Stored struct {
	Payload   []byte // the bytes that the signature covers, decoded
	Algorithm string
	KeyID     string // empty if the token names no key
	Type      string // the typ header in lower case and without "application/"; empty if there is none
	Key       []byte // the JWK that verified the signature; nil for CertificateKeys
	// Certificate is the certificate of the key (x5c). If there is none, one of another
	// key, or one that cannot be read, it is nil. Check does not check it.
	Certificate *x509.Certificate
}

// Format writes a placeholder under every verb.
func (s Stored) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[token]") }

// LogValue returns a placeholder.
func (s Stored) LogValue() slog.Value { return slog.StringValue("[token]") }

// MarshalJSON refuses, so that no log writes it by reflection.
func (s Stored) MarshalJSON() ([]byte, error) { return nil, errNotWritten }

// Has reports whether the JWK other is the same public key as one of k.
func (k *StoredKeys) Has(other []byte) bool {
	o, ok := readKey(other)
	if !ok {
		return false
	}
	for _, mine := range k.set.all {
		if mine.equal(o) {
			return true
		}
	}
	return false
}

// Check checks form, header and signature of a token by the rules of [Party]. It checks
// no claim and no time. Errors are TokenInvalid. missing is true if the error is that
// the token's key is not stored.
func (k *StoredKeys) Check(raw string) (s *Stored, missing bool, err error) {
	refuse := func(why string) (*Stored, bool, error) { return nil, false, fault.New(fault.TokenInvalid, why) }
	if len(raw) > MaxToken {
		return refuse("too long")
	}
	if bytes.Count([]byte(raw), []byte(".")) != 2 {
		return refuse("not a signed token in compact form")
	}
	t, why := split(raw)
	if why != "" {
		return refuse(why)
	}
	h, why := readHeader(t.header)
	if why != "" {
		return refuse(why)
	}
	alg, ok := algorithms[h.alg]
	if !ok {
		return refuse("an algorithm that is not taken")
	}
	candidates := k.set.all
	if h.hasKid && k.set.byID != nil {
		candidates = k.set.byID[h.kid]
	}
	found, several := onlyKeyFor(candidates, h.alg)
	switch {
	case several:
		return refuse("several stored keys could be meant")
	case found == nil && len(candidates) > 0:
		return refuse("its key is not for its algorithm")
	case found == nil:
		return nil, true, fault.New(fault.TokenInvalid, "its key is not among the stored ones")
	case !alg.check(&alg, found, t.signed, t.signature):
		return refuse("wrong signature")
	}
	return &Stored{
		Payload: t.payload, Algorithm: h.alg, KeyID: h.kid, Type: h.typ,
		Key: bytes.Clone(found.jwk), Certificate: found.certificate,
	}, false, nil
}
