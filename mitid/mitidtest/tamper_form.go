package mitidtest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/dkeid/dkeid/mitid"
)

// signatureTamperings spoil the signature.
func signatureTamperings() []Tampering {
	bad := func(name, doc string, f func(*Broker, *Token)) Tampering {
		return OnToken(name, doc, mitid.TokenInvalid, f)
	}
	flip := func(bit int) func(*Broker, *Token) {
		return func(_ *Broker, d *Token) {
			d.sign = func(input []byte) ([]byte, error) {
				s, err := d.Key.signRS256(input)
				if err == nil {
					s[bit/8%len(s)] ^= 1 << (bit % 8)
				}
				return s, err
			}
		}
	}
	return []Tampering{
		bad("wrong-signature", "the signature's first bit is wrong", flip(7)),
		bad("wrong-signature-last-bit", "the signature's last bit is wrong", flip(255*8)),
		bad("wrong-signature-middle-bit", "a bit in the middle of the signature is wrong", flip(1000)),
		bad("empty-signature", "the signature is empty", func(_ *Broker, d *Token) { d.sign = func([]byte) ([]byte, error) { return nil, nil } }),
		bad("cut-signature", "the signature lacks its last byte", func(_ *Broker, d *Token) {
			d.sign = func(input []byte) ([]byte, error) {
				s, err := d.Key.signRS256(input)
				return s[:max(0, len(s)-1)], err
			}
		}),
		bad("signed-by-other-key", "another published key signed under this key's id", func(b *Broker, d *Token) { d.Key = b.keys.firstPublished() }),
		bad("signed-by-unpublished-key", "a key that is not published signed under a known id", func(b *Broker, d *Token) { d.Key = b.keys.unpublished() }),
		bad("changed-after-signing", "a claim was changed after signing", func(_ *Broker, d *Token) {
			original := d.Key
			d.sign = func(input []byte) ([]byte, error) {
				other := NewToken(original, d.Payload.Clone())
				other.Header = d.Header
				other.Payload.Set("sub", "{00000000-0000-4000-8000-000000000000}")
				changed, err := other.Serialize()
				if err != nil {
					return nil, err
				}
				return base64.RawURLEncoding.DecodeString(changed[strings.LastIndexByte(changed, '.')+1:])
			}
		}),
	}
}

// formTamperings spoil the token's serialisation.
func formTamperings() []Tampering {
	finish := func(name, doc string, f func(token string) string) Tampering {
		return OnToken(name, doc, mitid.TokenInvalid, func(_ *Broker, d *Token) { d.finish = f })
	}
	parts := func(token string) []string { return strings.Split(token, ".") }
	return []Tampering{
		OnToken("subject-twice", "the payload has two members sub, equal", mitid.TokenInvalid, func(_ *Broker, d *Token) { d.Payload.Add("sub", d.Payload.Get("sub")) }),
		OnToken("two-subjects", "the payload has two members sub, the wrong one last", mitid.TokenInvalid, func(_ *Broker, d *Token) {
			d.Payload.Add("sub", "{00000000-0000-4000-8000-000000000000}")
		}),
		OnToken("subject-in-two-cases", "the payload has Sub beside sub", mitid.TokenInvalid, func(_ *Broker, d *Token) { d.Payload.Add("Sub", d.Payload.Get("sub")) }),
		finish("flattened-json", "the token is in flattened JSON serialisation", func(t string) string {
			p := parts(t)
			return fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, p[1], p[0], p[2])
		}),
		finish("two-signatures", "the token is in JSON serialisation with two signatures", func(t string) string {
			p := parts(t)
			s := fmt.Sprintf(`{"protected":%q,"signature":%q}`, p[0], p[2])
			return fmt.Sprintf(`{"payload":%q,"signatures":[%s,%s]}`, p[1], s, s)
		}),
		finish("four-dots", "the token has four dots", func(t string) string { return t + ".." }),
		finish("one-dot", "the token has one dot", func(t string) string { return t[:strings.LastIndexByte(t, '.')] }),
		finish("leading-blank", "the token begins with a blank", func(t string) string { return " " + t }),
		finish("trailing-newline", "the token ends with a line break", func(t string) string { return t + "\n" }),
		finish("inner-blank", "the token holds a blank", func(t string) string { return t[:40] + " " + t[40:] }),
		finish("inner-newline", "the token holds a line break", func(t string) string { return t[:40] + "\r\n" + t[40:] }),
		finish("padded-base64", "the token's parts are padded", func(t string) string {
			p := parts(t)
			for i := range p {
				p[i] += strings.Repeat("=", (4-len(p[i])%4)%4)
			}
			return strings.Join(p, ".") + "="
		}),
		finish("standard-base64", "the signature is in the other Base64 alphabet", func(t string) string {
			p := parts(t)
			p[2] = strings.NewReplacer("-", "+", "_", "/").Replace(p[2])
			if !strings.ContainsAny(p[2], "+/") { // one signature in 10,000
				p[2] += "+"
			}
			return strings.Join(p, ".")
		}),
		finish("loose-base64-bits", "the signature's last character has bits that stand for nothing", func(t string) string {
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			last := len(t) - 1 // of 256 bytes the last character carries two bits
			return t[:last] + string(alphabet[strings.IndexByte(alphabet, t[last])|1])
		}),
		OnToken("payload-text", "the payload is a JSON text", mitid.TokenInvalid, func(_ *Broker, d *Token) { d.literal = []byte(`"blåbær"`) }),
		OnToken("payload-trailing-value", "the payload is followed by a second value", mitid.TokenInvalid, func(_ *Broker, d *Token) { d.literal = append(d.Payload.Bytes(), "{}"...) }),
		OnToken("oversized", "the token has 900 kB", mitid.TokenInvalid, func(_ *Broker, d *Token) { d.Payload.Add("fyld", strings.Repeat("x", 675_000)) }),
		finish("only-dots", "the token is 900,000 dots", func(string) string { return strings.Repeat(".", 900_000) }),
		encrypted("encrypted", "the token is encrypted although nothing was agreed", jose.RSA_OAEP_256),
		encrypted("encrypted-direct", "the token is encrypted with a secret that nobody knows", jose.DIRECT),
	}
}

func encrypted(name, doc string, alg jose.KeyAlgorithm) Tampering {
	return OnToken(name, doc, mitid.TokenInvalid, func(b *Broker, d *Token) {
		d.finish = func(token string) string {
			to := jose.Recipient{Algorithm: alg, Key: b.keys.unpublished().public}
			if alg == jose.DIRECT {
				secret := make([]byte, 32)
				_, _ = rand.Read(secret) // never fails (crypto/rand)
				to.Key = secret
			}
			e, err := jose.NewEncrypter(jose.A256GCM, to, new(jose.EncrypterOptions).WithContentType("JWT"))
			if err != nil {
				return ""
			}
			sealed, err := e.Encrypt([]byte(token))
			if err != nil {
				return ""
			}
			text, _ := sealed.CompactSerialize() // fails for multiple recipients only
			return text
		}
	})
}
