package neb_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// E-Ident's limit of 600 characters is not this broker's, which names none: the
// cap is the Client's own.
func TestTextsMayBeLongerThanAtEIdent(t *testing.T) {
	w := newWire(t, true, nil)
	for _, n := range []int{600, 601, mitid.MaxTransactionText} {
		rd, err := w.Begin(t.Context(), mitid.Request{TransactionText: mitid.Text{Body: strings.Repeat("å", n)}})
		require.NoError(t, err, "%d characters", n)
		require.NotContains(t, rd.URL, "signtext", "a long text travels past the browser")
	}
	w.calls = nil
	_, err := w.Begin(t.Context(), mitid.Request{TransactionText: mitid.Text{Body: strings.Repeat("å", mitid.MaxTransactionText+1)}})
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
	require.Empty(t, w.calls, "what is too long is not sent")
}
