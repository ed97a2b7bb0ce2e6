package outbox_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
)

// lying is a database that commits and then says that it failed, the nth time.
type lying struct {
	under driver.Connector
	left  *atomic.Int64 // commits until it lies; 0: never
}

func (l lying) Driver() driver.Driver { return l.under.Driver() }

func (l lying) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := l.under.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &lyingConn{c.(fullConn), l.left}, nil
}

type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
}

type lyingConn struct {
	fullConn
	left *atomic.Int64
}

func (c *lyingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.fullConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &lyingTx{tx, c.left}, nil
}

type lyingTx struct {
	driver.Tx
	left *atomic.Int64
}

func (t *lyingTx) Commit() error {
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	if t.left.Load() > 0 && t.left.Add(-1) == 0 {
		return errors.New("the connection was lost")
	}
	return nil
}

func lyingBox(t *testing.T, s eboks.Sender, change func(*outbox.Config)) (*outbox.Outbox, *atomic.Int64, outbox.Config) {
	path := filepath.Join(crashsuite.Dir(t), "udbakke.db")
	plain := liteFile(t, path)
	left := new(atomic.Int64)
	address := "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	_ = plain
	db := sql.OpenDB(lying{crashtest.New(crashtest.Plan{}).Connector(dsnOf{plain.Driver(), address}), left})
	t.Cleanup(func() { _ = db.Close() })
	cfg := outbox.Config{DB: db, Dialect: outbox.SQLite, Keys: [][]byte{someKey}, Sender: s}
	if change != nil {
		change(&cfg)
	}
	o, err := outbox.New(cfg)
	require.NoError(t, err)
	require.NoError(t, o.Migrate(context.Background()))
	return o, left, cfg
}

type dsnOf struct {
	d    driver.Driver
	name string
}

func (d dsnOf) Driver() driver.Driver { return d.d }

func (d dsnOf) Connect(context.Context) (driver.Conn, error) { return d.d.Open(d.name) }

// The commit of Enqueue's own transaction is not heard of. The letter is queued.
func TestEnqueueUnheard(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, left, _ := lyingBox(t, s, nil)
	left.Store(1)
	l := letterTo(1)
	_, err := o.Enqueue(t.Context(), nil, l)
	require.ErrorIs(t, err, eboks.ErrStoreFailed)
	walk(t, o, 1)
	if s.count(l.ID) > 0 {
		require.NotContains(t, err.Error(), "was not queued", "it was, and was sent")
	}
}

// A claim whose commit is not heard of comes back at once, though nothing else is due.
func TestLostClaimComesBack(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post"}}
	o, left, _ := lyingBox(t, s, func(c *outbox.Config) { c.LookEvery = 20 * time.Millisecond; c.Lease = 8 * time.Second })
	id := putIn(t, o, letterTo(1))
	left.Store(1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	require.Eventually(t, func() bool { return left.Load() == 0 }, time.Minute, time.Millisecond)
	require.Eventually(t, func() bool { return s.count(id) > 0 }, time.Minute, 10*time.Millisecond, "it waits for the end of its lease")
	cancel()
	require.NoError(t, <-ended)
}

// Run is told to stop just then.
func TestLostClaimAtTheEnd(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post"}}
	o, left, cfg := lyingBox(t, s, func(c *outbox.Config) { c.LookEvery = 200 * time.Millisecond; c.Lease = 2 * time.Second })
	id := putIn(t, o, letterTo(1))
	left.Store(1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	require.Eventually(t, func() bool { return left.Load() == 0 }, time.Minute, time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	r := rowOf(t, o, id)
	require.Empty(t, r.Owner, "a clean stop leaves it in hand; the next process takes it for unknown, and asks a person")
	_ = cfg
}

// The commit of a settlement is not heard of: nothing is counted twice.
func TestUnheardSettlement(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
		return nil, &eboks.Error{Kind: eboks.OutcomeUnknown, Status: 500}
	}
	o, left, _ := lyingBox(t, s, func(c *outbox.Config) { c.Retry.Base = time.Hour; c.Retry.Max = time.Hour })
	id := putIn(t, o, letterTo(1))
	left.Store(2) // the claim, and then the settlement
	_, err := o.Step(t.Context(), id)
	require.NoError(t, err)
	require.Zero(t, left.Load())
	r, trail, err := o.Letter(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, 1, s.count(id))
	require.Equal(t, 1, r.Doubts, "one offer is one doubt")
	require.Equal(t, 1, r.Offers)
	require.Len(t, trail, 1, "and one line in the trail")
}
