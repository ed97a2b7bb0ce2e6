package eident_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// rs256 is what no login can avoid: the broker's signature and our check of it,
// over a token of the usual size.
type rs256 struct {
	key  *rsa.PrivateKey
	data []byte
	sig  []byte
}

func newRS256(tb testing.TB) *rs256 {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(tb, err)
	r := &rs256{key: key, data: make([]byte, 1500)}
	r.sign(tb)
	return r
}

func (r *rs256) sign(tb testing.TB) {
	sum := sha256.Sum256(r.data)
	sig, err := rsa.SignPKCS1v15(nil, r.key, crypto.SHA256, sum[:])
	require.NoError(tb, err)
	r.sig = sig
}

func (r *rs256) check(tb testing.TB) {
	sum := sha256.Sum256(r.data)
	if err := rsa.VerifyPKCS1v15(&r.key.PublicKey, crypto.SHA256, sum[:], r.sig); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkBegin: at most 0.6 × one RS256 check.
func BenchmarkBegin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake := eidenttest.New(b)
		c := open(b, fake, nil)
		ctx := b.Context()
		_, err := c.Begin(ctx, mitid.Request{})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Begin(ctx, mitid.Request{CPR: mitid.CPRRequired, ReferenceText: "Godkend overførsel"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		r := newRS256(b)
		for b.Loop() {
			r.check(b)
		}
	})
}

// BenchmarkLogin: a whole login against the in-process fake at most 1.5 × one
// RS256 signature and one check.
func BenchmarkLogin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake := eidenttest.New(b)
		c := open(b, fake, nil)
		_, err := mitidtest.Login(b, c, fake, mitid.Request{})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := mitidtest.Login(b, c, fake, mitid.Request{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		r := newRS256(b)
		for b.Loop() {
			r.sign(b)
			r.check(b)
		}
	})
}
