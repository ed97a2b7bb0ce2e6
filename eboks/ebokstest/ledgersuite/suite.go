package ledgersuite

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
)

// lease is how long the owners of this suite have a letter in hand.
const lease = time.Minute

func began() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }

// Test holds a Ledger to the promises of its interface. open makes an empty ledger
// that takes entries of the given letters, and returns it as two processes would open
// it: two values on one store. For a ledger of one process both may be the same.
func Test(t *testing.T, open func(tb testing.TB, letters []eboks.ID) (one, other eboks.Ledger)) {
	for name, test := range map[string]func(t *testing.T, s *suite){
		"an entry comes back as it was":                whole,
		"a new letter is claimed and then another's":   inHand,
		"the owner claims again":                       renewed,
		"a lease that ended leaves a doubt":            overtaken,
		"what came to an end is not claimed":           ended,
		"a settlement that comes late changes nothing": late,
		"each entry of many is on its own":             many,
		"one of many claims a letter":                  crowd,
	} {
		t.Run(name, func(t *testing.T) {
			s := &suite{T: t}
			for range 8 {
				s.ids = append(s.ids, eboks.NewID())
			}
			s.one, s.other = open(t, s.ids)
			test(t, s)
		})
	}
}

type suite struct {
	*testing.T
	one, other eboks.Ledger
	ids        []eboks.ID
}

func fresh(id eboks.ID, at time.Time) eboks.Entry {
	return eboks.Entry{ID: id, Digest: eboks.Digest{1}, State: eboks.LetterWaiting, SHA256: [32]byte{9}, At: at}
}

func (s *suite) claim(l eboks.Ledger, id eboks.ID, owner string, at time.Time) eboks.Entry {
	s.Helper()
	es, err := l.Claim(s.Context(), []eboks.Entry{fresh(id, at)}, owner, lease)
	require.NoError(s, err)
	require.Len(s, es, 1)
	return utc(es[0])
}

func (s *suite) settle(l eboks.Ledger, e eboks.Entry) (stale []eboks.Entry) {
	s.Helper()
	stale, err := l.Settle(s.Context(), []eboks.Entry{e})
	require.NoError(s, err)
	return stale
}

func (s *suite) load(l eboks.Ledger, id eboks.ID) eboks.Entry {
	s.Helper()
	es, err := l.Load(s.Context(), []eboks.ID{id})
	require.NoError(s, err)
	require.Len(s, es, 1)
	return utc(es[0])
}

func utc(e eboks.Entry) eboks.Entry {
	for _, t := range []*time.Time{&e.At, &e.Lease, &e.Missing, &e.TakenAt} {
		if !t.IsZero() {
			*t = t.UTC()
		}
	}
	return e
}

// free is e in nobody's hand.
func free(e eboks.Entry, state eboks.State) eboks.Entry {
	e.State, e.Owner, e.Lease = state, "", time.Time{}
	return e
}

func whole(t *testing.T, s *suite) {
	id := s.ids[0]
	assert.Zero(t, s.load(s.one, id).State, "there is no entry")
	e := s.claim(s.one, id, "ærlig-1", began())
	want := fresh(id, began())
	want.Owner, want.Lease, want.Version = "ærlig-1", began().Add(lease), 1
	assert.Equal(t, want, e)
	assert.Equal(t, e, s.load(s.other, id), "the other process sees it at once")

	settled := eboks.Entry{
		ID: id, Digest: eboks.Digest{1}, State: eboks.LetterRefused, Version: 1, At: began().Add(time.Second), Offers: 4, Doubts: 3,
		Missing: began().Add(-time.Hour), SHA256: [32]byte{9}, Status: eboks.Accepted, Reference: "ÆØÅ-1", TakenAt: began().Add(2 * time.Second),
		Kind: eboks.RecipientUnreachable, Code: "2004", Reachability: eboks.Deceased, Then: eboks.Stop,
	}
	require.Empty(t, s.settle(s.one, settled))
	settled.Version = 2
	assert.Equal(t, settled, s.load(s.other, id))
}

func inHand(t *testing.T, s *suite) {
	id := s.ids[0]
	s.claim(s.one, id, "a", began())
	e := s.claim(s.other, id, "b", began().Add(lease-time.Millisecond))
	assert.Equal(t, "a", e.Owner)
	assert.EqualValues(t, 1, e.Version, "nothing is written")
	assert.Equal(t, e, s.load(s.one, id))

	for _, state := range []eboks.State{eboks.LetterWaiting, eboks.LetterUnknown} {
		require.Empty(t, s.settle(s.one, free(s.load(s.one, id), state)))
		e = s.claim(s.other, id, "b", began().Add(time.Second))
		assert.Equal(t, "b", e.Owner)
		assert.Equal(t, state, e.State)
		assert.Equal(t, began().Add(time.Second+lease), e.Lease)
	}
}

func renewed(t *testing.T, s *suite) {
	id := s.ids[0]
	first := s.claim(s.one, id, "a", began())
	again := s.claim(s.one, id, "a", began().Add(time.Second))
	assert.Equal(t, "a", again.Owner)
	assert.Equal(t, first.Version+1, again.Version)
	assert.Equal(t, first.Lease.Add(time.Second), again.Lease)
	assert.Equal(t, eboks.LetterWaiting, again.State, "its own claim raises no doubt")
	long := s.claim(s.one, id, "a", began().Add(time.Hour))
	assert.Equal(t, eboks.LetterWaiting, long.State)
}

// The owner that is gone may have offered the letter.
func overtaken(t *testing.T, s *suite) {
	for i, before := range []eboks.State{eboks.LetterWaiting, eboks.LetterUnknown} {
		id := s.ids[i]
		e := s.claim(s.one, id, "x", began())
		e.Missing = began().Add(-time.Minute)
		require.Empty(t, s.settle(s.one, free(e, before)))
		a := s.claim(s.one, id, "a", began())
		assert.Equal(t, e.Missing, a.Missing, "a claim alone is no offer")
		again := s.claim(s.one, id, "a", began())
		assert.Equal(t, e.Missing, again.Missing)
		a = again
		b := s.claim(s.other, id, "b", a.Lease)
		assert.Equal(t, "b", b.Owner)
		assert.Equal(t, eboks.LetterUnknown, b.State)
		assert.Zero(t, b.Missing, "it may have been offered since")
		assert.Equal(t, b, s.load(s.one, id), "the doubt is kept")

		stale := s.settle(s.one, free(a, eboks.LetterWaiting))
		require.Len(t, stale, 1)
		assert.Equal(t, b, utc(stale[0]), "who was overtaken hears of it")
		assert.Equal(t, b, s.load(s.other, id))
	}
}

func ended(t *testing.T, s *suite) {
	for i, state := range []eboks.State{eboks.LetterAccepted, eboks.LetterRefused, eboks.LetterParked} {
		id := s.ids[i]
		require.Empty(t, s.settle(s.one, free(s.claim(s.one, id, "a", began()), state)))
		e := s.claim(s.other, id, "b", began().Add(time.Hour))
		assert.Equal(t, state, e.State)
		assert.Empty(t, e.Owner)
		assert.EqualValues(t, 2, e.Version)
	}
}

func late(t *testing.T, s *suite) {
	id := s.ids[0]
	e := s.claim(s.one, id, "a", began())
	require.Empty(t, s.settle(s.one, free(e, eboks.LetterAccepted)))
	kept := s.load(s.other, id)
	for _, state := range []eboks.State{eboks.LetterWaiting, eboks.LetterUnknown, eboks.LetterRefused, eboks.LetterParked} {
		stale := s.settle(s.other, free(e, state))
		require.Len(t, stale, 1)
		assert.Equal(t, kept, utc(stale[0]))
	}
	assert.Equal(t, kept, s.load(s.one, id))
}

func many(t *testing.T, s *suite) {
	taken := s.claim(s.one, s.ids[1], "a", began())
	var all []eboks.Entry
	for _, id := range s.ids {
		all = append(all, fresh(id, began()))
	}
	es, err := s.other.Claim(t.Context(), all, "b", lease)
	require.NoError(t, err)
	require.Len(t, es, len(s.ids))
	for i, e := range es {
		assert.Equal(t, s.ids[i], e.ID, "in the order of the letters")
		if i == 1 {
			assert.Equal(t, taken, utc(e))
			continue
		}
		assert.Equal(t, "b", e.Owner)
	}
	for i := range es {
		es[i] = free(es[i], eboks.LetterAccepted)
		es[i].Reference = "nr. " + strconv.Itoa(i) + " Ålborg"
	}
	es[1].Version = 7
	stale, err := s.other.Settle(t.Context(), es)
	require.NoError(t, err)
	require.Len(t, stale, 1, "the others are written")
	assert.Equal(t, taken, utc(stale[0]))
	loaded, err := s.one.Load(t.Context(), append([]eboks.ID{eboks.NewID()}, s.ids...))
	require.NoError(t, err)
	require.Len(t, loaded, len(s.ids)+1)
	assert.Zero(t, loaded[0].State, "no entry, no answer")
	assert.Equal(t, "nr. 2 Ålborg", loaded[3].Reference)
	none, err := s.one.Claim(t.Context(), nil, "c", lease)
	require.NoError(t, err)
	assert.Empty(t, none)
}

func crowd(t *testing.T, s *suite) {
	owners := make([]string, 16)
	var wg sync.WaitGroup
	for i := range owners {
		wg.Go(func() {
			l := s.one
			if i%2 == 1 {
				l = s.other
			}
			es, err := l.Claim(t.Context(), []eboks.Entry{fresh(s.ids[0], began())}, strconv.Itoa(i), lease)
			if assert.NoError(t, err) && assert.Len(t, es, 1) {
				owners[i] = es[0].Owner
			}
		})
	}
	wg.Wait()
	for _, o := range owners {
		assert.Equal(t, owners[0], o, "all see the same owner")
	}
}
