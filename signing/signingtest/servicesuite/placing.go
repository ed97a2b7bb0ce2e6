package servicesuite

import (
	"crypto/sha256"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func digestsOf(t testing.TB, o *signing.Order) (all []signing.Digest) {
	for i := range o.Documents {
		all = append(all, sha256.Sum256(contentOf(t, &o.Documents[i])))
	}
	return all
}

// placing holds CreateOrder to its promises.
func (s *suite) placing(t *testing.T) {
	t.Run("an order has ids of its own, in the order of its documents and signatories", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("placing-1", 2, 2)
		before := r.Remote.Now()
		p, err := r.client.Place(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, 1, r.Remote.Orders(), "CreateOrder places one order")
		if r.can.Links {
			require.Len(t, p.Links, 2)
			require.NotEqual(t, p.Links[0].Reveal(), p.Links[1].Reveal(), "every signatory has a link of their own")
		}
		progress := r.read(p.Ticket)
		assert.Equal(t, signing.OrderOpen, progress.State)
		assert.True(t, progress.Closed.IsZero(), "it is not closed")
		assert.False(t, progress.Created.Before(before.Add(-time.Minute)) || progress.Created.After(r.Remote.Now().Add(time.Minute)),
			"it was made just now")
		require.Len(t, progress.Signatories, 2)
		for _, g := range progress.Signatories {
			assert.Equal(t, signing.SignatoryOpen, g.State)
			assert.Equal(t, signing.Signer, g.Role)
		}
		require.Len(t, progress.Documents, 2)
	})
	t.Run("two orders are two orders", func(t *testing.T) {
		r := s.rig(t)
		first, second := r.place(r.order("placing-2", 1, 1)), r.place(r.order("placing-3", 1, 1))
		assert.NotEqual(t, first.ID, second.ID)
		assert.Equal(t, 2, r.Remote.Orders())
		r.sign(first, 0)
		assert.Equal(t, signing.EndSigned, r.read(first).Ended())
		assert.Equal(t, signing.NotEnded, r.read(second).Ended(), "the other order is as it was")
	})
	t.Run("a document that differs from its digest is not sent", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("placing-4", 2, 1)
		d := digestsOf(t, o)
		d[1][0] ^= 1
		_, err := r.Service.CreateOrder(t.Context(), o, d)
		assert.Equal(t, signing.InputInvalid, r.checkError(err))
		assert.Zero(t, r.Remote.Orders())
	})
	t.Run("a document that changes between two readings is not sent", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("placing-5", 1, 1)
		content, opened := contentOf(t, &o.Documents[0]), 0
		o.Documents[0].Open = func() (io.ReadCloser, error) {
			if opened++; opened == 1 { // the Client's
				return io.NopCloser(strings.NewReader(string(content))), nil
			}
			return io.NopCloser(strings.NewReader(strings.Replace(string(content), "Bilag", "Andet", 1))), nil
		}
		_, err := r.client.Place(t.Context(), o)
		r.checkError(err)
		assert.Zero(t, r.Remote.Orders())
	})
	t.Run("an order that nobody placed is not found", func(t *testing.T) {
		r := s.rig(t)
		r.place(r.order("placing-6", 1, 1))
		p, err := r.Service.Order(t.Context(), "nobody-placed-this")
		assert.Nil(t, p)
		assert.Equal(t, signing.NotFound, r.checkError(err))
	})
}
