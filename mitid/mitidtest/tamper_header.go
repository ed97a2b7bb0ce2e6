package mitidtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid"
)

// headerTamperings spoil the ID token's header: its algorithm, its key, its
// extensions.
func headerTamperings() []Tampering {
	bad := func(name, doc string, f func(*Broker, *Token)) Tampering {
		return OnToken(name, doc, mitid.TokenInvalid, f)
	}
	set := func(name, doc, member string, value any) Tampering {
		return bad(name, doc, func(_ *Broker, d *Token) { d.Header.Set(member, value) })
	}
	none := func(name, doc, alg string) Tampering {
		return bad(name, doc, func(_ *Broker, d *Token) {
			d.Header.Set("alg", alg)
			d.sign = func([]byte) ([]byte, error) { return nil, nil }
		})
	}
	hmacWith := func(name, doc string, key func(*Broker, *Token) []byte) Tampering {
		return bad(name, doc, func(b *Broker, d *Token) {
			d.Header.Set("alg", "HS256")
			secret := key(b, d)
			d.sign = func(input []byte) ([]byte, error) {
				m := hmac.New(sha256.New, secret)
				_, _ = m.Write(input)
				return m.Sum(nil), nil
			}
		})
	}
	ts := []Tampering{
		none("alg-none", "alg is none, without a signature", "none"),
		none("alg-none-mixed-case", "alg is nOnE, without a signature", "nOnE"),
		none("empty-alg", "alg is empty, without a signature", ""),
		set("alg-none-signed", "alg is none, with the right signature", "alg", "none"),
		bad("missing-alg", "there is no alg", func(_ *Broker, d *Token) { d.Header.Drop("alg") }),
		set("null-alg", "alg is null", "alg", nil),
		hmacWith("alg-hs256-client-secret", "HS256 with the client secret", func(b *Broker, _ *Token) []byte { return []byte(b.ClientSecret().Reveal()) }),
		hmacWith("alg-hs256-public-key-pem", "HS256 with the broker's public key in PEM", func(_ *Broker, d *Token) []byte {
			return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(d.Key)})
		}),
		hmacWith("alg-hs256-public-key-der", "HS256 with the broker's public key in DER", func(_ *Broker, d *Token) []byte { return spki(d.Key) }),
		hmacWith("alg-hs256-modulus", "HS256 with the broker's modulus", func(_ *Broker, d *Token) []byte { return d.Key.public.N.Bytes() }),
		hmacWith("alg-hs256-empty-secret", "HS256 with an empty secret", func(*Broker, *Token) []byte { return nil }),
		bad("alg-rs384", "RS384 by the right key", rsaWith("RS384", crypto.SHA384, false)),
		bad("alg-rs512", "RS512 by the right key", rsaWith("RS512", crypto.SHA512, false)),
		bad("alg-ps256", "PS256 by the right key", rsaWith("PS256", crypto.SHA256, true)),
		bad("alg-es256", "ES256 under the right key id", func(_ *Broker, d *Token) {
			d.Header.Set("alg", "ES256")
			d.sign = signES256
		}),
		set("alg-lower-case", "alg is rs256", "alg", "rs256"),
		set("alg-list", "alg is a list", "alg", []string{"RS256"}),
		bad("header-jwk", "the header brings its own key", func(b *Broker, d *Token) {
			d.Key = b.keys.unpublished()
			d.Header.Set("kid", d.Key.ID)
			d.Header.Add("jwk", d.Key.JWK)
		}),
		bad("header-jwk-known-kid", "the header brings its own key under a known id", func(b *Broker, d *Token) {
			d.Key = b.keys.unpublished()
			d.Header.Add("jwk", d.Key.JWK)
		}),
		bad("header-jku", "the header names an address of keys", func(b *Broker, d *Token) {
			d.Key = b.keys.unpublished()
			d.Header.Set("kid", d.Key.ID)
			d.Header.Add("jku", b.Origin()+pathElsewhere+b.Endpoints().Keys)
		}),
		bad("header-jku-genuine", "a rightly signed token names an address of keys", func(b *Broker, d *Token) { d.Header.Add("jku", b.Origin()+pathElsewhere+b.Endpoints().Keys) }),
		bad("header-x5c", "the header brings its own certificate", func(b *Broker, d *Token) {
			d.Key = b.keys.unpublished()
			d.Header.Set("kid", d.Key.ID)
			d.Header.Add("x5c", d.Key.JWK.Get("x5c"))
		}),
		bad("header-x5u", "the header names an address of a certificate", func(b *Broker, d *Token) {
			d.Key = b.keys.unpublished()
			d.Header.Set("kid", d.Key.ID)
			d.Header.Add("x5u", b.Origin()+pathElsewhere+b.Endpoints().Keys)
		}),
		bad("unknown-crit", "crit names something unknown", func(_ *Broker, d *Token) {
			d.Header.Add("crit", []string{"https://evil.example/ext"})
			d.Header.Add("https://evil.example/ext", true)
		}),
		bad("empty-crit", "crit is empty", func(_ *Broker, d *Token) { d.Header.Add("crit", []string{}) }),
		bad("crit-b64", "crit names b64, which is false", func(_ *Broker, d *Token) {
			d.Header.Add("crit", []string{"b64"})
			d.Header.Add("b64", false)
		}),
		bad("header-zip", "the header says that the payload is packed", func(_ *Broker, d *Token) { d.Header.Add("zip", "DEF") }),
	}
	return append(ts, kidTamperings()...)
}

// kidTamperings spoil the key id.
func kidTamperings() []Tampering {
	bad := func(name, doc string, f func(*Broker, *Token)) Tampering {
		return OnToken(name, doc, mitid.TokenInvalid, f)
	}
	single := OnToken("missing-kid-one-key", "no kid, and one key in the set", accepted, func(_ *Broker, d *Token) { d.Header.Drop("kid") })
	single.spoils[StageKeys] = func(b *Broker, p *Reply) { p.Object.Set("keys", []any{b.keys.Active().JWK.Clone()}) }
	rotated := OnToken("rotated-key", "the key was rotated just before signing", accepted, func(b *Broker, d *Token) {
		b.RotateKeys()
		d.Key = b.keys.Active()
		d.Header.Set("kid", d.Key.ID)
	})
	rotated.Warm = true
	return []Tampering{
		single, rotated,
		bad("missing-kid", "no kid, and several keys in the set", func(_ *Broker, d *Token) { d.Header.Drop("kid") }),
		bad("empty-kid", "kid is empty", func(_ *Broker, d *Token) { d.Header.Set("kid", "") }),
		bad("null-kid", "kid is null", func(_ *Broker, d *Token) { d.Header.Set("kid", nil) }),
		bad("unknown-kid", "kid is random", func(_ *Broker, d *Token) { d.Header.Set("kid", strings.ToUpper(fakehttp.RandomHex(20))) }),
		bad("lower-case-kid", "kid is the right one in lower case", func(_ *Broker, d *Token) { d.Header.Set("kid", strings.ToLower(d.Key.ID)) }),
		bad("wrong-kid", "kid is the right one plus one character", func(_ *Broker, d *Token) { d.Header.Set("kid", d.Key.ID+"A") }),
		bad("kid-is-thumbprint", "kid is the certificate's thumbprint", func(_ *Broker, d *Token) { d.Header.Set("kid", d.Key.JWK.Get("x5t")) }),
	}
}

// rsaWith signs with the right key and another algorithm.
func rsaWith(alg string, hash crypto.Hash, pss bool) func(*Broker, *Token) {
	return func(_ *Broker, d *Token) {
		d.Header.Set("alg", alg)
		d.sign = func(input []byte) ([]byte, error) {
			private, err := d.Key.Private()
			if err != nil {
				return nil, err
			}
			h := hash.New()
			_, _ = h.Write(input)
			if pss {
				return rsa.SignPSS(rand.Reader, private, hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
			}
			return rsa.SignPKCS1v15(rand.Reader, private, hash, h.Sum(nil))
		}
	}
}

// signES256 signs with a key of its own.
func signES256(input []byte) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(input)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, err
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
}

func spki(k *Key) []byte {
	der, _ := x509.MarshalPKIXPublicKey(k.public) // fails for unknown key types only
	return der
}
