package neb_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
)

// An order goes through signing.Client from its placing to its store, with a restart in
// between.
func TestAnOrderThroughTheClient(t *testing.T) {
	fake, s := open(t, nil)
	client := func() *signing.Client {
		c, err := signing.New(signing.Config{Service: s, Verifier: s, Now: fake.Now})
		require.NoError(t, err)
		return c
	}
	who := fake.Citizens()[:2]
	original := contract()
	o := order(fake, who, signing.Bytes("Lejekontrakt på Ærø", original))
	placed, err := client().Place(t.Context(), o)
	require.NoError(t, err)

	stored, err := json.Marshal(placed.Ticket)
	require.NoError(t, err)
	var ticket signing.Ticket
	require.NoError(t, json.Unmarshal(stored, &ticket))

	kept := 0
	store := func(_ context.Context, r *signing.Result) error {
		kept += len(r.Documents)
		return nil
	}
	_, err = client().Complete(t.Context(), ticket, o, store)
	require.ErrorIs(t, err, signing.ErrPending)
	for i, one := range ticket.Signatories {
		rd, err := s.SignOrder(t.Context(), ticket, o, one.ID, mitid.Request{})
		require.NoError(t, err)
		of, err := finish(t, fake, s, rd, mitidtest.Approve(who[i]))
		require.NoError(t, err)
		require.Equal(t, ticket.ID, of.Order)
	}
	r, err := client().Complete(t.Context(), ticket, o, store)
	require.NoError(t, err)
	assert.Equal(t, signing.EndSigned, r.End)
	assert.Equal(t, sum(original), r.Documents[0].Original)
	require.Len(t, r.Documents[0].Verdict.Signatures, 2)
	for i, one := range r.Documents[0].Verdict.Signatures {
		assert.Equal(t, o.Signatories[i].Reference, one.Reference)
		assert.Equal(t, who[i].Name, one.Identity.Name.Full)
	}
	assert.Contains(t, pdfsig(t, r.Documents[0].Content), "Signature is Valid")
	require.ErrorIs(t, r.Cleanup, signing.ErrUnsupported, "the broker deletes nothing on request")

	assert.Equal(t, 1, kept)

	// A second time the same comes again.
	again, err := client().Complete(t.Context(), ticket, o, store)
	require.NoError(t, err)
	assert.Equal(t, signing.EndSigned, again.End)

	// What this service cannot do is refused before anything is sent.
	o.Signatories[0].Sequence = 1
	_, err = client().Place(t.Context(), o)
	require.ErrorIs(t, err, signing.ErrUnsupported)
}
