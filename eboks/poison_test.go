package eboks_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// unhurried is a distributor that takes its time, and answers by a function.
type unhurried struct {
	*scripted
	takes  time.Duration
	answer func(l *eboks.Letter) error
}

func (s *unhurried) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry, Err: ctx.Err()}
	}
	s.mu.Lock()
	s.offers[l.ID]++
	s.mu.Unlock()
	if err := s.answer(l); err != nil {
		return nil, err
	}
	return s.take(l)
}

func refusesUsAll() error {
	return &eboks.Error{Kind: eboks.AuthFailed, Status: 403, Then: eboks.Retry}
}

// Four workers wait for a pause of just their patience. The first of them to try finds the
// distributor well: nobody gives up while it tries.
func TestWorkersWaitForTheOneThatTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := &unhurried{scripted: newScripted(), takes: 200 * time.Millisecond}
		s.answer = func(*eboks.Letter) error {
			if time.Since(began) < 10*time.Second {
				return refusesUsAll()
			}
			return nil
		}
		var letters []*eboks.Letter
		var failed []error
		n := 0
		for r := range newClient(t, s).SendBatch(t.Context(), each(100, &letters), eboks.Batch{}) {
			if n++; r.Err != nil {
				failed = append(failed, r.Err)
			}
		}
		require.Equal(t, 100, n, "%v", failed)
		require.LessOrEqual(t, len(failed), 8, "those that met the refusal: %v", failed)
		require.Less(t, time.Since(began), 40*time.Second)
	})
}

// Letters that a filter on the way refuses for their content, wherever they stand.
func TestPoisonLetters(t *testing.T) {
	for name, poison := range map[string][]int{
		"one": {500}, "one at the head": {0}, "two in flight at once": {300, 301}, "two at the head": {0, 1},
		"three": {100, 400, 700}, "three in a row": {100, 101, 102}, "four in flight at the head": {0, 1, 2, 3},
		"ten": {50, 150, 250, 350, 450, 550, 650, 750, 850, 950}, "ten in a row": {50, 51, 52, 53, 54, 55, 56, 57, 58, 59},
		"ten at the head": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	} {
		for _, kind := range []eboks.Kind{eboks.AuthFailed, eboks.OutcomeUnknown} {
			t.Run(name+" "+kind.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					told := new(alarms)
					var letters []*eboks.Letter
					for range each(1000, &letters) {
					}
					bad := map[eboks.ID]bool{}
					for _, n := range poison {
						bad[letters[n].ID] = true
					}
					s := &unhurried{scripted: newScripted(), takes: 50 * time.Millisecond}
					s.can.Dedupes, s.can.Status = true, false
					s.answer = func(l *eboks.Letter) error {
						if !bad[l.ID] {
							return nil
						}
						if kind == eboks.AuthFailed {
							return refusesUsAll()
						}
						return unknownOutcome()
					}
					c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
					for range 12 {
						for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
							if r.Err != nil && !bad[r.ID] {
								require.Equal(t, eboks.Retry, r.Err.(*eboks.Error).Then, "handed back in a pause")
							}
						}
						if until, _ := c.Channel(); !until.IsZero() {
							time.Sleep(time.Until(until))
						}
					}
					require.LessOrEqual(t, len(told.kinds()), 2*len(poison), "one alarm for the trouble, and one when a letter is parked")
					left := 0
					for _, l := range letters {
						if s.got[l.ID] == "" {
							left++
						}
					}
					require.Equal(t, len(poison), left, "the others arrived")
				})
			})
		}
	}
}

// A distributor that wants an hour: nobody waits for it, nobody knocks, and the batch says
// when to go on.
func TestAnHoursPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, told := newScripted(), new(alarms)
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
		s.next(&eboks.Error{Kind: eboks.Throttled, Status: 429, Then: eboks.Retry, RetryAfter: time.Hour})
		var letters []*eboks.Letter
		began := time.Now()
		var last eboks.Result
		results := 0
		for last = range c.SendBatch(t.Context(), each(1000, &letters), eboks.Batch{InFlight: 1}) {
			results++
		}
		require.Zero(t, time.Since(began))
		require.Len(t, letters, 2)
		require.Len(t, s.offered, 1)
		require.Equal(t, 3, results)
		require.True(t, last.ID.IsZero())
		require.Equal(t, time.Hour, kindIs(t, last.Err, eboks.Throttled).RetryAfter)
		require.Empty(t, told.kinds())
		time.Sleep(time.Hour)
		for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
			require.NoError(t, r.Err)
		}
	})
}

// A distributor that comes and goes: every letter arrives, and a person hears once of each
// time that it went.
func TestAFlappingDistributor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s, told := &unhurried{scripted: newScripted(), takes: 100 * time.Millisecond}, new(alarms)
		s.answer = func(*eboks.Letter) error {
			if int(time.Since(began)/(10*time.Second))%2 == 1 {
				return refusesUsAll()
			}
			return nil
		}
		c := newClient(t, s, func(cfg *eboks.Config) { cfg.Alarm = told.tell })
		var letters []*eboks.Letter
		for range each(2000, &letters) {
		}
		for range 20 {
			arrived := 0
			for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
				if r.Err == nil {
					arrived++
				}
			}
			if arrived == len(letters) {
				break
			}
		}
		require.Len(t, s.got, len(letters))
		require.LessOrEqual(t, len(told.kinds()), 1+int(time.Since(began)/(20*time.Second)))
		for id, n := range s.offers {
			require.LessOrEqual(t, n, 5, id)
		}
	})
}
