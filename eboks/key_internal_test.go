package eboks

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

type nowhere struct{ Sender }

func (nowhere) Capabilities() Capabilities { return Capabilities{Name: "nowhere"} }

func (nowhere) Send(context.Context, *Letter) (*Receipt, error) { return nil, nil }

// A digest under no key, or under one that everybody knows, tells the CPR number.
func TestClientWithoutAKeyMakesOneThatNobodyKnows(t *testing.T) {
	one, err := Config{Sender: nowhere{}}.withDefaults()
	require.NoError(t, err)
	other, err := Config{Sender: nowhere{}, Keys: [][]byte{}}.withDefaults()
	require.NoError(t, err)
	for _, cfg := range []Config{one, other} {
		require.Len(t, cfg.Keys, 1)
		require.Len(t, cfg.Keys[0], KeySize)
		require.NotEqual(t, make([]byte, KeySize), cfg.Keys[0])
	}
	l := &Letter{Title: "Ærø", Document: Document{measured: new(measure)}}
	require.NotEqual(t, l.digest(newKey(one.Keys[0])), l.digest(newKey(other.Keys[0])))
	require.NotEqual(t, l.digest(newKey(one.Keys[0])), l.digest(newKey(nil)))

	_, err = Config{Sender: nowhere{}, Ledger: NewMemoryLedger(0), Keys: [][]byte{}}.withDefaults()
	require.ErrorIs(t, err, ErrConfigInvalid, "an empty ring has no key")

	given := bytes.Repeat([]byte{7}, KeySize)
	c, err := New(Config{Sender: nowhere{}, Keys: [][]byte{given}})
	require.NoError(t, err)
	clear(given)
	require.EqualValues(t, 7, c.keys[0].bytes[0], "what the caller does with theirs later does not matter")
}

// The name of a key in a digest tells nothing of the key.
func TestDigestNamesItsKey(t *testing.T) {
	l := &Letter{Title: "Ærø", Document: Document{measured: new(measure)}}
	old, new := newKey(bytes.Repeat([]byte{1}, KeySize)), newKey(bytes.Repeat([]byte{2}, KeySize))
	require.NotEqual(t, old.name, new.name)
	d := l.digest(old)
	require.Equal(t, old.name[:], d[:keyName])
	require.False(t, bytes.Contains(old.bytes, old.name[:]))

	p := &Prepared{letter: l, digest: l.digest(new)}
	c := &Client{keys: []key{new, old}}
	require.Nil(t, c.unlike(p, Entry{State: LetterUnknown, Digest: d}), "a letter under the old key is the same letter")
	other := *l
	other.Title = "Als"
	require.ErrorIs(t, c.unlike(p, Entry{State: LetterUnknown, Digest: other.digest(old)}), ErrConflict)
	c.keys = c.keys[:1]
	require.ErrorIs(t, c.unlike(p, Entry{State: LetterUnknown, Digest: d}), ErrConfigInvalid, "the old key is gone")
}
