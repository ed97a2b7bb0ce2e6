package criipto_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// crowd is an order with a document of n bytes that many people have signed.
func crowd(tb testing.TB, signatories, n int) *scene {
	s := newScene(tb, 1)
	s.people = nil
	for i := range signatories {
		s.people = append(s.people, person{
			guid: fmt.Sprintf("0b51e1a5-2f0a-4d0e-8f58-%012x", i), name: fmt.Sprint("Åse ", i), uuid: fmt.Sprintf("f6a0c4c8-52a9-4f0e-9d0b-%012x", i+1),
			sub: fmt.Sprintf("{c1a0c4c8-52a9-4f0e-9d0b-%012x}", i), birth: "2051-05-17",
		})
	}
	s.at = func(i int) time.Time { return signedAt.Add(time.Duration(i) * time.Second) }
	if n > 0 {
		attached := fakepdf.Page{Lines: []string{string(make([]byte, n))}}
		s.original = fakepdf.New(attached)
	}
	return s
}

func TestVerifierTakesFiftyOneSignatures(t *testing.T) {
	v := crowd(t, 51, 0).wants(0)
	require.Len(t, v.Signatures, 51)
}

// What cannot be avoided is to hash the file twice (once for the original, once for the
// signatures) and to check two signatures and a token for each signatory.
func BenchmarkVerify(b *testing.B) {
	for _, size := range []struct {
		title       string
		signatories int
		bytes       int
	}{{"small", 1, 0}, {"51 signatures", 51, 0}, {"20 MB", 2, 20_000_000}} {
		s := crowd(b, size.signatories, size.bytes)
		x, v := s.exhibit(), s.verifier()
		_, err := v.Verify(b.Context(), x)
		require.NoError(b, err)
		b.Run(size.title+"/ours", func(b *testing.B) {
			b.SetBytes(int64(len(x.Signed)))
			for b.Loop() {
				_, err := v.Verify(b.Context(), x)
				require.NoError(b, err)
			}
		})
		b.Run(size.title+"/yardstick", func(b *testing.B) {
			b.SetBytes(int64(len(x.Signed)))
			for b.Loop() {
				sha256.Sum256(x.Original)
				sha512.Sum512(x.Signed)
			}
		})
	}
}
