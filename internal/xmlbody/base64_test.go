package xmlbody

import (
	"crypto/rand"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEncodeAsTheStandardLibraryDoes(t *testing.T) {
	in := make([]byte, 1000)
	_, _ = rand.Read(in)
	for n := range in {
		out := make([]byte, encodedLen(int64(n)))
		encode(out, in[:n])
		require.Equal(t, base64.StdEncoding.EncodeToString(in[:n]), string(out))
	}
	every := make([]byte, 3<<12) // every number of twelve bits, in both places
	for i := range 1 << 12 {
		every[3*i], every[3*i+1], every[3*i+2] = byte(i>>4), byte(i<<4|i>>8), byte(i)
	}
	out := make([]byte, encodedLen(int64(len(every))))
	encode(out, every)
	require.Equal(t, base64.StdEncoding.EncodeToString(every), string(out))
}

func FuzzEncode(f *testing.F) {
	f.Add([]byte("%PDF-1.7 æøå"))
	f.Fuzz(func(t *testing.T, in []byte) {
		out := make([]byte, encodedLen(int64(len(in))))
		encode(out, in)
		require.Equal(t, base64.StdEncoding.EncodeToString(in), string(out))
	})
}

func BenchmarkEncode(b *testing.B) {
	in := make([]byte, 24<<10)
	_, _ = rand.Read(in)
	out := make([]byte, encodedLen(int64(len(in))))
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			encode(out, in)
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			base64.StdEncoding.Encode(out, in)
		}
	})
}
