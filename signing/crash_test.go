package signing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// A fault is what goes wrong at one call.
type fault struct {
	name string
	// before keeps the call from having its effect; otherwise the effect stands.
	before bool
	do     func(cancel context.CancelFunc) error
}

type killed struct{}

// faults are all ways in which a call can go wrong.
func faults() []fault {
	fail := func(k signing.Kind) func(context.CancelFunc) error {
		return func(context.CancelFunc) error { return &signing.Error{Kind: k, Status: 500} }
	}
	kill := func(context.CancelFunc) error { panic(killed{}) }
	cut := func(cancel context.CancelFunc) error { cancel(); return context.Canceled }
	quiet := func(cancel context.CancelFunc) error { cancel(); return nil }
	return []fault{
		{"is killed before it", true, kill},
		{"is killed after it", false, kill},
		{"context ends before it", true, cut},
		{"context ends after it, answer lost", false, cut},
		{"context ends after it, answer there", false, quiet},
		{"not sent", true, fail(signing.Unavailable)},
		{"lost before", true, fail(signing.OutcomeUnknown)},
		{"lost after", false, fail(signing.OutcomeUnknown)},
		{"throttled", true, fail(signing.Throttled)},
		{"refused", true, fail(signing.Refused)},
		{"garbage after", false, fail(signing.ResponseInvalid)},
		{"an error without a kind, after", false, func(context.CancelFunc) error { return errors.New("CPR 0101500000") }},
		{"cut", false, fail(signing.DocumentPending)},
	}
}

// world is a service, what the application has stored, and the promises that must hold
// whatever happens.
type world struct {
	t      testing.TB
	m      *memory
	ticket signing.Ticket
	order  *signing.Order
	plan   map[int]fault // by the number of the call
	calls  int
	said   bool // the store has returned nil
	first  *signing.Result
	seen   bool // an answer said open since the last Close
	closes int
	story  []string
}

// step is called around each effect, of the store too.
func (w *world) step(cancel context.CancelFunc) func(string, bool) error {
	return func(name string, after bool) error {
		if !after {
			w.calls++
		}
		f, bad := w.plan[w.calls]
		bad = bad && f.before == !after
		if bad {
			w.story = append(w.story, name+" "+f.name)
		}
		switch {
		case name == "cleanup" && !after && !bad, name == "cancel" && !after && !bad:
			require.True(w.t, w.said, "%s before the store has said yes: %v", name, w.story)
		case name == "close" && !after && !bad:
			w.closes++
			require.True(w.t, w.seen, "closed again without asking: %v", w.story)
			w.seen = false
		}
		if bad {
			if err := f.do(cancel); err != nil {
				return err
			}
		}
		if name == "order" && after && w.m.orders[w.ticket.ID].progress.State == signing.OrderOpen {
			w.seen = true
		}
		return nil
	}
}

// store writes whole or not at all, and must get the same each time.
func (w *world) store(cancel context.CancelFunc) func(context.Context, *signing.Result) error {
	return func(_ context.Context, r *signing.Result) error {
		err := w.m.around("store", func() error {
			if w.first == nil {
				w.first = r
				return nil
			}
			require.Equal(w.t, w.first.End, r.End, w.story)
			require.Len(w.t, r.Documents, len(w.first.Documents), w.story)
			for i, d := range r.Documents {
				require.True(w.t, bytes.Equal(w.first.Documents[i].Content, d.Content), "other bytes: %v", w.story)
			}
			return nil
		})
		w.said = w.said || err == nil
		return err
	}
}

// run is one life of the program: it ends with an error, a result, or dead.
func (w *world) run() (r *signing.Result, err error) {
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	defer func() {
		if x := recover(); x != nil {
			if _, ours := x.(killed); !ours {
				panic(x)
			}
			r, err = nil, errors.New("killed")
		}
	}()
	w.m.step = w.step(cancel)
	c := newClient(w.t, w.m)
	return c.Complete(ctx, w.ticket, w.order, w.store(cancel))
}

// newWorld prepares an order; end makes it what it is when the first life begins.
func newWorld(t testing.TB, plan map[int]fault, forgets bool, end func(*memory, signing.ID)) *world {
	m := newMemory()
	m.forgets = forgets
	_, o, ticket := placed(t, m)
	end(m, ticket.ID)
	return &world{t: t, m: m, ticket: ticket, order: o, plan: plan}
}

// live restarts until the program has what it wants, and returns in how many calls.
func (w *world) live(want signing.End) int {
	for range 6 {
		r, err := w.run()
		if r != nil {
			require.NoError(w.t, err)
			require.Equal(w.t, want.String(), r.End.String(), w.story)
			require.True(w.t, w.said)
			if r.Cleanup != nil {
				require.NotZero(w.t, signing.KindOf(r.Cleanup), w.story)
				w.m.step = nil
				require.NoError(w.t, newClient(w.t, w.m).Cleanup(w.t.Context(), w.ticket), w.story)
			}
			w.check(want)
			return w.calls
		}
		require.Error(w.t, err)
		require.NotContains(w.t, err.Error(), "0101500000", w.story)
		if signing.KindOf(err) == signing.NotFound {
			require.True(w.t, w.said, "gone, and never stored: %v", w.story)
			w.check(want)
			return w.calls
		}
	}
	require.Fail(w.t, "it never ends", "%v", w.story)
	return 0
}

// check holds the application's store to the signed copy.
func (w *world) check(want signing.End) {
	require.NotNil(w.t, w.first, w.story)
	for _, name := range []string{"close", "cancel", "cleanup"} {
		require.NotContains(w.t, w.m.late, name, "called although the context had ended: %v", w.story)
	}
	if want != signing.EndSigned {
		require.Empty(w.t, w.first.Documents)
		return
	}
	for i, d := range w.first.Documents {
		require.Equal(w.t, string(content(w.order, i))+"% signed by 0\n% signed by 1\n", string(d.Content), w.story)
	}
	require.Equal(w.t, 7, w.m.orders[w.ticket.ID].kept, "closed without retention: %v", w.story)
}

// TestNoCrashLosesTheSignedCopy lets each call of Complete go wrong in each way, and then
// each pair of calls: those of the restart included.
func TestNoCrashLosesTheSignedCopy(t *testing.T) {
	signed := func(m *memory, id signing.ID) { m.sign(id, 0, 1) }
	rejected := func(m *memory, id signing.ID) { m.sign(id, 0); m.set(id, 1, signing.SignatoryRejected) }
	all := faults()
	for _, c := range []struct {
		name    string
		prepare func(*memory, signing.ID)
		end     signing.End
		calls   int
	}{
		{"signed", signed, signing.EndSigned, 9},
		{"rejected", rejected, signing.EndRejected, 4},
	} {
		for _, forgets := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, forgets %v", c.name, forgets), func(t *testing.T) {
				require.Equal(t, c.calls, newWorld(t, nil, forgets, c.prepare).live(c.end), "the calls of a run without faults")
				tried := 0
				for first := 1; first <= c.calls; first++ {
					for _, f := range all {
						alone := newWorld(t, map[int]fault{first: f}, forgets, c.prepare)
						most := alone.live(c.end)
						require.Len(t, alone.story, 1, "the fault happened")
						tried++
						if forgets && first < c.calls-1 {
							continue // it can forget after the store alone
						}
						for second := first + 1; second <= most; second++ {
							for i, g := range all {
								if raceDetector && (i+first+second)%5 != 0 {
									continue // what the detector looks for is the same in each course
								}
								newWorld(t, map[int]fault{first: f, second: g}, forgets, c.prepare).live(c.end)
								tried++
							}
						}
					}
				}
				t.Logf("%d courses", tried)
				require.Greater(t, tried, 50)
				require.True(t, raceDetector || forgets || tried > 1000)
			})
		}
	}
}

// TestEveryCallCanFail says which calls the test above lets go wrong.
func TestEveryCallCanFail(t *testing.T) {
	w := newWorld(t, nil, false, func(m *memory, id signing.ID) { m.sign(id, 0, 1) })
	w.live(signing.EndSigned)
	require.Equal(t, []string{"order", "close", "order", "fetch Document:0", "verify 0", "fetch Document:1", "verify 1", "store", "cleanup"},
		w.m.log)
	require.Len(t, faults(), 13)
	require.True(t, slices.ContainsFunc(faults(), func(f fault) bool { return strings.Contains(f.name, "killed") }))
}
