package eboks_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

func each(n int, ls *[]*eboks.Letter) iter.Seq[*eboks.Letter] {
	return func(yield func(*eboks.Letter) bool) {
		for i := range n {
			l := letter(i)
			*ls = append(*ls, l)
			if !yield(l) {
				return
			}
		}
	}
}

// Every recipient gets exactly its own document.
func TestEveryRecipientItsOwnDocument(t *testing.T) {
	s := newScripted()
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.InFlight = 16 })
	var letters []*eboks.Letter
	results := map[eboks.ID]int{}
	var last eboks.Progress
	for r := range c.SendBatch(t.Context(), each(1000, &letters), eboks.Batch{Progress: func(p eboks.Progress) { last = p }}) {
		require.NoError(t, r.Err)
		require.Equal(t, r.ID, r.Receipt.ID)
		results[r.ID]++
	}
	require.Len(t, results, 1000)
	for i, l := range letters {
		require.Equal(t, string(pdf(fmt.Sprintf("brev %d til Åse", i))), s.got[l.ID])
		require.Equal(t, 1, results[l.ID])
	}
	require.Equal(t, 1000, last.Done)
	require.Equal(t, 1000, last.Accepted)
	require.True(t, last.LastOfBatch)
	require.Positive(t, last.Octets)
	require.Positive(t, last.Rate)
}

func TestBatchHasOneResultForEachLetter(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	bad, unknown, same := letter(1), letter(2), letter(3)
	bad.Title = ""
	s.always[unknown.ID] = unknownOutcome()
	var kinds []string
	var last eboks.Progress
	for r := range c.SendBatch(t.Context(), slices.Values([]*eboks.Letter{bad, unknown, same, same, nil, letter(4)}), eboks.Batch{InFlight: 1, Progress: func(p eboks.Progress) { last = p }}) {
		if r.Err == nil {
			kinds = append(kinds, "ok "+r.Receipt.Repeat.String())
		} else {
			kinds = append(kinds, eboks.KindOf(r.Err).String())
		}
	}
	require.Equal(t, []string{"InputInvalid", "OutcomeUnknown", "ok Unknown", "ok Duplicate", "InputInvalid", "ok Unknown"}, kinds)
	require.Equal(t, [4]int{6, 3, 1, 2}, [4]int{last.Done, last.Accepted, last.Unknown, last.Failed})
}

func TestBatchIsLeft(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	before := runtime.NumGoroutine()
	var letters []*eboks.Letter
	n := 0
	for range c.SendBatch(t.Context(), each(1000, &letters), eboks.Batch{}) {
		if n++; n == 3 {
			break
		}
	}
	require.Less(t, len(letters), 30, "no further letter is asked for")
	require.LessOrEqual(t, len(s.offered), len(letters))
	for range 100 {
		runtime.Gosched()
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before+1)
}

func TestBatchEndsWithItsContext(t *testing.T) {
	s := newScripted()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var letters []*eboks.Letter
	n := 0
	for r := range newClient(t, s).SendBatch(ctx, each(1000, &letters), eboks.Batch{}) {
		if n++; n == 3 {
			cancel()
		}
		if r.Err != nil {
			require.ErrorIs(t, r.Err, context.Canceled)
			require.True(t, eboks.SafeToRetry(r.Err))
		}
	}
	require.Less(t, len(letters), 30)
}

// The caller hears of progress in time, not with every letter.
func TestBatchTellsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		for range 100 {
			s.answers = append(s.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
				time.Sleep(100 * time.Millisecond)
				return s.take(l)
			})
		}
		var letters []*eboks.Letter
		var told []eboks.Progress
		for range newClient(t, s).SendBatch(t.Context(), each(100, &letters), eboks.Batch{InFlight: 1, Progress: func(p eboks.Progress) { told = append(told, p) }}) {
		}
		require.Len(t, told, 11)
		require.InDelta(t, 10, told[5].Rate, 0.5)
		require.Equal(t, 10*time.Second, told[10].Elapsed)
	})
}

// collector takes several letters in one call.
type collector struct {
	*scripted
	calls  [][]eboks.ID
	change func([]eboks.Result) ([]eboks.Result, error)
}

func (b *collector) SendBatch(_ context.Context, ls []*eboks.Letter) ([]eboks.Result, error) {
	var rs []eboks.Result
	var ids []eboks.ID
	for _, l := range ls {
		ids = append(ids, l.ID)
		r, err := b.take(l)
		rs = append(rs, eboks.Result{ID: l.ID, Receipt: r, Err: err})
	}
	b.calls = append(b.calls, ids)
	if b.change != nil {
		return b.change(rs)
	}
	return rs, nil
}

func newCollector() *collector {
	b := &collector{scripted: newScripted()}
	b.can.Batch = 10
	return b
}

func TestBatchTravelsTogether(t *testing.T) {
	s := newCollector()
	c := newClient(t, s, func(cfg *eboks.Config) { cfg.InFlight = 1 })
	var letters []*eboks.Letter
	for range 2 {
		for r := range c.SendBatch(t.Context(), each(25, &letters), eboks.Batch{}) {
			require.NoError(t, r.Err)
		}
	}
	require.Len(t, s.calls, 6)
	for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
		require.NoError(t, r.Err)
		require.Equal(t, eboks.Duplicate, r.Receipt.Repeat, "the whole batch once more sends nothing")
	}
	require.Len(t, s.calls, 6)
	require.Empty(t, s.offered)
}

// Each letter on its own; missing is unknown.
func TestBatchAnswersThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		change func([]eboks.Result) ([]eboks.Result, error)
		ok     int
	}{
		"missing": {func(rs []eboks.Result) ([]eboks.Result, error) { return rs[:9], nil }, 0},
		"extra": {func(rs []eboks.Result) ([]eboks.Result, error) {
			return append(rs, eboks.Result{ID: eboks.NewID()}), nil
		}, 0},
		"swapped": {func(rs []eboks.Result) ([]eboks.Result, error) {
			rs[0], rs[1] = rs[1], rs[0]
			return rs, nil
		}, 8},
		"receipt of another": {func(rs []eboks.Result) ([]eboks.Result, error) {
			rs[0].Receipt, rs[1].Receipt = rs[1].Receipt, rs[0].Receipt
			return rs, nil
		}, 8},
		"one unknown": {func(rs []eboks.Result) ([]eboks.Result, error) {
			rs[4] = eboks.Result{ID: rs[4].ID, Err: unknownOutcome()}
			return rs, nil
		}, 9},
		"no answer": {func([]eboks.Result) ([]eboks.Result, error) { return nil, unknownOutcome() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newCollector()
			s.change = c.change
			client := newClient(t, s)
			var letters []*eboks.Letter
			ok, n := 0, 0
			for r := range client.SendBatch(t.Context(), each(10, &letters), eboks.Batch{InFlight: 1}) {
				if n++; r.Err == nil {
					ok++
				} else {
					kindIs(t, r.Err, eboks.OutcomeUnknown)
					require.False(t, eboks.SafeToRetry(r.Err))
				}
			}
			require.Equal(t, 10, n)
			require.Equal(t, c.ok, ok)
			for range client.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
			}
			require.Len(t, s.calls, 1)
			require.Empty(t, s.offered, "nothing is sent twice")
		})
	}
}

func TestBatchThatNeverLeftGoesOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCollector()
		s.change = func([]eboks.Result) ([]eboks.Result, error) { return nil, neverLeft() }
		var letters []*eboks.Letter
		for r := range newClient(t, s).SendBatch(t.Context(), each(10, &letters), eboks.Batch{InFlight: 1}) {
			require.NoError(t, r.Err)
		}
		require.Len(t, s.offered, 10)
	})
}

func TestBatchRefusedAltogether(t *testing.T) {
	s := newCollector()
	s.change = func([]eboks.Result) ([]eboks.Result, error) {
		return nil, &eboks.Error{Kind: eboks.AuthFailed, NotDelivered: true}
	}
	told := new(alarms)
	var letters []*eboks.Letter
	for r := range newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell }).SendBatch(t.Context(), each(40, &letters), eboks.Batch{InFlight: 1}) {
		kindIs(t, r.Err, eboks.AuthFailed)
		require.True(t, eboks.SafeToRetry(r.Err))
	}
	require.Len(t, s.calls, 1)
	require.Len(t, told.kinds(), 1)
}

// One letter is wrong, and the distributor refuses all: the others go all the same.
func TestBatchRefusedForTheSakeOfOne(t *testing.T) {
	s := newCollector()
	s.change = func([]eboks.Result) ([]eboks.Result, error) {
		return nil, &eboks.Error{Kind: eboks.Rejected, Code: "1001", NotDelivered: true}
	}
	var letters []*eboks.Letter
	for range each(10, &letters) {
	}
	s.always[letters[4].ID] = &eboks.Error{Kind: eboks.Rejected, Code: "1001", NotDelivered: true}
	for r := range newClient(t, s).SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
		require.Equal(t, r.ID == letters[4].ID, r.Err != nil)
	}
	require.Len(t, s.offered, 10)

	// Not sure that nothing was taken in: then nobody's outcome is known.
	s = newCollector()
	s.change = func([]eboks.Result) ([]eboks.Result, error) {
		return nil, &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}
	}
	for r := range newClient(t, s).SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
		kindIs(t, r.Err, eboks.OutcomeUnknown)
	}
	require.Empty(t, s.offered)
}
