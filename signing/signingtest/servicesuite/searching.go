package servicesuite

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// searching holds a Finder to its promises.
func (s *suite) searching(t *testing.T) {
	find := func(r *rig, o *signing.Order) []*signing.Placed {
		found, err := r.Service.(signing.Finder).Find(t.Context(), o)
		require.NoError(t, err)
		return found
	}
	t.Run("an order is found by its reference, and no other", func(t *testing.T) {
		r := s.rig(t)
		o, other := r.order("searching-1", 2, 2), r.order("searching-10", 2, 2)
		assert.Empty(t, find(r, o), "nothing is there yet")
		r.place(other)
		assert.Empty(t, find(r, o), "a reference is compared whole")
		for i := range 5 {
			r.place(r.order("crowd-"+string(rune('a'+i)), 1, 1))
		}
		ticket := r.place(o)
		found := find(r, o)
		require.Len(t, found, 1)
		assert.Equal(t, ticket.ID, found[0].Ticket.ID)
		assert.Equal(t, o.Reference, found[0].Ticket.Reference, "the reference is as the service tells it")
		require.Len(t, found[0].Ticket.Documents, 2)
		require.Len(t, found[0].Ticket.Signatories, 2)
		for i := range 2 {
			assert.Equal(t, ticket.Documents[i].ID, found[0].Ticket.Documents[i].ID, "documents are in the order of the order")
			assert.Equal(t, ticket.Signatories[i].ID, found[0].Ticket.Signatories[i].ID, "signatories are in the order of the order")
			assert.Equal(t, o.Signatories[i].Reference, found[0].Ticket.Signatories[i].Reference)
		}
	})
	t.Run("PlaceAgain places no second order", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("searching-2", 1, 2)
		p, err := r.client.PlaceAgain(t.Context(), o)
		require.NoError(t, err)
		again, err := r.client.PlaceAgain(t.Context(), o)
		require.NoError(t, err)
		assert.Equal(t, p.Ticket.ID, again.Ticket.ID)
		assert.Equal(t, 1, r.Remote.Orders())
		for i := range p.Links {
			assert.Equal(t, p.Links[i].Reveal(), again.Links[i].Reveal(), "the links are the same")
		}
		r.sign(again.Ticket, 0, 1)
		result, err := r.client.Complete(t.Context(), again.Ticket, o, keep)
		require.NoError(t, err)
		assert.Equal(t, signing.EndSigned, result.End)
	})
	t.Run("an order that has ended is found", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("searching-3", 1, 1)
		ticket := r.place(o)
		r.sign(ticket, 0)
		require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 7))
		assert.Len(t, find(r, o), 1, "a closed order")
		if r.can.Cancel {
			o = r.order("searching-4", 1, 1)
			require.NoError(t, r.Service.Cancel(t.Context(), r.place(o).ID))
			assert.Len(t, find(r, o), 1, "a cancelled order")
		}
	})
	t.Run("two orders under one reference are both found", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("searching-5", 1, 1)
		r.place(o)
		r.place(o)
		assert.Len(t, find(r, o), 2)
		_, err := r.client.PlaceAgain(t.Context(), o)
		assert.Equal(t, signing.Conflict, r.checkError(err))
	})
}
