package seal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShortFormOpensUnderItsNameAlone(t *testing.T) {
	old, err := New("pending", [][]byte{key32(1)})
	require.NoError(t, err)
	s := old.SealShort("tab", []byte("blåbærgrød på Ærø"))
	rotated, err := New("pending", [][]byte{key32(2), key32(1)})
	require.NoError(t, err)
	plain, err := rotated.OpenShort("tab", s)
	require.NoError(t, err)
	require.Equal(t, "blåbærgrød på Ærø", string(plain))

	_, err = rotated.OpenShort("other tab", s)
	require.ErrorIs(t, err, ErrOpen)
	_, err = old.OpenShort("tab", rotated.SealShort("tab", plain))
	require.ErrorIs(t, err, ErrOpen, "sealed under a newer key")
	other, err := New("session", [][]byte{key32(1)})
	require.NoError(t, err)
	_, err = other.OpenShort("tab", s)
	require.ErrorIs(t, err, ErrOpen, "another purpose")
}

func TestShortFormIsNotTheOtherForm(t *testing.T) {
	b, err := New("pending", [][]byte{key32(1)})
	require.NoError(t, err)
	long := b.Seal([]byte("x"))
	parts := strings.Split(long, ".")
	_, err = b.OpenShort("", parts[2]+parts[3]+parts[4])
	require.ErrorIs(t, err, ErrOpen)
	_, err = b.OpenShort("", long)
	require.ErrorIs(t, err, ErrOpen)
	_, err = b.Open(b.SealShort("", []byte("x")))
	require.ErrorIs(t, err, ErrOpen)
}

func TestShortFormRefusesEveryChangedCharacter(t *testing.T) {
	b, err := New("pending", [][]byte{key32(1)})
	require.NoError(t, err)
	s := b.SealShort("n", []byte("æ"))
	for i := range s {
		for _, c := range []byte("ABw.=\n\r") {
			if s[i] != c {
				_, err := b.OpenShort("n", s[:i]+string(c)+s[i+1:])
				require.ErrorIs(t, err, ErrOpen, "character %d as %q", i, c)
			}
			_, err = b.OpenShort("n", s[:i]+string(c)+s[i:])
			require.ErrorIs(t, err, ErrOpen, "%q put in at %d", c, i)
		}
		_, err := b.OpenShort("n", s[:i])
		require.ErrorIs(t, err, ErrOpen, "cut at %d", i)
	}
	_, err = b.OpenShort("n", strings.Repeat("A", MaxSealed+1))
	require.ErrorIs(t, err, ErrOpen)
}

func TestShortFormHoldsNothingAndMuch(t *testing.T) {
	b, err := New("attempt", [][]byte{key32(1)})
	require.NoError(t, err)
	longest := MaxSealed*3/4 - nonceSize - tagSize
	for n, want := range map[int]error{0: nil, 1: nil, longest: nil, longest + 1: ErrOpen} {
		sealed := b.SealShort("a", make([]byte, n))
		plain, err := b.OpenShort("a", sealed)
		require.ErrorIs(t, err, want, "%d bytes, %d characters", n, len(sealed))
		if want == nil {
			require.Len(t, plain, n)
		}
	}
}
