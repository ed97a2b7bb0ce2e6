package seal

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, KeySize) }

func TestRoundTripAndRotation(t *testing.T) {
	old, err := New("attempt", [][]byte{key(1)})
	require.NoError(t, err)
	s, err := old.Seal([]byte("blåbærgrød på Ærø"))
	require.NoError(t, err)
	rotated, err := New("attempt", [][]byte{key(2), key(1)})
	require.NoError(t, err)
	plain, err := rotated.Open(s)
	require.NoError(t, err)
	require.Equal(t, "blåbærgrød på Ærø", string(plain))
	s2, err := rotated.Seal(plain)
	require.NoError(t, err)
	_, err = old.Open(s2)
	require.ErrorIs(t, err, ErrOpen)
}

func TestOtherPurposeDoesNotOpen(t *testing.T) {
	a, err := New("attempt", [][]byte{key(1)})
	require.NoError(t, err)
	b, err := New("session", [][]byte{key(1)})
	require.NoError(t, err)
	s, err := a.Seal([]byte("x"))
	require.NoError(t, err)
	_, err = b.Open(s)
	require.ErrorIs(t, err, ErrOpen)
}

func TestEveryChangedCharacterIsRefused(t *testing.T) {
	b, err := New("attempt", [][]byte{key(1)})
	require.NoError(t, err)
	s, err := b.Seal([]byte("x"))
	require.NoError(t, err)
	for i := range s {
		c := byte('A')
		if s[i] == c {
			c = 'B'
		}
		_, err := b.Open(s[:i] + string(c) + s[i+1:])
		if err == nil {
			// The last character of a base64url part may carry unused bits; anything
			// else must be refused.
			t.Logf("opened with character %d changed", i)
			require.Contains(t, []byte{'.'}, s[min(i+1, len(s)-1)], "character %d", i)
		}
	}
}

func TestBadKeysAndTooLong(t *testing.T) {
	_, err := New("attempt", [][]byte{[]byte("short")})
	require.ErrorContains(t, err, "32")
	b, err := New("attempt", nil)
	require.NoError(t, err)
	_, err = b.Open(strings.Repeat("A", MaxSealed+1))
	require.ErrorIs(t, err, ErrOpen)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, "seal.Box", fmt.Sprintf(verb, b))
	}
}

func FuzzOpen(f *testing.F) {
	b, _ := New("attempt", [][]byte{key(1)})
	s, _ := b.Seal([]byte("x"))
	f.Add(s)
	f.Add("....")
	f.Fuzz(func(t *testing.T, in string) {
		if plain, err := b.Open(in); err == nil && string(plain) != "x" {
			t.Fatal("opened a forgery")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	box, _ := New("attempt", [][]byte{key(1)})
	plain := bytes.Repeat([]byte("a"), 400)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = box.Seal(plain)
	}
}

func BenchmarkOpen(b *testing.B) {
	box, _ := New("attempt", [][]byte{key(1)})
	s, _ := box.Seal(bytes.Repeat([]byte("a"), 400))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = box.Open(s)
	}
}
