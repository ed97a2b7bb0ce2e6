package eboks_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
)

// An iterator may use one Letter for all: rows.Scan into it, yield it.
func TestBatchOfOneLetterUsedAnew(t *testing.T) {
	s := newScripted()
	to := map[eboks.ID]eboks.Recipient{}
	var mu sync.Mutex
	for range 2000 {
		s.answers = append(s.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			mu.Lock()
			to[l.ID] = l.To
			mu.Unlock()
			return s.take(l)
		})
	}
	ids := map[eboks.ID]int{}
	rows := func(yield func(*eboks.Letter) bool) {
		var one eboks.Letter
		for i := range 2000 {
			one = *letter(i)
			ids[one.ID] = i
			if !yield(&one) {
				return
			}
		}
	}
	for r := range newClient(t, s).SendBatch(t.Context(), rows, eboks.Batch{InFlight: 8}) {
		require.NoError(t, r.Err)
	}
	require.Len(t, to, 2000)
	for id, i := range ids {
		require.Equal(t, eboks.Person(cprtest.Number(i)), to[id])
		require.Equal(t, string(pdf(fmt.Sprintf("brev %d til Åse", i))), s.got[id])
	}
}

func TestBatchWhoseLoopPanics(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	var letters []*eboks.Letter
	for range each(8, &letters) {
	}
	require.PanicsWithValue(t, "løkken", func() {
		for range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
			panic("løkken")
		}
	})
	for _, l := range letters {
		_, err := c.Send(t.Context(), l)
		require.NoError(t, err)
	}
}

// A panic of the caller's own code comes out where the caller can catch it.
func TestBatchWhoseIteratorPanics(t *testing.T) {
	c := newClient(t, newScripted())
	n := 0
	require.PanicsWithValue(t, "æv", func() {
		for range c.SendBatch(t.Context(), func(yield func(*eboks.Letter) bool) {
			yield(letter(1))
			panic("æv")
		}, eboks.Batch{}) {
			n++
		}
	})
	require.Equal(t, 1, n)
	bad := letter(2)
	bad.Document = eboks.Document{Open: func() (io.ReadCloser, error) { panic("uha") }}
	require.PanicsWithValue(t, "uha", func() {
		for range c.SendBatch(t.Context(), slices.Values([]*eboks.Letter{bad}), eboks.Batch{}) {
		}
	})
	_, err := c.Send(t.Context(), letter(3))
	require.NoError(t, err)
}

// One result for each letter that was asked for, also at the end of a context.
func TestBatchAnswersForEveryLetterTaken(t *testing.T) {
	for range 50 {
		s := newScripted()
		ctx, cancel := context.WithCancel(t.Context())
		var letters []*eboks.Letter
		results := map[eboks.ID]int{}
		for r := range newClient(t, s).SendBatch(ctx, each(100, &letters), eboks.Batch{InFlight: 2}) {
			if results[r.ID]++; len(results) == 5 {
				cancel()
			}
		}
		cancel()
		require.Len(t, results, len(letters))
		for _, n := range results {
			require.Equal(t, 1, n)
		}
	}
}

// An iterator that goes on when it has seen a result, and a loop that sends a letter of
// the same batch.
func TestBatchDoesNotWaitForItself(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	seen := make(chan struct{}, 8)
	n := 0
	for r := range c.SendBatch(t.Context(), func(yield func(*eboks.Letter) bool) {
		for i := range 3 {
			if !yield(letter(i)) {
				return
			}
			<-seen
		}
	}, eboks.Batch{}) {
		require.NoError(t, r.Err)
		n++
		seen <- struct{}{}
	}
	require.Equal(t, 3, n)

	var letters []*eboks.Letter
	for range each(5, &letters) {
	}
	for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{InFlight: 1}) {
		require.NoError(t, r.Err)
		for _, l := range letters {
			_, err := c.Send(t.Context(), l)
			require.NoError(t, err)
		}
	}
	for _, l := range letters {
		require.Equal(t, 1, s.offers[l.ID])
	}
}
