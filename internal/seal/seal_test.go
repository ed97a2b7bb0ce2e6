package seal

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func key32(b byte) []byte { return bytes.Repeat([]byte{b}, KeySize) }

func TestRoundTripAndRotation(t *testing.T) {
	old, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	s := old.Seal("", []byte("blåbærgrød på Ærø"))
	rotated, err := New("attempt", [][]byte{key32(2), key32(1)})
	require.NoError(t, err)
	plain, err := rotated.Open("", s)
	require.NoError(t, err)
	require.Equal(t, "blåbærgrød på Ærø", string(plain))
	s2 := rotated.Seal("", plain)
	_, err = old.Open("", s2)
	require.ErrorIs(t, err, ErrOpen)
}

func TestOtherPurposeDoesNotOpen(t *testing.T) {
	a, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	b, err := New("session", [][]byte{key32(1)})
	require.NoError(t, err)
	s := a.Seal("", []byte("x"))
	_, err = b.Open("", s)
	require.ErrorIs(t, err, ErrOpen)
}

func TestOtherAudienceDoesNotOpen(t *testing.T) {
	audiences := [][]string{nil, {""}, {"", ""}, {"a"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "", "b"}, {"a\x001:b"}, {"a", "bc"}, {"ab", "c"}, {"A", "b"}}
	for i, whose := range audiences {
		mine, err := New("session", [][]byte{key32(1)}, whose...)
		require.NoError(t, err)
		s := mine.Seal("", []byte("x"))
		for k, other := range audiences {
			theirs, err := New("session", [][]byte{key32(2), key32(1)}, other...)
			require.NoError(t, err)
			_, err = theirs.Open("", s)
			require.Equal(t, i == k, err == nil, "%q opens %q", other, whose)
		}
	}
}

func TestMarksAreFoundAgainAfterRotationAndByNobodyElse(t *testing.T) {
	old, err := New("session", [][]byte{key32(1)}, "mine")
	require.NoError(t, err)
	rotated, err := New("session", [][]byte{key32(2), key32(1)}, "mine")
	require.NoError(t, err)
	theirs, err := New("session", [][]byte{key32(1)}, "theirs")
	require.NoError(t, err)
	mark := old.Marks("Søren")[0]
	require.Len(t, mark, 43)
	require.Equal(t, mark, rotated.Marks("Søren")[1])
	for _, other := range []string{old.Marks("søren")[0], theirs.Marks("Søren")[0], rotated.Marks("Søren")[0], old.Marks("")[0]} {
		require.NotEqual(t, mark, other)
	}
}

func TestEveryChangedCharacterIsRefused(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	s := b.Seal("", []byte("æ"))
	for i := range s {
		for _, c := range []byte("ABw.=\n") {
			if s[i] == c {
				continue
			}
			_, err := b.Open("", s[:i]+string(c)+s[i+1:])
			require.ErrorIs(t, err, ErrOpen, "character %d as %q", i, c)
		}
		_, err := b.Open("", s[:i])
		require.ErrorIs(t, err, ErrOpen, "cut at %d", i)
	}
	_, err = b.Open("", s+"A")
	require.ErrorIs(t, err, ErrOpen)
}

func TestSealOpensUnderItsNameAlone(t *testing.T) {
	b, err := New("pending", [][]byte{key32(1)})
	require.NoError(t, err)
	s := b.Seal("tab", []byte("blåbærgrød på Ærø"))
	plain, err := b.Open("tab", s)
	require.NoError(t, err)
	require.Equal(t, "blåbærgrød på Ærø", string(plain))
	for _, name := range []string{"", "other tab", "tab ", "Tab"} {
		_, err = b.Open(name, s)
		require.ErrorIs(t, err, ErrOpen, name)
	}
}

func TestSealHoldsNothingAndMuch(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	longest := MaxSealed*3/4 - 28 // nonce and tag
	for n, want := range map[int]error{0: nil, 1: nil, longest: nil, longest + 1: ErrOpen} {
		sealed := b.Seal("a", make([]byte, n))
		plain, err := b.Open("a", sealed)
		require.ErrorIs(t, err, want, "%d bytes, %d characters", n, len(sealed))
		if want == nil {
			require.Len(t, plain, n)
			require.Len(t, sealed, encoding.EncodedLen(n+28))
		}
	}
}

func TestSameTextIsSealedAnotherWayEachTime(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	seen := make(map[string]bool)
	for range 100 {
		seen[b.Seal("", []byte("æ"))[:16]] = true // the nonce
	}
	require.Len(t, seen, 100)
}

func TestBadKeysAndTooLong(t *testing.T) {
	_, err := New("attempt", [][]byte{[]byte("short")})
	require.ErrorContains(t, err, "32")
	b, err := New("attempt", nil)
	require.NoError(t, err)
	_, err = b.Open("", strings.Repeat("A", MaxSealed+1))
	require.ErrorIs(t, err, ErrOpen)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, "seal.Box", fmt.Sprintf(verb, b))
	}
}

func TestSealWithALineBreakPutInIsRefused(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	sealed := b.Seal("", []byte("Ærø og Århus"))
	for _, br := range []string{"\n", "\r", "\r\n", "\t", " ", "="} {
		for at := range len(sealed) + 1 {
			_, err := b.Open("", sealed[:at]+br+sealed[at:])
			require.ErrorIs(t, err, ErrOpen, "%q at %d", br, at)
		}
	}
}

func FuzzOpen(f *testing.F) {
	b, _ := New("attempt", [][]byte{key32(1)})
	s := b.Seal("", []byte("x"))
	f.Add(s)
	f.Add("....")
	f.Fuzz(func(t *testing.T, in string) {
		if plain, err := b.Open("", in); err == nil && string(plain) != "x" {
			t.Fatal("opened a forgery")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	box, _ := New("attempt", [][]byte{key32(1)})
	plain := bytes.Repeat([]byte("a"), 400)
	b.ReportAllocs()
	for b.Loop() {
		_ = box.Seal("", plain)
	}
}

func BenchmarkOpen(b *testing.B) {
	box, _ := New("attempt", [][]byte{key32(1)})
	s := box.Seal("", bytes.Repeat([]byte("a"), 400))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = box.Open("", s)
	}
}
