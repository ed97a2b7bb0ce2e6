package signing_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func TestCompleteBringsTheSignedCopyHome(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	nobody := func(context.Context, *signing.Result) error { t.Error("the store was called"); return nil }

	r, err := c.Complete(t.Context(), ticket, o, nobody)
	require.Nil(t, r)
	kindIs(t, err, signing.Pending)
	m.sign(ticket.ID, 0)
	_, err = c.Complete(t.Context(), ticket, o, nobody)
	kindIs(t, err, signing.Pending)
	require.Equal(t, "order, order", m.steps())

	m.sign(ticket.ID, 1)
	var got *signing.Result
	r, err = c.Complete(t.Context(), ticket, o, func(_ context.Context, r *signing.Result) error {
		require.NotContains(t, m.log, "cleanup")
		got = r
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "order, close, order, fetch Document:0, verify 0, fetch Document:1, verify 1, cleanup", m.steps())
	require.NoError(t, r.Cleanup)
	require.Equal(t, signing.EndSigned, r.End)
	require.Equal(t, got, r)
	require.Len(t, r.Documents, 2)
	require.Equal(t, string(content(o, 0))+"% signed by 0\n% signed by 1\n", string(r.Documents[0].Content))
	require.Equal(t, signing.Digest(sum(r.Documents[0].Content)), r.Documents[0].SHA256)
	require.Equal(t, "Lejekontrakt på dansk æøå", r.Documents[0].Title)
	require.Equal(t, uuid(1), r.Documents[1].Verdict.Signatures[1].Identity.UUID)
	require.Equal(t, 7, m.orders[ticket.ID].kept)
}
