package outbox_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// whimsical is a database whose commits, once in a while, are done and not heard of, or not done.
type whimsical struct {
	under driver.Connector
	mood  func() int // 0: well; 1: done, not heard of; 2: not done
}

func (l whimsical) Driver() driver.Driver { return l.under.Driver() }

func (l whimsical) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := l.under.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &whimConn{c.(fullConn), l.mood}, nil
}

type whimConn struct {
	fullConn
	mood func() int
}

func (c *whimConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.fullConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &whimTx{tx, c.mood}, nil
}

type whimTx struct {
	driver.Tx
	mood func() int
}

func (t *whimTx) Commit() error {
	switch t.mood() {
	case 1:
		_ = t.Tx.Commit()
		return errors.New("lost")
	case 2:
		_ = t.Tx.Rollback()
		return errors.New("lost")
	}
	return t.Tx.Commit()
}

// Three processes, two of them by Step and one by Run, over a database that lies and a
// distributor that fails, with clocks that jump.
func TestSimulation(t *testing.T) {
	seeds := some(4, 100)
	dir := "/dev/shm"
	if _, err := os.Stat(dir); err != nil {
		dir = crashsuite.Dir(t)
	}
	for seed := range seeds {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			tmp, err := os.MkdirTemp(dir, "dkeid-")
			require.NoError(t, err)
			defer func() { _ = os.RemoveAll(tmp) }()
			var rmu sync.Mutex
			rnd := rand.New(rand.NewPCG(uint64(seed), 7))
			n := func(k int) int { rmu.Lock(); defer rmu.Unlock(); return rnd.IntN(k) }
			dedupes := seed%2 == 0
			events := seed%4 < 2
			clock := posttest.NewClock()
			wild := true
			var wmu sync.Mutex
			isWild := func() bool { wmu.Lock(); defer wmu.Unlock(); return wild }
			d := posttest.New(posttest.Config{Now: clock.Now, Dedupes: dedupes, Status: true, Events: events, LogLag: 2 * time.Minute, Delivers: 5 * time.Minute,
				Ask: func() error {
					if isWild() && n(5) == 0 {
						return &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
					}
					return nil
				},
				Fault: func(l *eboks.Letter, k int) posttest.Fault {
					if !isWild() {
						return posttest.Fault{}
					}
					switch n(12) {
					case 0:
						return posttest.NeverLeft()
					case 1:
						return posttest.Silent(true)
					case 2:
						return posttest.Silent(false)
					case 3:
						return posttest.Broken()
					case 4:
						return posttest.Later(time.Minute)
					case 5:
						return posttest.Refused()
					}
					return posttest.Fault{}
				}})
			path := filepath.Join(tmp, "u.db")
			plain := liteFile(t, path)
			address := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
			mood := func() int {
				if !isWild() {
					return 0
				}
				switch n(25) {
				case 0:
					return 1
				case 1:
					return 2
				}
				return 0
			}
			box := func(liar bool, ahead time.Duration) *outbox.Outbox {
				db := plain
				if liar {
					db = sql.OpenDB(whimsical{dsnOf{plain.Driver(), address}, mood})
					t.Cleanup(func() { _ = db.Close() })
				}
				o, err := outbox.New(outbox.Config{DB: db, Dialect: outbox.SQLite, Keys: [][]byte{someKey}, Sender: d.Of(nil), Now: clock.Ahead(ahead), LogLag: 10 * time.Minute,
					LookEvery: time.Millisecond, Grace: 5 * time.Second, Retry: eboks.RetryPolicy{Park: 1000}})
				require.NoError(t, err)
				for range 50 {
					if err = o.Migrate(context.Background()); err == nil {
						break
					}
				}
				require.NoError(t, err)
				return o
			}
			watcher := box(false, 0)
			procs := []*outbox.Outbox{box(true, 0), box(true, 2*time.Second), box(true, -3*time.Second)}
			var ids []eboks.ID
			for k := range 12 {
				ids = append(ids, putIn(t, watcher, letterTo(k)))
			}
			ctx, cancel := context.WithCancel(context.Background())
			var run sync.WaitGroup
			start := func() {
				o := procs[2]
				run.Go(func() { _ = o.Run(ctx) })
			}
			start()
			for i := range 400 {
				if i == 300 {
					wmu.Lock()
					wild = false
					wmu.Unlock()
				}
				o := procs[n(2)]
				if due, err := o.Due(ctx, 5); err == nil {
					for _, id := range due {
						if n(3) > 0 {
							_, _ = o.Step(ctx, id)
						}
					}
				}
				if n(4) == 0 {
					_ = o.Receive(ctx)
				}
				if n(15) == 0 {
					_, _ = o.Step(ctx, ids[n(len(ids))])
				}
				if i < 300 && n(40) == 0 {
					cancel()
					run.Wait()
					ctx, cancel = context.WithCancel(context.Background())
					start()
				}
				if i < 300 && n(30) == 0 {
					clock.Move(-time.Duration(n(120)) * time.Second)
				}
				clock.Move(time.Duration(n(60)) * time.Second)
			}
			for range 200 {
				clock.Move(time.Minute)
				for range 3 {
					if due, err := watcher.Due(ctx, 20); err == nil {
						for _, id := range due {
							_, _ = watcher.Step(ctx, id)
						}
					}
				}
				_ = watcher.Receive(ctx)
			}
			cancel()
			run.Wait()
			for _, id := range ids {
				r, trail, err := watcher.Letter(context.Background(), id)
				require.NoError(t, err)
				if c := d.Count(id); c != 1 || r.State != eboks.LetterAccepted {
					for _, h := range trail {
						t.Log(h.At.Format("15:04:05"), h.What, h.Status, h.Kind)
					}
					t.Errorf("dedupes %v: the recipient has %d; %v offers %d doubts %d then %v kind %v", dedupes, c, r.State, r.Offers, r.Doubts, r.Then, r.Kind)
				}
			}
		})
	}
}
