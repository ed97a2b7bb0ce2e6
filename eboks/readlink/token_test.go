package readlink

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/seal"
)

func newLinks(tb testing.TB, key ...byte) *Links {
	tb.Helper()
	l := &Links{cfg: Config{Now: func() time.Time { return time.Unix(1_800_000_000, 0) }}}
	for _, o := range key {
		k, err := newKey(bytes.Repeat([]byte{o}, seal.KeySize), "/brev")
		require.NoError(tb, err)
		l.keys = append(l.keys, k)
	}
	return l
}

var (
	tokenID = eboks.ID{0: 1, 6: 0x40, 8: 0x80, 15: 9}
	later   = time.Unix(1_800_000_001, 0)
)

func TestToken(t *testing.T) {
	l := newLinks(t, 2, 1)
	karen, søren := cprtest.Number(0), cprtest.Number(1)
	firm := claims.MustParseCVR("13748136")
	for i := range l.keys {
		token := l.keys[i].seal(tokenID, eboks.Person(karen), later, claims.Substantial)
		got := l.open(token)
		require.NotNil(t, got)
		require.Equal(t, tokenID, got.letter)
		require.True(t, got.isFor(karen))
		require.False(t, got.isFor(søren))
		require.False(t, got.isFor(cpr.Number{}))
		require.False(t, got.isForCompany(firm))
		require.False(t, got.isForCompany(claims.CVR{}))

		got = l.open(l.keys[i].seal(tokenID, eboks.Company(firm), later, claims.Substantial))
		require.NotNil(t, got)
		require.True(t, got.isForCompany(firm))
		require.False(t, got.isForCompany(claims.MustParseCVR("12345674")))
		require.False(t, got.isForCompany(claims.CVR{}))
		require.False(t, got.isFor(karen))
	}
	require.Nil(t, l.open(l.keys[0].seal(tokenID, eboks.Person(karen), l.cfg.Now(), claims.Substantial)), "it ends when it says")
	require.Nil(t, l.open(newLinks(t, 3).keys[0].seal(tokenID, eboks.Person(karen), later, claims.Substantial)))
}

// The pseudonyms of two letters cannot be joined.
func TestPseudonymIsTheLettersOwn(t *testing.T) {
	l := newLinks(t, 1)
	n := cprtest.Number(0)
	require.NotEqual(t, l.keys[0].person(tokenID, n), l.keys[0].person(eboks.ID{1}, n))
	require.NotEqual(t, l.keys[0].person(tokenID, n), newLinks(t, 2).keys[0].person(tokenID, n))
}

// What opens and is not whole is refused too.
func TestPlainTextThatIsNoTicket(t *testing.T) {
	l := newLinks(t, 1)
	good := make([]byte, plainLength)
	good[0], good[1], good[atEnd], good[atLevel] = version, person, 0x7f, byte(claims.High)
	require.NotNil(t, l.open(l.keys[0].box.Seal("", good)))
	for _, change := range []func([]byte) []byte{
		func(b []byte) []byte { return nil },
		func(b []byte) []byte { return b[:len(b)-1] },
		func(b []byte) []byte { return append(b, 0) },
		func(b []byte) []byte { b[0] = 1; return b },
		func(b []byte) []byte { b[1] = 0; return b },
		func(b []byte) []byte { b[atEnd] = 0; return b },
		func(b []byte) []byte { b[atLevel] = byte(claims.High) + 1; return b },
	} {
		require.Nil(t, l.open(l.keys[0].box.Seal("", change(bytes.Clone(good)))))
	}
	other, err := seal.New("mitidhttp session", [][]byte{bytes.Repeat([]byte{1}, seal.KeySize)})
	require.NoError(t, err)
	require.Nil(t, l.open(other.Seal("", good)), "sealed for another purpose")
}

// Nothing but what was sealed opens.
func FuzzOpen(f *testing.F) {
	l := newLinks(f, 2, 1)
	good := l.keys[0].seal(tokenID, eboks.Person(cprtest.Number(0)), later, claims.Substantial)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(strings.Repeat(".", 200))
	f.Add("æøå..x.y.z")
	f.Fuzz(func(t *testing.T, token string) {
		// Each process that fuzzes has sealed its own.
		if got := l.open(token); got != nil && (got.letter != tokenID || !got.isFor(cprtest.Number(0))) {
			t.Fatal("a token opens that nobody made")
		}
	})
}
