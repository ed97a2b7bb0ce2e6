package riverrunner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// An office is one process that sends: an outbox, and what drives it.
type office struct {
	*outbox.Outbox
	river *Runner
	run   func(ctx context.Context) error
	pool  *pgxpool.Pool
}

// The two ways to run an outbox.
const (
	byLoop  = "loop"
	byRiver = "river"
)

// officeConfig has times that do not keep a test waiting.
func officeConfig(sender eboks.Sender) outbox.Config {
	return outbox.Config{
		Sender: sender, Dialect: outbox.PostgreSQL, Keys: [][]byte{bytes.Repeat([]byte("k"), eboks.KeySize)},
		Lease: 2 * time.Second, LogLag: 2 * time.Second, LookEvery: 100 * time.Millisecond, ReceiptEvery: time.Second, Grace: 2 * time.Second,
		Retry: eboks.RetryPolicy{Base: 100 * time.Millisecond, Max: time.Second, Pause: time.Second},
	}
}

// openOffice makes an office on a database.
func openOffice(ctx context.Context, pool *pgxpool.Pool, way string, cfg outbox.Config, river Config) (*office, error) {
	cfg.DB = stdlib.OpenDBFromPool(pool)
	box, err := outbox.New(cfg)
	if err != nil {
		return nil, err
	}
	r, err := New(box, pool, river)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(box.Migrate(ctx), r.Migrate(ctx)); err != nil {
		return nil, err
	}
	o := &office{Outbox: box, river: r, run: box.Run, pool: pool}
	if way == byRiver {
		o.run = r.Run
	}
	return o, nil
}

func newOffice(t testing.TB, pool *pgxpool.Pool, way string, cfg outbox.Config) *office {
	t.Helper()
	river := quick()
	river.Grace = cfg.Grace
	o, err := openOffice(context.Background(), pool, way, cfg, river)
	require.NoError(t, err)
	return o
}

// start runs the office until the returned function is called.
func (o *office) start(t testing.TB) (stop func() error) {
	t.Helper()
	return startRun(t, o.run)
}

// queue queues letters as an application does, in a transaction of pgx.
func (o *office) queue(t testing.TB, letters ...*eboks.Letter) {
	t.Helper()
	ctx := context.Background()
	tx, err := o.pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	for _, l := range letters {
		fresh, err := o.river.Enqueue(ctx, tx, l)
		require.NoError(t, err)
		require.True(t, fresh)
	}
	require.NoError(t, tx.Commit(ctx))
}

// states counts the letters in each state.
func (o *office) states(t testing.TB) map[eboks.State]int {
	t.Helper()
	s, err := o.Summary(context.Background())
	require.NoError(t, err)
	require.Zero(t, s.NeedPerson)
	return s.States
}

func (o *office) allAccepted(t testing.TB, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return o.states(t)[eboks.LetterAccepted] == n }, 4*patience, 20*time.Millisecond, "all letters are accepted")
}

// Each part of a letter has a mark of its own, to be looked for where it must not be.
const (
	titleMark    = "Årsopgørelse-kendemærke"
	documentMark = "brevtekst-kendemærke-æøå"
)

func letter(n int) *eboks.Letter {
	return &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000 + n%20)), Title: titleMark, Material: "1001",
		Document: eboks.Bytes(fmt.Appendf(nil, "%%PDF-1.7\n%% brev %d til Åse på Ærø %s\n%%%%EOF\n", n, documentMark)),
	}
}

func letters(n int) []*eboks.Letter {
	all := make([]*eboks.Letter, n)
	for i := range all {
		all[i] = letter(i)
	}
	return all
}
