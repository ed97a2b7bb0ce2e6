package databases

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// Eight clients send the same letters at once on one ledger in a database, through a
// distributor that fails at random and recognises no repeated ID: each letter arrives once.
func TestManyClientsOneDatabase(t *testing.T) {
	const letters = 60
	for name, open := range map[string]func(t *testing.T) eboks.Ledger{
		"SQLite": func(t *testing.T) eboks.Ledger {
			return openSQLite(t, filepath.Join(t.TempDir(), "breve æøå.db"))
		},
		"PostgreSQL": func(t *testing.T) eboks.Ledger { return openPostgreSQL(t, pgtest.Start(t, pgtest.Options{})) },
	} {
		t.Run(name, func(t *testing.T) {
			d := &moody{kept: map[eboks.ID]int{}}
			book := open(t)
			var all []*eboks.Letter
			for i := range letters {
				all = append(all, &eboks.Letter{
					ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000 + i%2)), Title: "Årsopgørelse", Material: "1001",
					Document: eboks.Bytes(fmt.Appendf(nil, "%%PDF-1.7\n%% brev %d til Åse\n%%%%EOF\n", i)),
				})
			}
			client := func() *eboks.Client {
				c, err := eboks.New(eboks.Config{
					Sender: d, Ledger: book, Keys: [][]byte{bytes.Repeat([]byte("k"), eboks.KeySize)}, InFlight: 4, Lease: 30 * time.Second,
					Retry: eboks.RetryPolicy{Base: time.Microsecond, Max: time.Millisecond, Budget: 1 << 20, Trip: 1 << 20, Patience: 2 * time.Second,
						Pause: time.Millisecond, Park: 1 << 20},
				})
				require.NoError(t, err)
				return c
			}
			var wg sync.WaitGroup
			for range 8 {
				c := client()
				wg.Go(func() {
					for r := range c.SendBatch(t.Context(), slices.Values(all), eboks.Batch{}) {
						if r.Err == nil {
							assert.Equal(t, 1, d.count(r.ID), "a receipt for one letter")
						}
					}
				})
			}
			wg.Wait()
			d.recover()
			c := client()
			require.Eventually(t, func() bool {
				missing := 0
				for r := range c.SendBatch(t.Context(), slices.Values(all), eboks.Batch{}) {
					if r.Err != nil {
						missing++
					}
				}
				return missing == 0
			}, 3*time.Minute, 10*time.Millisecond)
			for _, l := range all {
				require.Equal(t, 1, d.count(l.ID))
			}
		})
	}
}

// moody is a distributor that fails one time in three until it recovers.
type moody struct {
	mu   sync.Mutex
	kept map[eboks.ID]int
	well bool
}

func (d *moody) recover() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.well = true
}

func (d *moody) count(id eboks.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept[id]
}

func (d *moody) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{Name: "moody", Status: true}
}

func (d *moody) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dice := rand.IntN(10)
	switch {
	case d.well:
	case dice == 0:
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
	case dice == 1:
		return nil, &eboks.Error{Kind: eboks.Throttled, Status: 429, Then: eboks.Retry, RetryAfter: time.Microsecond}
	}
	d.kept[l.ID]++
	if dice == 2 && !d.well {
		return nil, &eboks.Error{Kind: eboks.OutcomeUnknown, Status: 500}
	}
	return &eboks.Receipt{ID: l.ID}, nil
}

func (d *moody) ReadStatus(_ context.Context, id eboks.ID) ([]eboks.Event, error) {
	if d.count(id) == 0 {
		return nil, nil
	}
	return []eboks.Event{{ID: id, Status: eboks.Accepted, At: time.Now()}}, nil
}
