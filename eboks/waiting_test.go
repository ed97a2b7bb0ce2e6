package eboks_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

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
