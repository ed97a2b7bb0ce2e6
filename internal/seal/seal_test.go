package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
)

func key32(b byte) []byte { return bytes.Repeat([]byte{b}, KeySize) }

func TestRoundTripAndRotation(t *testing.T) {
	old, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	s := old.Seal([]byte("blåbærgrød på Ærø"))
	rotated, err := New("attempt", [][]byte{key32(2), key32(1)})
	require.NoError(t, err)
	plain, err := rotated.Open(s)
	require.NoError(t, err)
	require.Equal(t, "blåbærgrød på Ærø", string(plain))
	s2 := rotated.Seal(plain)
	_, err = old.Open(s2)
	require.ErrorIs(t, err, ErrOpen)
}

func TestOtherPurposeDoesNotOpen(t *testing.T) {
	a, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	b, err := New("session", [][]byte{key32(1)})
	require.NoError(t, err)
	s := a.Seal([]byte("x"))
	_, err = b.Open(s)
	require.ErrorIs(t, err, ErrOpen)
}

func TestOtherAudienceDoesNotOpen(t *testing.T) {
	audiences := [][]string{nil, {""}, {"", ""}, {"a"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "", "b"}, {"a\x001:b"}, {"a", "bc"}, {"ab", "c"}, {"A", "b"}}
	for i, whose := range audiences {
		mine, err := New("session", [][]byte{key32(1)}, whose...)
		require.NoError(t, err)
		s := mine.Seal([]byte("x"))
		for k, other := range audiences {
			theirs, err := New("session", [][]byte{key32(2), key32(1)}, other...)
			require.NoError(t, err)
			_, err = theirs.Open(s)
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
	s := b.Seal([]byte("æ"))
	for i := range s {
		for _, c := range []byte("ABw.=\n") {
			if s[i] == c {
				continue
			}
			_, err := b.Open(s[:i] + string(c) + s[i+1:])
			require.ErrorIs(t, err, ErrOpen, "character %d as %q", i, c)
		}
		_, err := b.Open(s[:i])
		require.ErrorIs(t, err, ErrOpen, "cut at %d", i)
	}
	_, err = b.Open(s + "A")
	require.ErrorIs(t, err, ErrOpen)
}

// TestIsJWE: go-jose opens what we seal, and we open what it seals.
func TestIsJWE(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	derived, err := hkdf.Expand(sha256.New, key32(1), "dkeid seal v1 attempt", KeySize)
	require.NoError(t, err)
	e, err := jose.ParseEncryptedCompact(b.Seal([]byte("Ærø")), []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
	require.NoError(t, err)
	plain, err := e.Decrypt(derived)
	require.NoError(t, err)
	require.Equal(t, "Ærø", string(plain))

	enc, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: derived, KeyID: e.Header.KeyID}, nil)
	require.NoError(t, err)
	theirs, err := enc.Encrypt([]byte("Ærø"))
	require.NoError(t, err)
	compact, err := theirs.CompactSerialize()
	require.NoError(t, err)
	plain, err = b.Open(compact)
	require.NoError(t, err)
	require.Equal(t, "Ærø", string(plain))
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

func TestSealWithALineBreakPutInIsRefused(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	sealed := b.Seal([]byte("Ærø og Århus"))
	for _, br := range []string{"\n", "\r", "\r\n", "\t", " ", "="} {
		for at := range len(sealed) + 1 {
			_, err := b.Open(sealed[:at] + br + sealed[at:])
			require.ErrorIs(t, err, ErrOpen, "%q at %d", br, at)
		}
	}
}

// Each of them decodes to what was sealed.
func TestSealWhosePartsAreCutElsewhereIsRefused(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	sealed := b.Seal([]byte("Ærø og Årh")) // twelve bytes: all parts but the tag are whole groups of four characters
	parts := strings.Split(sealed, ".")
	require.Len(t, parts, 5)
	for _, move := range []int{4, 8, 12, 16} {
		nonce, text, tag := parts[2], parts[3], parts[4]
		joined := nonce + text + tag
		for _, cut := range [][2]int{
			{len(nonce) - move, len(nonce) + len(text)},
			{len(nonce) + move, len(nonce) + len(text)},
			{len(nonce), len(nonce) + len(text) - move},
			{len(nonce), len(nonce) + len(text) + move},
			{len(nonce) - move, len(nonce) + len(text) - move},
		} {
			if cut[1] < cut[0] {
				continue
			}
			other := parts[0] + ".." + joined[:cut[0]] + "." + joined[cut[0]:cut[1]] + "." + joined[cut[1]:]
			_, err := b.Open(other)
			require.ErrorIs(t, err, ErrOpen, "%d and %d", cut[0], cut[1])
		}
	}
}

// Nothing but the length is wrong with the last one.
func TestWellFormedSealAboveTheLimitIsRefused(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	within, above := 0, 0
	for n := (MaxSealed - 200) * 3 / 4; above < 2; n++ {
		sealed := b.Seal(bytes.Repeat([]byte("a"), n))
		plain, err := b.Open(sealed)
		if len(sealed) <= MaxSealed {
			within++
			require.NoError(t, err)
			require.Len(t, plain, n)
			continue
		}
		above++
		require.LessOrEqual(t, len(sealed), MaxSealed+4)
		require.ErrorIs(t, err, ErrOpen, "%d", len(sealed))
	}
	require.Positive(t, within)
}

func FuzzOpen(f *testing.F) {
	b, _ := New("attempt", [][]byte{key32(1)})
	s := b.Seal([]byte("x"))
	f.Add(s)
	f.Add("....")
	f.Fuzz(func(t *testing.T, in string) {
		if plain, err := b.Open(in); err == nil && string(plain) != "x" {
			t.Fatal("opened a forgery")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	box, _ := New("attempt", [][]byte{key32(1)})
	plain := bytes.Repeat([]byte("a"), 400)
	b.ReportAllocs()
	for b.Loop() {
		_ = box.Seal(plain)
	}
}

func BenchmarkOpen(b *testing.B) {
	box, _ := New("attempt", [][]byte{key32(1)})
	s := box.Seal(bytes.Repeat([]byte("a"), 400))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = box.Open(s)
	}
}
