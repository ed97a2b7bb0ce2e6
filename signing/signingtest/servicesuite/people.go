package servicesuite

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// people holds the adapter to what it tells of people.
func (s *suite) people(t *testing.T) {
	t.Run("the order tells who has signed", func(t *testing.T) {
		r := s.rig(t)
		ticket := r.place(r.order("people-1", 1, 2))
		r.sign(ticket, 1)
		states := map[signing.ID]signing.SignatoryState{}
		for _, g := range r.read(ticket).Signatories {
			states[g.ID] = g.State
		}
		assert.Equal(t, map[signing.ID]signing.SignatoryState{
			ticket.Signatories[0].ID: signing.SignatoryOpen, ticket.Signatories[1].ID: signing.SignatorySigned,
		}, states)
		assert.Equal(t, signing.NotEnded, r.read(ticket).Ended())
		_, err := r.client.Complete(t.Context(), ticket, r.order("people-1", 1, 2), keep)
		assert.Equal(t, signing.Pending, r.checkError(err))
		r.sign(ticket, 0)
		assert.Equal(t, signing.EndSigned, r.read(ticket).Ended())
	})
	t.Run("somebody else cannot sign", func(t *testing.T) {
		r := s.rig(t)
		if !r.can.UUID && !r.can.Subject {
			t.Skip("this adapter, as configured, cannot demand a person")
		}
		ticket := r.place(r.order("people-2", 1, 1))
		assert.Error(t, r.Remote.Sign(ticket.ID, ticket.Signatories[0].ID, 2), "the other side let a stranger sign")
		assert.Equal(t, signing.NotEnded, r.read(ticket).Ended())
	})
	t.Run("the verdict says who signed each document, and when", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("people-3", 2, 2)
		begin := r.Remote.Now()
		ticket := r.place(o)
		r.sign(ticket, 0, 1)
		result, err := r.client.Complete(t.Context(), ticket, o, keep)
		require.NoError(t, err)
		require.Len(t, result.Documents, 2)
		for _, d := range result.Documents {
			require.Len(t, d.Verdict.Signatures, 2)
			assert.NotEmpty(t, d.Verdict.Checked, "the verdict says what was checked")
			for _, g := range d.Verdict.Signatures {
				n := 0
				if g.Reference == "person-1" {
					n = 1
				}
				want := r.Remote.Person(n)
				assert.Equal(t, ticket.Signatories[n].ID, g.Signatory)
				assert.Equal(t, want.UUID, g.Identity.UUID, "the person is the one who signed")
				assert.NotZero(t, g.Level)
				assert.NotEmpty(t, g.Evidence, "the tokens come along")
				assert.WithinRange(t, g.SignedAt, begin.Add(-time.Minute), r.Remote.Now().Add(time.Minute))
				assert.Equal(t, time.UTC, g.SignedAt.Location())
			}
		}
	})
}

// rejecting holds the adapter to telling that somebody rejected, and why.
func (s *suite) rejecting(t *testing.T) {
	r := s.rig(t)
	o := r.order("rejecting", 1, 2)
	ticket := r.place(o)
	r.sign(ticket, 0)
	require.NoError(t, r.Remote.Reject(ticket.ID, ticket.Signatories[1].ID, 1, secretReason))
	result, err := r.client.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	assert.Equal(t, signing.EndRejected, result.End)
	assert.Empty(t, result.Documents)
	for _, g := range result.Signatories {
		if g.ID == ticket.Signatories[1].ID {
			assert.Equal(t, signing.SignatoryRejected, g.State)
			assert.Equal(t, secretReason, string(g.Reason.Reveal()), "the reason is the person's own, byte for byte")
			r.checkText("a signatory", fmt.Sprintf("%+v", g))
		}
	}
	if r.can.Cleanup {
		require.NoError(t, result.Cleanup)
		assert.Zero(t, r.Remote.Kept(ticket.ID))
	}
}

// roles holds the adapter to approvers and viewers.
func (s *suite) roles(t *testing.T) {
	r := s.rig(t)
	o := r.order("roles", 1, 3)
	o.Signatories[1].Role, o.Signatories[2].Role = signing.Approver, signing.Viewer
	ticket := r.place(o)
	for _, g := range r.read(ticket).Signatories {
		for n := range ticket.Signatories {
			if ticket.Signatories[n].ID == g.ID {
				assert.Equal(t, o.Signatories[n].Role, g.Role, "the service tells the role that was given")
			}
		}
	}
	r.sign(ticket, 0)
	_, err := r.client.Complete(t.Context(), ticket, o, keep)
	assert.Equal(t, signing.Pending, r.checkError(err), "an approver is waited for")
	r.sign(ticket, 1)
	result, err := r.client.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err, "a viewer is not waited for")
	assert.Len(t, result.Documents[0].Verdict.Signatures, 1, "approvers and viewers sign nothing")
}

// sequence holds the adapter to the order of signing.
func (s *suite) sequence(t *testing.T) {
	r := s.rig(t)
	o := r.order("sequence", 1, 2)
	o.Signatories[0].Sequence, o.Signatories[1].Sequence = 2, 1
	ticket := r.place(o)
	assert.Error(t, r.Remote.Sign(ticket.ID, ticket.Signatories[0].ID, 0), "the second signed before the first")
	r.sign(ticket, 1, 0)
	result, err := r.client.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	assert.Equal(t, signing.EndSigned, result.End)
}

// scoped holds the adapter to documents that concern some people.
func (s *suite) scoped(t *testing.T) {
	r := s.rig(t)
	o := r.order("scoped", 2, 2)
	o.Signatories[0].Documents = []int{1}
	ticket := r.place(o)
	r.sign(ticket, 0, 1)
	result, err := r.client.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	assert.Len(t, result.Documents[0].Verdict.Signatures, 1)
	assert.Len(t, result.Documents[1].Verdict.Signatures, 2)
}
