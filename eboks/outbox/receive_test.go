package outbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// steps makes a step with everything that is due, until nothing is.
func steps(t testing.TB, o *outbox.Outbox) {
	t.Helper()
	for range 1000 {
		ids, err := o.Due(context.Background(), 100)
		require.NoError(t, err)
		if len(ids) == 0 {
			return
		}
		for _, id := range ids {
			_, err := o.Step(context.Background(), id)
			require.NoError(t, err)
		}
	}
	t.Fatal("there is always something due")
}

func record(t testing.TB, o *outbox.Outbox, id eboks.ID) outbox.Record {
	t.Helper()
	r, _, err := o.Letter(context.Background(), id)
	require.NoError(t, err)
	return r
}

func queue(t testing.TB, o *outbox.Outbox, n int) []eboks.ID {
	t.Helper()
	tx, err := outbox.DBOf(o).BeginTx(context.Background(), nil)
	require.NoError(t, err)
	ids := make([]eboks.ID, n)
	for i := range ids {
		l := letter(i)
		ids[i] = l.ID
		_, err := o.Enqueue(context.Background(), tx, l)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	return ids
}

// alarms remembers what people were told.
type alarms struct {
	mu  sync.Mutex
	all []eboks.Kind
}

func (a *alarms) add(_ context.Context, e *eboks.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, e.Kind)
}

func (a *alarms) kinds() []eboks.Kind {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]eboks.Kind(nil), a.all...)
}

func TestReceiptsOfAFeed(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, told := posttest.NewClock(), new(alarms)
		var changed []eboks.Status
		cfg := open()
		cfg.Alarm = told.add
		cfg.Changed = func(_ context.Context, r outbox.Record) { changed = append(changed, r.Reached) }
		o, d := opened(t, cfg, posttest.Config{Now: clock.Now, Events: true, Status: true, Delivers: time.Hour})
		ids := queue(t, o, 250)
		steps(t, o)
		require.NoError(t, o.Receive(t.Context()))
		pages := d.Calls().Pages
		require.NoError(t, o.Receive(t.Context()), "not its turn yet")
		require.Equal(t, pages, d.Calls().Pages)
		require.Zero(t, d.Calls().Questions)

		clock.Move(2 * time.Hour)
		for range 3 { // repeats change nothing
			require.NoError(t, o.Receive(t.Context()))
			clock.Move(time.Minute)
		}
		for _, id := range ids {
			r, trail, err := o.Letter(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, eboks.DeliveredDigital, r.Reached)
			seen := map[eboks.Status]int{}
			for _, h := range trail {
				if h.What == outbox.Told {
					seen[h.Status]++
				}
			}
			require.Equal(t, 1, seen[eboks.DeliveredDigital])
		}
		require.Contains(t, changed, eboks.DeliveredDigital)
		clock.Move(48 * time.Hour)
		require.NoError(t, o.Receive(t.Context()))
		require.Empty(t, told.kinds(), "nothing is overdue")
	})
}

func TestReceiptsLetterByLetter(t *testing.T) {
	t.Parallel() // it waits more than it works
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, told := posttest.NewClock(), new(alarms)
		cfg := open()
		cfg.Alarm = told.add
		o, d := opened(t, cfg, posttest.Config{Now: clock.Now, Status: true, Delivers: 30 * time.Hour})
		ids := queue(t, o, 120)
		steps(t, o)
		clock.Move(2 * time.Minute)
		require.NoError(t, o.Receive(t.Context()))
		require.Equal(t, 50, d.Calls().Questions, "a round is bounded")
		for range 150 {
			clock.Move(20 * time.Minute)
			require.NoError(t, o.Receive(t.Context()))
		}
		for _, id := range ids {
			require.Equal(t, eboks.DeliveredDigital, record(t, o, id).Reached)
			require.True(t, record(t, o, id).Overdue, "it came after a day")
		}
		require.Len(t, told.kinds(), 120)
		require.Subset(t, []eboks.Kind{eboks.ReceiptOverdue}, told.kinds())
		s, err := o.Summary(t.Context())
		require.NoError(t, err)
		require.Zero(t, s.Overdue, "none of them is without an end")
		asked := d.Calls().Questions
		clock.Move(24 * time.Hour)
		require.NoError(t, o.Receive(t.Context()))
		require.Equal(t, asked, d.Calls().Questions, "nobody asks about what has come to its end")
		require.Less(t, asked, 120*40, "more seldom as time goes on")
	})
}

func TestOverdueOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, told := posttest.NewClock(), new(alarms)
		cfg := open()
		cfg.Alarm = told.add
		o, _ := opened(t, cfg, posttest.Config{Now: clock.Now, Events: true, Delivers: 100 * time.Hour})
		ids := queue(t, o, 3)
		steps(t, o)
		for range 30 {
			clock.Move(time.Hour)
			require.NoError(t, o.Receive(t.Context()))
		}
		require.Equal(t, []eboks.Kind{eboks.ReceiptOverdue, eboks.ReceiptOverdue, eboks.ReceiptOverdue}, told.kinds())
		for r, err := range o.Letters(t.Context(), outbox.Filter{Overdue: true}) {
			require.NoError(t, err)
			require.Contains(t, ids, r.ID)
		}
		clock.Move(100 * time.Hour)
		require.NoError(t, o.Receive(t.Context()))
		require.Equal(t, eboks.DeliveredDigital, record(t, o, ids[0]).Reached)
		for n, reached := range map[int][]eboks.Status{3: {eboks.Failed, eboks.DeliveredDigital}, 0: {eboks.Failed}, -1: {}} {
			found := 0
			for _, err := range o.Letters(t.Context(), outbox.Filter{Reached: reached}) {
				require.NoError(t, err)
				found++
			}
			require.Equal(t, max(n, 0), found)
		}
	})
}
