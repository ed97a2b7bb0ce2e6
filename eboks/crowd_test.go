package eboks_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One letter, used anew or given several times, by several workers.
func TestBatchOfOneLetterManyTimes(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	repeats := map[string]int{}
	var last eboks.Progress
	for r := range c.SendBatch(t.Context(), func(yield func(*eboks.Letter) bool) {
		for range 200 {
			if !yield(l) {
				return
			}
		}
	}, eboks.Batch{InFlight: 8, Progress: func(p eboks.Progress) { last = p }}) {
		require.NoError(t, r.Err)
		repeats[r.Receipt.Repeat.String()]++
	}
	require.Equal(t, map[string]int{"Unknown": 1, "Duplicate": 199}, repeats)
	require.Equal(t, 1, s.offers[l.ID])
	require.Equal(t, 200, last.Accepted)
	require.Equal(t, last.Done, last.Accepted+last.Unknown+last.Failed)
}

// Eight clients of one ledger send the same letters at once, through a distributor and a
// ledger that fail at random, and follow what the errors say.
func TestManyClientsOneLedger(t *testing.T) {
	for _, dedupes := range []bool{true, false} {
		t.Run(fmt.Sprintf("dedupes %v", dedupes), func(t *testing.T) {
			d := &randomly{kept: map[eboks.ID]int{}, dedupes: dedupes}
			book := &shaky{Ledger: eboks.NewMemoryLedger(0)}
			var letters []*eboks.Letter
			for range each(500, &letters) {
			}
			var wg sync.WaitGroup
			for range 8 {
				c := newClient(t, d, with(book), func(cfg *eboks.Config) {
					cfg.Lease, cfg.InFlight = 2*time.Second, 8
					cfg.Retry = eboks.RetryPolicy{Base: time.Microsecond, Max: time.Millisecond, Budget: 1 << 20, Trip: 1 << 20, Patience: 20 * time.Millisecond,
						Pause: time.Millisecond, Park: 1 << 20}
				})
				wg.Go(func() {
					for range 3 {
						for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
							if r.Err == nil {
								assert.Equal(t, r.ID, r.Receipt.ID)
								assert.Equal(t, 1, d.count(r.ID), "a receipt for one letter")
							}
						}
					}
				})
			}
			wg.Wait()
			d.mu.Lock()
			d.well = true
			d.mu.Unlock()
			c := newClient(t, d, with(book.Ledger))
			require.Eventually(t, func() bool {
				open := 0
				for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
					if r.Err == nil {
						continue
					}
					open++
					// A process that could not settle what never left is not told from one that
					// died. If the distributor does not recognise the ID, a person decides.
					if d.count(r.ID) == 0 {
						_ = c.Release(t.Context(), r.ID)
					}
				}
				return open == 0
			}, 5*time.Minute, 10*time.Millisecond)
			for _, l := range letters {
				require.Equal(t, 1, d.count(l.ID))
			}
		})
	}
}

// randomly is a distributor that fails one time in three.
type randomly struct {
	mu      sync.Mutex
	kept    map[eboks.ID]int
	dedupes bool
	well    bool
}

func (d *randomly) count(id eboks.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept[id]
}

func (d *randomly) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{Name: "tilfældig", Dedupes: d.dedupes, Status: true}
}

func (d *randomly) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dice := 9
	if !d.well {
		dice = rand.IntN(10)
	}
	switch dice {
	case 0:
		return nil, neverLeft()
	case 1:
		return nil, &eboks.Error{Kind: eboks.Throttled, Status: 429, Then: eboks.Retry, RetryAfter: time.Microsecond}
	}
	if d.kept[l.ID] > 0 && d.dedupes {
		return nil, &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}
	}
	d.kept[l.ID]++
	if dice == 2 {
		return nil, unknownOutcome()
	}
	return &eboks.Receipt{ID: l.ID}, nil
}

func (d *randomly) ReadStatus(_ context.Context, id eboks.ID) ([]eboks.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept[id] == 0 {
		return nil, nil
	}
	return []eboks.Event{event(id, eboks.Accepted, "2026-11-22T10:00:00Z")}, nil
}

// shaky is a ledger that fails now and then, before or after it has written.
type shaky struct{ eboks.Ledger }

func (b *shaky) Claim(ctx context.Context, es []eboks.Entry, owner string, lease time.Duration) ([]eboks.Entry, error) {
	if rand.IntN(100) == 0 {
		return nil, errDisk
	}
	return b.Ledger.Claim(ctx, es, owner, lease)
}

func (b *shaky) Settle(ctx context.Context, es []eboks.Entry) ([]eboks.Entry, error) {
	dice := rand.IntN(200)
	if dice == 0 {
		return nil, errDisk
	}
	stale, err := b.Ledger.Settle(ctx, es)
	if dice == 1 {
		return nil, errDisk
	}
	return stale, err
}
