package eboks

import (
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
	other, err := Config{Sender: nowhere{}, Key: []byte{}}.withDefaults()
	require.NoError(t, err)
	for _, key := range [][]byte{one.Key, other.Key} {
		require.Len(t, key, KeySize)
		require.NotEqual(t, make([]byte, KeySize), key)
	}
	require.NotEqual(t, one.Key, other.Key)
	l := &Letter{Title: "Ærø", Document: Document{measured: new(measure)}}
	require.NotEqual(t, l.digest(one.Key), l.digest(other.Key))
	require.NotEqual(t, l.digest(one.Key), l.digest(nil))

	_, err = Config{Sender: nowhere{}, Ledger: NewMemoryLedger(0), Key: []byte{}}.withDefaults()
	require.ErrorIs(t, err, ErrConfigInvalid, "an empty key is none")

	given := make([]byte, KeySize)
	given[0] = 7
	kept, err := Config{Sender: nowhere{}, Key: given}.withDefaults()
	require.NoError(t, err)
	clear(given)
	require.EqualValues(t, 7, kept.Key[0], "what the caller does with theirs later does not matter")
}
