package sendersuite

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// letters sends good letters. What arrives must be what was sent.
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
			r.must(l)
			doc := r.arrived(l).Documents[0]
			assert.EqualValues(t, size, doc.Size)
			assert.Equal(t, sha256.Sum256(content), doc.SHA256, "%d bytes", size)
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

// paper sends letters that may be printed.
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
