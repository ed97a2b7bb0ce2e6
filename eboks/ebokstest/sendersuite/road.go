package sendersuite

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// road tries what servers between a sender and a distributor do.
func (s *suite) road(t *testing.T) {
	t.Run("early answers", s.earlyAnswers)
	t.Run("poison letter", s.poison)
	for _, closes := range []bool{false, true} {
		t.Run(fmt.Sprintf("no 100-continue, closing: %t", closes), func(t *testing.T) { s.silent(t, closes) })
	}
}

// earlyAnswers plays a success that comes before the letter was read, in a connection that
// was used just now. A letter that nobody has read must not count as taken in.
func (s *suite) earlyAnswers(t *testing.T) {
	for _, size := range []int{100, 10_000, 1_000_000} {
		r := s.rig(t, ebokstest.Config{DigestsOnly: true})
		for range 3 {
			r.must(r.letter())
		}
		l := r.letter()
		l.Document = eboks.Bytes(append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("æøå!"), size/4)...))
		require.NoError(t, r.fake.Next("early-200"))
		_, err := r.offer(t.Context(), l)
		r.expect(err, "success for a letter that was not read", eboks.OutcomeUnknown)
		assert.Zero(t, r.fake.Count(l.ID))
		r.must(l)
		r.arrived(l)
	}
}

// poison sends many letters, of which a filter on the way refuses one. The others pass.
func (s *suite) poison(t *testing.T) {
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true}})
	letters := make([]*eboks.Letter, 40)
	for i := range letters {
		letters[i] = r.letterTo(citizen(40000 + i))
	}
	poison := letters[10].ID
	require.NoError(t, r.fake.For(poison, "proxy-403"))
	for range 3 { // a filter may pause the channel, and time ends that
		for _, l := range letters {
			_, err := r.client.Send(t.Context(), l)
			if l.ID == poison {
				require.Error(t, err)
				r.checkError(err)
			}
		}
		r.fake.Advance(time.Hour)
	}
	for _, l := range letters {
		if l.ID != poison {
			r.arrived(l)
		}
	}
	assert.Zero(t, r.fake.Count(poison))
	r.fake.Behave()
	r.fake.Advance(25 * time.Hour)
	_, err := r.offer(t.Context(), letters[10])
	require.NoError(t, err, "a filter's word is no verdict about the letter")
	r.arrived(letters[10])
}

// silent sends to a server that never says "100 Continue". The first letter may wait for
// it. The others must not wait one after the other: that takes a second each, beside what
// they take on this machine at a server that says it.
func (s *suite) silent(t *testing.T, closes bool) {
	const others = 8
	took := func(silent bool) time.Duration {
		r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{NoContinue: silent, CloseEach: closes}})
		r.must(r.letter())
		began := wall()
		for range others {
			l := r.letter()
			l.Document = eboks.Bytes([]byte("%PDF-1.7\n" + strings.Repeat("æøå!", 5000)))
			r.must(l)
			r.arrived(l)
		}
		return wall().Sub(began)
	}
	usual := took(false)
	assert.Less(t, took(true), usual+others*750*time.Millisecond, "every letter waits anew for 100-continue")
}

// wall is the machine's own clock: how long a letter takes here cannot be told by another.
func wall() time.Time { return time.Now() }
