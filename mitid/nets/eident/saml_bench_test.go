package eident

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// BenchmarkAssertion: an answer with a signed assertion, from its bytes to an identity, at
// most 40 × the one RS256 check within it. XML costs that much: two strict readings, the
// canonical form, and a third reading of what the signature covers.
func BenchmarkAssertion(b *testing.B) {
	r := record(b, "", false)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			a := r.attempt
			st, err := r.broker.read(&a, r.id, r.answer)
			if err != nil {
				b.Fatal(err)
			}
			c, err := st.claims()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := r.broker.cfg.identity(c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		fake, err := eidenttest.StartSAML(mitidtest.Config{})
		require.NoError(b, err)
		defer func() { _ = fake.Close() }()
		key, err := fake.Keys().Active().Private()
		require.NoError(b, err)
		sum := sha256.Sum256(r.answer)
		sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		require.NoError(b, err)
		for b.Loop() {
			sum := sha256.Sum256(r.answer)
			if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
				b.Fatal(err)
			}
		}
	})
}
