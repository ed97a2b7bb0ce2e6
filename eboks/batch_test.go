package eboks_test

import (
	"context"
	"fmt"
	"iter"
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
	require.True(t, last.Last)
	require.Positive(t, last.Bytes)
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

// A goroutine that did not end would fail the test: synctest waits for all of them.
func TestBatchIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScripted()
		var letters []*eboks.Letter
		n := 0
		for range newClient(t, s).SendBatch(t.Context(), each(1000, &letters), eboks.Batch{}) {
			if n++; n == 3 {
				break
			}
		}
		require.Less(t, len(letters), 30, "no further letter is asked for")
		require.LessOrEqual(t, len(s.offered), len(letters))
	})
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
		require.Equal(t, 60, told[5].Done)
	})
}

// The distributor refuses us: the batch waits as long as it is patient, and stops asking.
func TestBatchStopsWhenTheChannelStaysPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, told := newScripted(), new(alarms)
		refused := true
		for range 1000 {
			s.answers = append(s.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
				if refused {
					return nil, &eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry, Why: "nej"}
				}
				return s.take(l)
			})
		}
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
		var letters []*eboks.Letter
		began := time.Now()
		results := map[eboks.ID]error{}
		for r := range c.SendBatch(t.Context(), each(200, &letters), eboks.Batch{}) {
			results[r.ID] = r.Err
			e := kindIs(t, r.Err, eboks.AuthFailed)
			require.Equal(t, eboks.Retry, e.Then)
		}
		require.GreaterOrEqual(t, time.Since(began), 29*time.Second)
		require.Less(t, len(letters), 20, "the others were not asked for")
		require.Contains(t, results, eboks.ID{}, "the last one says why")
		require.Len(t, results, len(letters)+1)
		require.LessOrEqual(t, len(s.offered), 6)
		require.Len(t, told.kinds(), 1, "one alarm")
		until, why := c.Channel()
		require.True(t, until.After(time.Now()))
		require.ErrorIs(t, why, eboks.ErrAuthFailed)

		// Mended meanwhile: the same batch goes on when the pause is over.
		refused = false
		n := 0
		for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
			require.NoError(t, r.Err)
			n++
		}
		require.Equal(t, len(letters), n)
	})
}

// A filter on the way refuses one letter for its content: the others pass, in every run.
func TestAPoisonLetterIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, told := newScripted(), new(alarms)
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell; cfg.Retry.Park = 3 })
		var letters []*eboks.Letter
		for range each(1000, &letters) {
		}
		poison := letters[10].ID
		s.always[poison] = &eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}
		for run := range 5 {
			began := time.Now()
			failed := 0
			for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
				if r.Err == nil {
					continue
				}
				failed++
				require.Equal(t, poison, r.ID)
				if run < 3 {
					kindIs(t, r.Err, eboks.AuthFailed)
				} else {
					e := kindIs(t, r.Err, eboks.Parked)
					require.Equal(t, eboks.Decide, e.Then)
				}
			}
			require.Equal(t, 1, failed, run)
			require.Less(t, time.Since(began), time.Second, "nobody waited for it")
		}
		require.Equal(t, []eboks.Kind{eboks.AuthFailed, eboks.Parked}, told.kinds())
		require.Equal(t, 4, s.offers[poison])
	})
}
