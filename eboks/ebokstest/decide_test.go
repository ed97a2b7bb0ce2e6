package ebokstest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

// offer returns the record of the only letter that was offered.
func offer(t *testing.T, d *ebokstest.Distributor) ebokstest.LetterRecord {
	t.Helper()
	all := d.Offers()
	require.Len(t, all, 1)
	return all[0]
}

func texts(r ebokstest.LetterRecord) string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, s.Text)
	}
	return strings.Join(all, "\n")
}

func TestDeliverBounceDelay(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		d := s.Fake
		l := rawpost.To(rawpost.Someone(9000))
		status, _ := s.Send(l)
		require.True(t, rawpost.IsTaken(status))
		r := offer(t, d)
		assert.True(t, r.Taken && r.OnItsWay && r.Deliverable)
		assert.Equal(t, eboks.Accepted, r.Status)
		assert.Equal(t, "Åse Ærlig Østergård", r.Who)
		assert.Empty(t, r.Why)

		before := d.Changes()
		require.NoError(t, d.Delay(l.ID, time.Hour))
		assert.Greater(t, d.Changes(), before)
		d.Advance(time.Hour)
		assert.Equal(t, eboks.Accepted, offer(t, d).Status, "an hour late")
		require.NoError(t, d.Deliver(l.ID))
		r = offer(t, d)
		assert.Equal(t, eboks.DeliveredDigital, r.Status)
		assert.False(t, r.OnItsWay)
		assert.Len(t, d.Letters(rawpost.Someone(9000)), 1)
		d.Advance(24 * time.Hour)
		assert.Equal(t, 1, d.Delivered(l.ID), "what was planned before does not happen too")
		assert.Error(t, d.Deliver(l.ID), "delivered already")
		assert.Error(t, d.Bounce(l.ID, eboks.Exempt))
		assert.Error(t, d.Delay(l.ID, time.Hour))
		assert.Error(t, d.Deliver(eboks.NewID()), "nobody sent it")

		other := rawpost.To(rawpost.Someone(9001))
		_, _ = s.Send(other)
		assert.Error(t, d.Bounce(other.ID, eboks.Reachable))
		assert.Error(t, d.Delay(other.ID, -time.Hour))
		require.NoError(t, d.Bounce(other.ID, eboks.Exempt))
		r = d.Offers()[1]
		assert.Equal(t, eboks.Failed, r.Status)
		assert.Equal(t, "the recipient cannot be reached: exempt", r.Why)
		entries, _ := d.History(other.ID)
		assert.Equal(t, ebokstest.CodeExempt, entries[len(entries)-1].Code, "the sender is told")
		assert.Empty(t, d.Letters(rawpost.Someone(9001)))
	})
}

func TestWhyALetterWasNotTaken(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		d := s.Fake
		l := rawpost.To(rawpost.Someone(9000))
		require.NoError(t, d.Next("503"))
		_, _ = s.Send(l)
		r := offer(t, d)
		assert.False(t, r.Taken)
		assert.Contains(t, r.Why, "answered with status 503: the misbehaviour 503")
		next, always := d.Planned()
		assert.Empty(t, next)
		assert.Empty(t, always)
		status, _ := s.Send(l)
		require.True(t, rawpost.IsTaken(status))
		r = offer(t, d)
		assert.True(t, r.Taken)
		assert.Empty(t, r.Why, "it came in after all")
		assert.Equal(t, 2, strings.Count(texts(r), "offered"))
		_, _ = s.Send(l)
		assert.Contains(t, texts(offer(t, d)), "there is a letter of this id")

		bad := rawpost.To(rawpost.Someone(9000))
		_, _ = s.Must("PUT", s.Path(bad.ID), "<brev>ikke efter skemaet, æøå</brev>")
		r = d.Offers()[1]
		assert.Contains(t, r.Why, "does not follow the schema")
		assert.NotContains(t, r.Why, "æøå", "nothing of the request")

		exempt := rawpost.To(rawpost.Someone(9007))
		status, _ = s.Send(exempt)
		require.True(t, rawpost.IsTaken(status))
		assert.False(t, d.Offers()[2].Deliverable)
		assert.ErrorContains(t, d.Deliver(exempt.ID), "cannot be delivered")
		d.Advance(time.Hour)
		assert.Equal(t, "the recipient cannot be reached: exempt", d.Offers()[2].Why)
		protected := rawpost.To(rawpost.Someone(9003))
		_, _ = s.Send(protected)
		r = d.Offers()[3]
		assert.Empty(t, r.Who, "name and address are protected")
		for _, r := range d.Offers() {
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", r, r, r), l.Title, "a record prints as a placeholder")
		}
	})
}

// TestReset: after arbitrary use a fake is as a new one.
func TestReset(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		d := s.Fake
		fresh := func() []any {
			next, always := d.Planned()
			var owners []eboks.Recipient
			var states []ebokstest.State
			for _, m := range d.Mailboxes() {
				owners, states = append(owners, m.Owner), append(states, m.State)
			}
			return []any{owners, states, next, always, d.Receipts(), len(d.Offers()), d.Total(), len(d.Requests()), d.Conflicts(), len(d.Log(0, 100))}
		}
		start := fresh()
		d.Add(ebokstest.Mailbox{Owner: rawpost.Someone(1), Name: "Ærø"}, ebokstest.Mailbox{Owner: rawpost.Someone(9000), State: ebokstest.Exempt})
		l := rawpost.To(rawpost.Someone(9001))
		_, before := s.Send(l)
		require.NoError(t, d.Always("503"))
		require.NoError(t, d.Next("400", ""))
		require.NoError(t, d.For(l.ID, "429"))
		d.SetReceipts(ebokstest.Late)
		d.Configure(func(s *ebokstest.Settings) { s.AnyRecipient = true; s.CloseEach = true })
		for _, v := range d.Dialect().Traits().Variants {
			v.Set()
		}
		d.Advance(48 * time.Hour)
		changes := d.Changes()
		d.Reset()
		assert.Greater(t, d.Changes(), changes)
		assert.Equal(t, start, fresh())
		assert.WithinDuration(t, time.Now(), d.Now(), time.Minute, "the clock")
		_, after := s.Send(l)
		assert.Equal(t, before, after, "the same letter again, answered as the first time")
		assert.NotEqual(t, eboks.Reachable, d.Reach(rawpost.Someone(2), d.Materials()[0]))
	})
}

// TestOffersAreBounded: the histories of the latest letters are kept, and an old letter still
// moves.
func TestOffersAreBounded(t *testing.T) {
	each(t, ebokstest.Config{DigestsOnly: true}, func(t *testing.T, s *rawpost.Sender) {
		d := s.Fake
		first := rawpost.To(rawpost.Someone(9000))
		_, _ = s.Send(first)
		for range 1100 {
			d.Accept(ebokstest.Letter{ID: eboks.NewID(), To: rawpost.Someone(9000), Title: "Brev", Material: d.Materials()[0]}, ebokstest.Handling{})
		}
		d.Advance(time.Hour)
		all := d.Offers()
		assert.Len(t, all, 1024)
		assert.False(t, slices.ContainsFunc(all, func(r ebokstest.LetterRecord) bool { return r.ID == first.ID }))
		assert.Equal(t, 1, d.Delivered(first.ID))
		for range 60 {
			_, _ = s.Send(first)
		}
		r := d.Offers()[1023]
		assert.Equal(t, first.ID, r.ID)
		assert.Len(t, r.Steps, 100)
	})
}
