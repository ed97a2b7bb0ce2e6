package criipto_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
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
	r := &rs256{key: key, data: make([]byte, 1900)}
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

// open returns a client of the fake.
func open(tb testing.TB, fake *criiptotest.Broker) *mitid.Client {
	b, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(),
		HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(tb, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback", Now: fake.Now})
	require.NoError(tb, err)
	return c
}

// BenchmarkBegin: without a pushed request at most 0.6 × one RS256 check.
func BenchmarkBegin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake := criiptotest.New(b)
		fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARAbsent })
		c := open(b, fake)
		ctx := context.Background()
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

// BenchmarkLogin: a whole login against the in-process fake at most 2.0 × one
// RS256 signature and one check.
func BenchmarkLogin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake := criiptotest.New(b)
		fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARAbsent })
		c := open(b, fake)
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

// BenchmarkVerifyTokenAgain: a token that an API sees again at most a tenth of one
// RS256 check.
func BenchmarkVerifyTokenAgain(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake := criiptotest.New(b)
		c := open(b, fake)
		l, err := mitidtest.Login(b, c, fake, mitid.Request{CPR: mitid.CPRRequired, Address: true, ReferenceText: "Godkend overførsel"})
		require.NoError(b, err)
		raw := l.Evidence.Tokens[0].Raw.Reveal()
		ctx := context.Background()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.VerifyToken(ctx, raw); err != nil {
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

// TestPendingLoginsCostNoServerMemory: 10,000 pending logins, all of which can
// still be finished, leave the heap where it was.
func TestPendingLoginsCostNoServerMemory(t *testing.T) {
	fake := criiptotest.New(t)
	fake.Configure(func(s *criiptotest.Settings) { s.PAR = criiptotest.PARAbsent })
	c := open(t, fake)
	first, err := c.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range 10_000 {
		_, err := c.Begin(t.Context(), mitid.Request{})
		require.NoError(t, err)
	}
	require.Less(t, int64(heap())-int64(before), int64(1<<20), "10,000 pending logins left a megabyte behind")
	cb, err := mitidtest.Walk(t.Context(), fake, first)
	require.NoError(t, err)
	_, err = c.Complete(t.Context(), first.State, cb)
	require.NoError(t, err, "the oldest of them can still be finished")
	runtime.KeepAlive(c)
}
