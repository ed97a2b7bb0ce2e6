package mitidtest

import (
	"encoding/base64"
	"strings"
)

// keyTamperings put an unusable key beside the good ones.
func keyTamperings() []Tampering {
	beside := func(name, doc string, key Object) Tampering {
		return On("jwks-"+name, "the key set has "+doc+" beside the good keys", StageKeys, accepted, func(b *Broker, p *Reply) {
			p.Object.Set("keys", append([]any{key}, b.keys.JWKs()...))
		})
	}
	number := func(length int) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xa5", length)))
	}
	return []Tampering{
		beside("symmetric", "a symmetric key", Object{{"kty", "oct"}, {"use", "sig"}, {"kid", "A0"}, {"k", number(32)}}),
		beside("rsa-512", "an RSA key of 512 bits", Object{{"kty", "RSA"}, {"use", "sig"}, {"kid", "A1"}, {"e", "AQAB"}, {"n", number(64)}}),
		beside("off-curve", "a point off its curve", Object{{"kty", "EC"}, {"use", "sig"}, {"kid", "A2"}, {"crv", "P-256"}, {"x", number(32)}, {"y", number(32)}}),
		beside("broken-base64", "a modulus in broken Base64", Object{{"kty", "RSA"}, {"use", "sig"}, {"kid", "A3"}, {"e", "AQAB"}, {"n", "!!!æøå!!!"}}),
		beside("unknown-type", "a key of an unknown type", Object{{"kty", "ØST"}, {"use", "sig"}, {"kid", "A4"}, {"z", "AQ"}}),
		beside("huge-exponent", "an RSA key with an exponent of 2048 bits", Object{{"kty", "RSA"}, {"use", "sig"}, {"kid", "A5"}, {"e", number(256)}, {"n", number(256)}}),
		beside("no-modulus", "an RSA key without a modulus", Object{{"kty", "RSA"}, {"use", "sig"}, {"kid", "A6"}, {"e", "AQAB"}}),
		beside("encryption-key", "a key for encryption", Object{{"kty", "RSA"}, {"use", "enc"}, {"kid", "A7"}, {"e", "AQAB"}, {"n", number(255) + "pQ"}}),
	}
}
