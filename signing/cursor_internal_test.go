package signing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func sample() *view {
	v := &view{order: "Order:1", state: OrderOpen, signatories: map[mark]SignatoryState{}}
	for _, id := range []ID{"a", "b", "c", "æ"} {
		v.signatories[markOf(id)] = SignatoryOpen
	}
	v.signatories[markOf("æ")] = SignatorySigned
	return v
}

func TestCursorSurvives(t *testing.T) {
	for _, v := range []*view{sample(), {order: "x", state: OrderClosed, end: EndSigned, signatories: map[mark]SignatoryState{}}} {
		c := v.cursor()
		require.NotContains(t, c, "Order")
		read, err := parseCursor(c, v.order)
		require.NoError(t, err)
		require.Equal(t, v, read)
		require.Equal(t, c, read.cursor())
	}
}

// Every bit counts, and a cursor is good for its own order alone.
func TestCursorThatIsDamaged(t *testing.T) {
	c := sample().cursor()
	for i := range c {
		for bit := range 8 {
			bad := []byte(c)
			bad[i] ^= 1 << bit
			_, err := parseCursor(Cursor(bad), "Order:1")
			require.ErrorIs(t, err, ErrInputInvalid, "byte %d, bit %d", i, bit)
		}
		_, err := parseCursor(c[:i], "Order:1")
		require.True(t, i == 0 || err != nil, "cut at %d", i)
	}
	for _, bad := range []Cursor{c + "A", c + "\n", "\n" + c, c + "=", "2" + c[1:], Cursor(strings.Repeat("A", maxCursor+1))} {
		_, err := parseCursor(bad, "Order:1")
		require.ErrorIs(t, err, ErrInputInvalid)
	}
	_, err := parseCursor(c, "Order:2")
	require.ErrorIs(t, err, ErrInputInvalid)
	require.ErrorContains(t, err, "another order")
}

func FuzzCursor(f *testing.F) {
	f.Add(string(sample().cursor()))
	f.Add("")
	f.Add("1.AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseCursor(Cursor(s), "Order:1")
		if err != nil {
			require.ErrorIs(t, err, ErrInputInvalid)
			return
		}
		if s != "" {
			require.Equal(t, s, string(v.cursor()))
		}
		require.NotPanics(t, func() {
			v.learn(&Progress{State: OrderClosed, Signatories: []SignatoryProgress{{ID: "a", State: 200}}})
		})
	})
}
