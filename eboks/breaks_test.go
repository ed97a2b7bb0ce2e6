package eboks_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
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
					for run := range 12 {
						began := time.Now()
						n, ok := 0, 0
						var last error
						for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
							n++
							if r.Err == nil {
								ok++
							} else if last = r.Err; !r.ID.IsZero() && !bad[r.ID] {
								require.Equal(t, eboks.Retry, r.Err.(*eboks.Error).Then, "handed back in a pause")
							}
						}
						t.Log("run", run, n, "results", ok, "accepted in", time.Since(began), told.kinds(), last)
						if until, _ := c.Channel(); !until.IsZero() {
							time.Sleep(time.Until(until))
						}
					}
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

// An iterator that goes on when it has seen a result, while the channel is paused, and
// while the adapter panics.
func TestBatchDoesNotWaitForItselfInAPause(t *testing.T) {
	for name, answer := range map[string]func(context.Context, *eboks.Letter) (*eboks.Receipt, error){
		"refused": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { return nil, refusesUsAll() },
		"later": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
			return nil, &eboks.Error{Kind: eboks.Throttled, Status: 503, Then: eboks.Retry, RetryAfter: time.Hour}
		},
		"panics": func(context.Context, *eboks.Letter) (*eboks.Receipt, error) { panic("æv") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScripted()
				for range 100 {
					s.answers = append(s.answers, answer)
				}
				seen, late := make(chan struct{}, 100), time.After(time.Minute)
				n := 0
				run := func() {
					for range newClient(t, s).SendBatch(t.Context(), func(yield func(*eboks.Letter) bool) {
						for i := range 20 {
							if !yield(letter(i)) {
								return
							}
							select {
							case <-seen:
							case <-late:
							}
						}
					}, eboks.Batch{}) {
						n++
						seen <- struct{}{}
					}
				}
				if name == "panics" {
					require.PanicsWithValue(t, "æv", run)
				} else {
					run()
					require.Positive(t, n)
				}
			})
		})
	}
}

// crossing is a sender that can be left in the middle of an offer or a question.
type crossing struct {
	*scripted
	inside chan struct{}
}

func (x *crossing) hang(ctx context.Context) error {
	x.inside <- struct{}{}
	<-ctx.Done()
	return &eboks.Error{Kind: eboks.OutcomeUnknown, Err: ctx.Err()}
}

func (x *crossing) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	if l.Title == "hænger" {
		return nil, x.hang(ctx)
	}
	return x.scripted.Send(ctx, l)
}

func (x *crossing) ReadStatus(ctx context.Context, _ eboks.ID) ([]eboks.Event, error) {
	return nil, x.hang(ctx)
}

// The context ends wherever a Send can wait, and the Send ends at once.
func TestContextEndsInEveryWaitingPlace(t *testing.T) {
	pausedBy := func(err error) func(*testing.T, *crossing, *eboks.Client, *eboks.Letter) {
		return func(t *testing.T, x *crossing, c *eboks.Client, _ *eboks.Letter) {
			x.next(err, err)
			for n := range 2 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				_, err := c.Send(ctx, letter(n))
				require.Error(t, err)
				cancel()
			}
		}
	}
	for name, arrange := range map[string]func(*testing.T, *crossing, *eboks.Client, *eboks.Letter){
		"before anything": nil,
		"before a second offer": func(_ *testing.T, x *crossing, _ *eboks.Client, l *eboks.Letter) {
			x.always[l.ID] = neverLeft()
		},
		"in a pause": pausedBy(&eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: 20 * time.Second}),
		"in an offer": func(_ *testing.T, _ *crossing, _ *eboks.Client, l *eboks.Letter) {
			l.Title = "hænger"
		},
		"in a question": func(t *testing.T, x *crossing, c *eboks.Client, l *eboks.Letter) {
			x.next(unknownOutcome())
			_, err := c.Send(t.Context(), l)
			kindIs(t, err, eboks.OutcomeUnknown)
		},
		"while another call has it": func(t *testing.T, x *crossing, c *eboks.Client, l *eboks.Letter) {
			l.Title = "hænger"
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			go func() { _, _ = c.Send(ctx, l); cancel() }()
			<-x.inside
		},
		"while somebody tries the way": func(t *testing.T, x *crossing, c *eboks.Client, _ *eboks.Letter) {
			pausedBy(&eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: time.Second})(t, x, c, nil)
			time.Sleep(time.Minute)
			l := letter(9)
			l.Title = "hænger"
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
			go func() { _, _ = c.Send(ctx, l); cancel() }()
			<-x.inside
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := &crossing{newScripted(), make(chan struct{}, 10)}
				c := newClient(t, x, func(cfg *eboks.Config) { cfg.Retry.Base = 10 * time.Minute; cfg.Retry.Max = 10 * time.Minute })
				l := letter(1)
				if arrange != nil {
					arrange(t, x, c, l)
				}
				ctx, cancel := context.WithCancel(t.Context())
				wait := 3 * time.Second
				if arrange == nil {
					cancel()
					wait = 0
				}
				began := time.Now()
				time.AfterFunc(wait, cancel)
				_, err := c.Send(ctx, l)
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, wait, time.Since(began))
			})
		})
	}
}

// A clock that is set an hour forward, and back, while letters wait: no Send waits longer
// than it would have, and none is lost.
func TestTheClockIsSet(t *testing.T) {
	for name, set := range map[string]time.Duration{"forward": time.Hour, "back": -time.Hour} {
		for what, err := range map[string]error{
			"a pause":          &eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, RetryAfter: 20 * time.Second},
			"nobody answers":   neverLeft(),
			"we are refused":   refusesUsAll(),
			"a lost answer":    unknownOutcome(),
			"an answer's loss": &eboks.Error{Kind: eboks.OutcomeUnknown},
		} {
			t.Run(what+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var mu sync.Mutex
					off := time.Duration(0)
					s := newScripted()
					s.can.Dedupes = true
					for range 6 {
						s.next(err)
					}
					c := newClient(t, s, func(cfg *eboks.Config) {
						cfg.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Round(0).Add(off) }
					})
					time.AfterFunc(2*time.Second, func() { mu.Lock(); defer mu.Unlock(); off = set })
					var letters []*eboks.Letter
					for range each(20, &letters) {
					}
					for range 40 {
						began := time.Now()
						arrived := 0
						for r := range c.SendBatch(t.Context(), slices.Values(letters), eboks.Batch{}) {
							if r.Err == nil {
								arrived++
							}
						}
						require.Less(t, time.Since(began), 4*time.Minute)
						if arrived == len(letters) {
							return
						}
						time.Sleep(2 * time.Minute)
					}
					t.Fatal("not all arrived")
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

// A Send that cannot be made ready says what the ledger knows of the letter: asking with
// it never succeeds, so a person is asked.
func TestALetterInDoubtWhoseFileIsGone(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	gone := *l
	gone.Document = eboks.File("/findes/ikke/æ.pdf")
	_, err := c.Send(t.Context(), &gone)
	require.Equal(t, eboks.Stop, kindIs(t, err, eboks.InputInvalid).Then, "it was never sent")
	s.next(unknownOutcome())
	_, err = c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	_, err = c.Send(t.Context(), &gone)
	require.Equal(t, eboks.Decide, kindIs(t, err, eboks.InputInvalid).Then)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Send(ctx, l)
	require.False(t, eboks.SafeToRetry(err))
	require.Equal(t, eboks.Ask, err.(*eboks.Error).Then)
}

// What another process offered and never told is ours too when a person has released it.
func TestAReleasedLetterOfADeadProcessIsOurs(t *testing.T) {
	book := eboks.NewMemoryLedger(0)
	s := newScripted()
	s.can.Dedupes, s.can.Status = true, false
	now := time.Now()
	c := newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Now = func() time.Time { return now } })
	l := letter(1)
	p, err := c.Prepare(t.Context(), l)
	require.NoError(t, err)
	_, err = book.Claim(t.Context(), []eboks.Entry{p.Entry(now)}, "a process that died", time.Minute)
	require.NoError(t, err)
	now = now.Add(time.Hour)
	require.NoError(t, c.Release(t.Context(), l.ID))
	s.next(&eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409})
	r, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Equal(t, eboks.AlreadyAccepted, r.Repeat)
}

// changing is a ledger whose entry somebody changes between a claim and its settlement.
type changing struct {
	eboks.Ledger
	change func()
}

func (b *changing) Settle(ctx context.Context, es []eboks.Entry) ([]eboks.Entry, error) {
	if b.change != nil {
		change := b.change
		b.change = nil
		change()
	}
	return b.Ledger.Settle(ctx, es)
}

// Another letter under a used ID is a conflict, also if events about the first are
// learned just then.
func TestAConflictIsNoReceipt(t *testing.T) {
	book := &changing{Ledger: eboks.NewMemoryLedger(0)}
	s := newScripted()
	c := newClient(t, s, with(book))
	l := letter(1)
	s.next(unknownOutcome())
	_, err := c.Send(t.Context(), l)
	kindIs(t, err, eboks.OutcomeUnknown)
	other := *l
	other.To = letter(2).To
	book.change = func() {
		require.NoError(t, c.Learn(t.Context(), event(l.ID, eboks.Accepted, "2026-11-22T10:00:00Z")))
	}
	_, err = c.Send(t.Context(), &other)
	require.Equal(t, eboks.Decide, kindIs(t, err, eboks.Conflict).Then)

	p, err := c.Prepare(t.Context(), &other)
	require.NoError(t, err)
	es, err := book.Load(t.Context(), []eboks.ID{l.ID})
	require.NoError(t, err)
	o := c.Attempt(t.Context(), p, es[0])
	require.ErrorIs(t, o.Err, eboks.ErrConflict)
	o = o.Against(es[0])
	require.ErrorIs(t, o.Err, eboks.ErrConflict)
	require.Nil(t, o.Receipt)
	require.Equal(t, es[0], o.Entry)
}

// A call that died of its ledger holds its letter until the lease ends, and not longer if
// the clock was set back meanwhile.
func TestNobodyWaitsForEverForADeadCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := time.Duration(0)
		s, book := newScripted(), &failing{Ledger: eboks.NewMemoryLedger(0), settle: errDisk}
		c := newClient(t, s, with(book), func(cfg *eboks.Config) { cfg.Now = func() time.Time { return time.Now().Round(0).Add(off) } })
		l := letter(1)
		_, err := c.Send(t.Context(), l)
		kindIs(t, err, eboks.StoreFailed)
		book.settle = nil
		off = -time.Hour
		began := time.Now()
		_, err = c.Send(t.Context(), l)
		require.Equal(t, eboks.Ask, kindIs(t, err, eboks.OutcomeUnknown).Then)
		require.Less(t, time.Since(began), 3*time.Minute)
	})
}

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
					if r.Err != nil {
						open++
					}
				}
				return open == 0
			}, time.Minute, 10*time.Millisecond)
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
