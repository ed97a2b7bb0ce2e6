package xmlsig_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/xmlsig"
)

// Verify of a signed assertion of 6 kB that is parsed already. The first yardstick is the
// operation that cannot be avoided; the second is what goxmldsig does by itself.
func BenchmarkVerify(b *testing.B) {
	text := signed(b, assertion(), idp())
	b.Run("ours", func(b *testing.B) {
		d, v := parse(b, text), verifier(idp().certificate)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(d, d.Root()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		digest := sha256.Sum256([]byte(text))
		value, err := rsa.SignPKCS1v15(nil, idp().key, crypto.SHA256, digest[:])
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(&idp().key.PublicKey, crypto.SHA256, digest[:], value); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("goxmldsig", func(b *testing.B) {
		d := etree.NewDocument()
		require.NoError(b, d.ReadFromString(text))
		ctx := judge(idp().certificate)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ctx.Validate(d.Root()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func judge(certificates ...*x509.Certificate) *dsig.ValidationContext {
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: certificates})
	ctx.Clock = dsig.NewFakeClockAt(now())
	return ctx
}

// Parse of a response of 6 kB. The yardstick is etree alone, which checks nothing.
func BenchmarkParse(b *testing.B) {
	text := []byte(response(signed(b, assertion(), idp())))
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := xmlsig.Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if err := etree.NewDocument().ReadFromBytes(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
