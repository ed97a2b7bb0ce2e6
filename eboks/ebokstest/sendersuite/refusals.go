package sendersuite

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// refusals sends letters that the adapter, the client or the distributor must refuse.
func (s *suite) refusals(t *testing.T) {
	t.Run("unmeasured document", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		_, err := r.sender.Send(t.Context(), r.letter())
		r.expect(err, "a letter that no client prepared", eboks.InputInvalid)
		r.checkError(err)
		assert.Empty(t, r.fake.Requests(), "nothing left")
	})
	t.Run("document changes", func(t *testing.T) {
		long := strings.Repeat(secretWords, 2000) // too long for a client to keep
		for _, second := range []string{strings.Repeat("%PDF-1.7\nkanariefugl aoe!!!!\n%%EOF\n", 2000)[:len(long)], "%PDF-", long + long, long[:len(long)-1] + "!"} {
			r := s.rig(t, ebokstest.Config{})
			l := r.letter()
			opened := 0
			l.Document = eboks.Document{Open: func() (io.ReadCloser, error) {
				opened++
				if opened == 1 {
					return io.NopCloser(strings.NewReader(long)), nil
				}
				return io.NopCloser(strings.NewReader(second)), nil
			}}
			_, err := r.offer(t.Context(), l)
			r.expect(err, "a document that is another one the second time", eboks.InputInvalid)
			assert.True(t, undelivered(err))
			assert.Zero(t, r.fake.Count(l.ID), "half a letter was accepted")
			assert.ErrorIs(t, err, eboks.ErrChanged)
		}
	})
	t.Run("unknown material", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		l := r.letter()
		l.Material = "999999"
		_, err := r.offer(t.Context(), l)
		r.expect(err, "a material that the agreement does not have", eboks.Rejected, eboks.ConfigInvalid)
		assert.True(t, undelivered(err))
		assert.Zero(t, r.fake.Count(l.ID))
	})
	t.Run("unsupported", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		for field, l := range map[string]*eboks.Letter{
			"Attachments": {Attachments: []eboks.Document{eboks.Bytes([]byte(secretWords)).Named("æ.pdf")}},
			"NotBefore":   {NotBefore: r.fake.Now().Add(time.Hour)},
			"Reply":       {Reply: eboks.Reply{Mode: eboks.ReplyStandard}},
			"Channel":     {Channel: eboks.DigitalThenPrint, Address: eboks.Address{Name: secretName, Lines: []string{"Ærøvej 1"}, PostCode: "5970"}},
		} {
			can := map[string]bool{"Attachments": r.can.Limits.Attachments > 0, "NotBefore": r.can.NotBefore, "Reply": r.can.Reply, "Channel": r.can.Print}[field]
			if can {
				continue
			}
			plain := r.letter()
			l.ID, l.To, l.Title, l.Document, l.Material = plain.ID, plain.To, plain.Title, plain.Document, plain.Material
			_, err := r.client.Send(t.Context(), l)
			r.expect(err, field, eboks.Unsupported)
			assert.Empty(t, r.fake.Requests(), "nothing left")
		}
	})
}

// repeats sends the same id again, for the same letter and for another.
func (s *suite) repeats(t *testing.T) {
	s.variants(t, func(r *rig) {
		l := r.letter()
		r.must(l)
		_, err := r.offer(r.Context(), l)
		r.expect(err, "the same letter again", eboks.AlreadyAccepted)
		assert.False(r, undelivered(err), "the distributor has it")
		other := *l
		other.Document = eboks.Bytes([]byte("%PDF-1.7 et andet brev"))
		_, err = r.offer(r.Context(), &other)
		r.expect(err, "another letter under the same id", eboks.AlreadyAccepted)
		assert.Equal(r, []byte(secretWords), r.arrived(l).Documents[0].Content(), "the first one")
	})
	r := s.rig(t, ebokstest.Config{})
	l := r.letter()
	first, err := r.client.Send(t.Context(), l)
	require.NoError(t, err)
	again, err := r.client.Send(t.Context(), l)
	require.NoError(t, err)
	assert.Equal(t, eboks.Duplicate, again.Repeat)
	assert.Equal(t, first.ID, again.ID)
	other := *l
	other.To = ebokstest.People()[1].Owner
	_, err = r.client.Send(t.Context(), &other)
	r.expect(err, "another recipient under the same id", eboks.Conflict)
	assert.Equal(t, 1, r.fake.Offered(l.ID), "a client that knows the letter asks nobody")
	r.arrived(l)
}

// recipients sends letters to people who cannot be reached. They are refused at once, or
// fail in the log.
func (s *suite) recipients(t *testing.T) {
	want := map[ebokstest.State]eboks.Reachability{ebokstest.NotRegistered: eboks.NotRegistered, ebokstest.Exempt: eboks.Exempt,
		ebokstest.Minor: eboks.Minor, ebokstest.Deceased: eboks.Deceased}
	refused := 0
	s.variants(t, func(r *rig) {
		want[ebokstest.NotSubscribed] = r.traits.Unsubscribed
		for _, m := range ebokstest.People() {
			reach, unreachable := want[m.State]
			if !unreachable {
				continue
			}
			l := r.letterTo(m.Owner)
			if _, err := r.offer(r.Context(), l); err != nil {
				refused++
				r.expect(err, m.State.String(), eboks.RecipientUnreachable)
				e, _ := err.(*eboks.Error)
				require.NotNil(r, e)
				assert.Equal(r, reach, e.Reachability, m.State.String())
				continue
			}
			r.deliver()
			assert.Empty(r, r.fake.Letters(m.Owner))
			if !r.can.Status {
				continue
			}
			h, err := r.client.Status(r.Context(), l.ID)
			require.NoError(r, err)
			last, ok := h.Last()
			require.True(r, ok)
			assert.Equal(r, eboks.Failed, last.Status, "refused in the log")
			assert.Equal(r, reach, last.Reachability, m.State.String())
			assert.NotEmpty(r, last.Failure)
		}
	})
	assert.NotZero(t, refused, "no variant of the fake refuses at once")

	r := s.rig(t, ebokstest.Config{})
	for _, v := range r.traits.Variants {
		v.Set()
	}
	stranger := r.letterTo(eboks.Company(claims.MustParseCVR("87654320")))
	_, err := r.offer(t.Context(), stranger)
	r.expect(err, "a company without a mailbox", eboks.RecipientUnreachable)

	with := s.rig(t, ebokstest.Config{})
	owner := citizen(77)
	with.fake.Add(ebokstest.Mailbox{Owner: owner, Without: with.fake.Materials()[1:2]})
	l := with.letterTo(owner)
	with.must(l)
	with.arrived(l)
	assert.Equal(t, http.MethodPut, with.fake.Requests()[0].Method)
}
