package criipto_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func TestLinksMayHaveAFragment(t *testing.T) {
	said := ""
	r := newRemote(t, func(w http.ResponseWriter, _ call) { _, _ = io.WriteString(w, said) })
	for link, taken := range map[string]bool{
		"https://sign.example/#/s1?token=x": true, "https://sign.example/s1?token=x#": true, "http://127.0.0.1:1/#s1": true,
		"http://sign.example/#s1": false, "#s1": false, "https://a@sign.example/#s1": false, "https://sign.example/# s1": false, "javascript:1#https://sign.example": false,
	} {
		said = `{"data":{"signatureOrder":{"id":"` + string(theOrder) + `","status":"OPEN","documents":[],"signatories":[{"id":"s1","href":"` + link + `"}]}}}`
		links, err := r.service(t).Links(t.Context(), signing.Ticket{ID: theOrder, Signatories: []signing.TicketSignatory{{ID: "s1"}}})
		if !taken {
			require.ErrorIs(t, err, signing.ErrResponseInvalid, link)
			continue
		}
		require.NoError(t, err, link)
		assert.Equal(t, link, links[0].Reveal())
	}
}

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
