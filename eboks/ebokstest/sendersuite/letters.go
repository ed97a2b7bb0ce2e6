package sendersuite

import (
	"bytes"
	"crypto/sha256"
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

func (s *suite) capabilities(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	can := r.can
	assert.NotEmpty(t, can.Name)
	assert.Equal(t, can, r.sender.Capabilities(), "the same at every call")
	assert.Empty(t, r.fake.Requests(), "no call is made for it")
	assert.False(t, can.Opened, "no wire reports openings")
	for _, ability := range []struct {
		name     string
		can, has bool
	}{
		{"Status", can.Status, is[eboks.StatusReader](r.sender)},
		{"Lookup", can.Lookup, is[eboks.Lookup](r.sender)},
		{"Events", can.Events, is[eboks.EventReader](r.sender)},
		{"Recall", can.Recall, is[eboks.Recaller](r.sender)},
		{"Batch", can.Batch > 1, is[eboks.BatchSender](r.sender)},
	} {
		assert.False(t, ability.can && !ability.has, "%s is promised and not there", ability.name)
		if !ability.can {
			t.Logf("%s: not promised, not tested", ability.name)
		}
	}
	if !can.CertificateExpires.IsZero() {
		assert.True(t, r.fake.Certificate().Leaf.NotAfter.Equal(can.CertificateExpires), "the end of the certificate")
	}
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

// letters: what is sent is what arrives.
func (s *suite) letters(t *testing.T) {
	t.Run("people and companies", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		for _, m := range ebokstest.People() {
			if m.State != ebokstest.Open && m.State != ebokstest.Protected {
				continue
			}
			l := r.letterTo(m.Owner)
			r.must(l)
			got := r.arrived(l)
			assert.Equal(t, l.Title, got.Title)
			assert.Equal(t, l.Material, got.Material)
			assert.Equal(t, eboks.DigitalOnly, got.Channel)
			assert.Equal(t, []byte(secretWords), got.Documents[0].Content())
			assert.Equal(t, 1, r.fake.Offered(l.ID))
		}
	})
	t.Run("titles", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		for _, title := range []string{"Ø", "Tøj & sko <til> \"børn\" 'æøå' ÆØÅ é ü 漢字", strings.Repeat("å", 255), " blank i enderne "} {
			l := r.letter()
			l.Title = title
			r.must(l)
			assert.Equal(t, title, r.arrived(l).Title)
		}
	})
	t.Run("documents", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{DigestsOnly: true})
		for _, size := range []int{6, 7, 8, 3 << 12, 24<<10 - 1, 24 << 10, 24<<10 + 1, 24<<10 + 2, 1 << 20, 5_000_000} {
			content := append([]byte("%PDF-"), bytes.Repeat([]byte("æøå!"), size/4+1)...)[:size]
			l := r.letter()
			l.Document = eboks.Bytes(content)
			receipt := r.must(l)
			doc := r.arrived(l).Documents[0]
			assert.EqualValues(t, size, doc.Size)
			assert.Equal(t, sha256.Sum256(content), doc.SHA256, "%d octets", size)
			_ = receipt
		}
	})
	t.Run("attachments", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		if r.can.Limits.Attachments == 0 {
			t.Log("this adapter carries no attachments")
			return
		}
		l := r.letter()
		names := []string{"Bilag 1 – æøå.pdf", "Ærø & Samsø.pdf"}
		for i, name := range names {
			l.Attachments = append(l.Attachments, eboks.Bytes([]byte("%PDF-"+strings.Repeat("bilag æøå", i+1))).Named(name))
		}
		r.must(l)
		got := r.arrived(l)
		require.Len(t, got.Documents, 3)
		for i, name := range names {
			assert.Equal(t, name, got.Documents[i+1].Name)
			assert.Equal(t, "%PDF-"+strings.Repeat("bilag æøå", i+1), string(got.Documents[i+1].Content()))
		}
	})
	t.Run("not before", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		if !r.can.NotBefore {
			t.Log("this adapter cannot hold letters back")
			return
		}
		l := r.letter()
		l.NotBefore = r.fake.Now().Add(30 * time.Hour).Truncate(time.Second).In(time.FixedZone("øst", 5*3600))
		r.must(l)
		got, _ := r.fake.Letter(l.ID)
		assert.True(t, l.NotBefore.Equal(got.NotBefore), "the time, whatever zone it is in")
		r.deliver()
		assert.Zero(t, r.fake.Delivered(l.ID), "it is held back")
		r.arrived(l)
	})
	t.Run("reply", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		if !r.can.Reply {
			t.Log("this adapter carries no replies")
			return
		}
		for _, reply := range []eboks.Reply{{}, {Mode: eboks.ReplyStandard}, {Mode: eboks.ReplyTo, Mailbox: "4711", Subject: "12"}} {
			l := r.letter()
			l.Reply = reply
			r.must(l)
			assert.Equal(t, reply, r.arrived(l).Reply)
		}
	})
	t.Run("paper", s.paper)
}

// paper: letters that may be printed.
func (s *suite) paper(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	if !r.can.Print {
		t.Log("this adapter does not print")
		return
	}
	addresses := []eboks.Address{
		{Name: secretName, CareOf: "Bjørn Sørensen", Street: "Ærøvej", House: "12B", Floor: "1", Suite: "TV", PostCode: "5970"},
		{Name: secretName, Lines: []string{"Store Ågade 1", "Østerby"}, PostCode: "5970"},
	}
	for _, a := range addresses {
		for _, channel := range []eboks.Channel{eboks.DigitalThenPrint, eboks.PrintOnly} {
			l := r.letterTo(citizen(123456)) // who has no mailbox
			l.Channel, l.Address = channel, a
			r.must(l)
			r.deliver()
			got, ok := r.fake.Letter(l.ID)
			require.True(t, ok)
			assert.Equal(t, channel, got.Channel)
			assert.Equal(t, eboks.HandedToCarrier, got.Status)
			want := a
			want.Country = "DK"
			assert.Equal(t, want, got.Address)
			if channel == eboks.PrintOnly {
				assert.True(t, got.To.IsZero(), "a CPR number went along with a letter on paper")
			}
			assert.Zero(t, r.fake.Delivered(l.ID))
		}
	}
	l := r.letter()
	l.Channel, l.Address = eboks.DigitalThenPrint, addresses[0]
	r.must(l)
	r.arrived(l) // digital, where that works
}

// refusals: what is not sent.
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
			assert.True(t, eboks.SafeToRetry(err))
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
		assert.True(t, eboks.SafeToRetry(err))
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

// repeats: the same id again, for the same letter and for another.
func (s *suite) repeats(t *testing.T) {
	r := s.rig(t, ebokstest.Config{})
	settings := []func(*ebokstest.Settings){func(*ebokstest.Settings) {}}
	if s.dialect == ebokstest.PostNord {
		settings = append(settings, func(s *ebokstest.Settings) { s.Repeated419 = true })
	} else {
		settings = append(settings, func(s *ebokstest.Settings) { s.AnswerBody = true })
	}
	for _, change := range settings {
		r.fake.Configure(change)
		l := r.letter()
		r.must(l)
		_, err := r.offer(t.Context(), l)
		r.expect(err, "the same letter again", eboks.AlreadyAccepted)
		assert.False(t, eboks.SafeToRetry(err), "the distributor has it")
		other := *l
		other.Document = eboks.Bytes([]byte("%PDF-1.7 et andet brev"))
		_, err = r.offer(t.Context(), &other)
		r.expect(err, "another letter under the same id", eboks.AlreadyAccepted)
		assert.Equal(t, []byte(secretWords), r.arrived(l).Documents[0].Content(), "the first one")
	}

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

// recipients: who cannot be reached.
func (s *suite) recipients(t *testing.T) {
	want := map[ebokstest.State]eboks.Reachability{ebokstest.NotRegistered: eboks.NotRegistered, ebokstest.NotSubscribed: eboks.NotSubscribed,
		ebokstest.Exempt: eboks.Exempt, ebokstest.Minor: eboks.Minor, ebokstest.Deceased: eboks.Deceased}
	if s.dialect == ebokstest.PostNord { // the wire has no word for it
		want[ebokstest.NotSubscribed] = eboks.NotRegistered
	}
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{RefuseAtOnce: true}})
	late := s.rig(t, ebokstest.Config{})
	for _, m := range ebokstest.People() {
		reach, unreachable := want[m.State]
		if !unreachable {
			continue
		}
		_, err := r.offer(t.Context(), r.letterTo(m.Owner))
		r.expect(err, m.State.String(), eboks.RecipientUnreachable)
		e, _ := err.(*eboks.Error)
		require.NotNil(t, e)
		assert.Equal(t, reach, e.Reachability, m.State.String())
		r.deliver()
		assert.Empty(t, r.fake.Letters(m.Owner))

		if s.dialect == ebokstest.PostNord || !late.can.Status {
			continue
		}
		l := late.letterTo(m.Owner)
		late.must(l)
		late.deliver()
		h, err := late.client.Status(t.Context(), l.ID)
		require.NoError(t, err)
		last, ok := h.Last()
		require.True(t, ok)
		assert.Equal(t, eboks.Failed, last.Status, "refused in the log")
		assert.Equal(t, reach, last.Reachability, m.State.String())
		assert.NotEmpty(t, last.Failure)
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
