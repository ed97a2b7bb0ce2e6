package criipto_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func TestLinksAreReadAgain(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	placed, err := o.client.Place(ctx, realOrder("sag-2"))
	require.NoError(t, err)
	links, err := o.service.Links(ctx, placed.Ticket)
	require.NoError(t, err)
	require.Len(t, links, 2)
	for i := range links {
		assert.Equal(t, placed.Links[i].Reveal(), links[i].Reveal())
	}

	turned := placed.Ticket
	turned.Signatories = []signing.TicketSignatory{turned.Signatories[1], turned.Signatories[0]}
	links, err = o.service.Links(ctx, turned)
	require.NoError(t, err)
	assert.Equal(t, placed.Links[0].Reveal(), links[1].Reveal(), "in the order of the ticket")

	turned.Signatories[0].ID = "Signatory:somebody-else"
	_, err = o.service.Links(ctx, turned)
	require.ErrorIs(t, err, signing.ErrResponseInvalid)
	turned.ID = "SignatureOrder:another"
	_, err = o.service.Links(ctx, turned)
	require.ErrorIs(t, err, signing.ErrNotFound)

	for _, name := range []string{"no-link", "link-script", "link-escapes", "no-signatories"} {
		require.NoError(t, o.fake.Next(name))
		_, err = o.service.Links(ctx, placed.Ticket)
		require.ErrorIs(t, err, signing.ErrResponseInvalid, name)
		require.NotContains(t, err.Error(), "elsewhere")
	}
}
