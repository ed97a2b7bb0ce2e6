package oidcrp

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/dkeid/dkeid/claims"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

// benchClaims are about 1.2 kB, as a MitID login with CPR and address has them.
func benchClaims() map[string]any {
	return with(goodClaims(),
		"identityscheme", "dkmitid", "authenticationtype", "urn:grn:authn:dk:mitid:substantial",
		"authenticationmethod", "loa=SUBSTANTIAL,ial=SUBSTANTIAL,aal=SUBSTANTIAL,fal=HIGH",
		"authenticationinstant", "2026-11-21T12:00:00.000Z", "nameidentifier", "ab1fab1fab1fab1fab1fab1fab1fab1f",
		"uuid", "4c3b2a19-0000-4000-8000-0123456789ab", "sessionindex", "5d4c3b2a-1111-4111-8111-ba9876543210",
		"loa", "SUBSTANTIAL", "ial", "SUBSTANTIAL", "aal", "SUBSTANTIAL", "fal", "HIGH", "birthdate", "1927-01-21",
		"dateofbirth", "1927-01-21", "age", "99", "country", "DK", "cprNumberIdentifier", "2101270087",
		"address", mustJSON(map[string]any{"common_name": "Søren Æbelø Ågård", "street": "Ærøgade 1", "zip": "5970", "city": "Ærøskøbing",
			"details": map[string]string{"road_code": "0001", "municipality_code": "0492", "house_number": "001"}}),
		"refTextHeader", "Log på hos Æblegården A/S", "refTextBody", strings.Repeat("blåbær ", 8))
}

// benchParse is what the Criipto adapter does.
func benchParse(payload []byte) (*claims.Registered, error) {
	c, err := claims.ParseCriipto(payload)
	if err != nil {
		return nil, err
	}
	return &c.Registered, nil
}

// One ID token of 1.2 kB, keys warm, the second of two. yardstick is what cannot
// be avoided: SHA-256 and the RSA check of the standard library, nothing decoded.
// goOIDC and goJose are what others would use instead.
func BenchmarkVerify(b *testing.B) {
	k := testKey(b, "mitid")
	raw := token(b, k, goodHeader(), benchClaims())
	dot := strings.LastIndexByte(raw, '.')
	signed := []byte(raw[:dot])
	sig, err := base64.RawURLEncoding.DecodeString(raw[dot+1:])
	require.NoError(b, err)
	fake := newFakeBroker(b)
	ctx := context.Background()

	b.Run("ours", func(b *testing.B) {
		p := newParty(b, fake)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := p.Verify(ctx, raw, testNonce, benchParse); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			digest := sha256.Sum256(signed)
			if err := rsa.VerifyPKCS1v15(&k.PublicKey, crypto.SHA256, digest[:], sig); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("goOIDC", func(b *testing.B) {
		v := oidc.NewVerifier(testIssuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{k.Public()}}, &oidc.Config{
			ClientID: testClientID, Now: func() time.Time { return testNow },
		})
		b.ReportAllocs()
		for b.Loop() {
			t, err := v.Verify(ctx, raw)
			if err != nil {
				b.Fatal(err)
			}
			var payload json.RawMessage
			if err := t.Claims(&payload); err != nil {
				b.Fatal(err)
			}
			if _, err := benchParse(payload); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("goJose", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := t.Verify(k.Public()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A refused token must cost less than an accepted one.
func BenchmarkRefuse(b *testing.B) {
	p := newParty(b, newFakeBroker(b))
	for name, raw := range map[string]string{
		"fiveMB":      "e30." + strings.Repeat("A", 5<<20) + ".AAAA",
		"millionDots": strings.Repeat(".", 1e6),
		"strangerAud": token(b, testKey(b, "mitid"), goodHeader(), with(benchClaims(), "aud", "stranger")),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Verify(context.Background(), raw, testNonce, benchParse); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
