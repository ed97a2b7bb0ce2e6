package oidcrp

import (
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// A decrypter decrypts a token (RFC 7516, compact form). It returns false if it
// cannot, and does not say why.
type decrypter func(raw string) (string, bool)

// contentEncryptions are the content encryptions that tokens may have.
var contentEncryptions = map[string]jose.ContentEncryption{
	"A128GCM":       jose.A128GCM,
	"A256GCM":       jose.A256GCM,
	"A128CBC-HS256": jose.A128CBC_HS256,
	"A256CBC-HS512": jose.A256CBC_HS512,
}

// newDecrypter returns the decrypter for Config.Decrypt, or nil if that is empty.
// Keys must be encrypted with RSA-OAEP-256: RSA1_5 allows padding oracle attacks, and
// RSA-OAEP uses SHA-1.
func newDecrypter(cfg Config) (decrypter, error) {
	keys := slices.Clone(cfg.Decrypt)
	if len(keys) == 0 {
		return nil, nil
	}
	for _, k := range keys {
		if k.Key == nil || k.Key.N == nil || k.Key.N.BitLen() < minRSA {
			return nil, cfg.invalid("DecryptionKeys (Decrypt) must hold RSA keys of 2048 bits or more")
		}
	}
	return func(raw string) (string, bool) {
		parts := strings.Split(raw, ".")
		h, why := readHeader(parts[0])
		if why != "" || h.alg != string(jose.RSA_OAEP_256) || h.typ != "" && h.typ != plainType {
			return "", false
		}
		content, ok := contentEncryptions[h.enc]
		if !ok {
			return "", false
		}
		for _, part := range parts[1:] {
			if _, ok := decodeBase64(part); !ok {
				return "", false
			}
		}
		jwe, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.RSA_OAEP_256}, []jose.ContentEncryption{content})
		if err != nil {
			return "", false
		}
		for _, k := range keys {
			if h.hasKid && k.KeyID != "" && k.KeyID != h.kid {
				continue
			}
			if plain, err := jwe.Decrypt(k.Key); err == nil {
				return string(plain), true
			}
		}
		return "", false
	}, nil
}
