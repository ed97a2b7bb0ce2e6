package outbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
)

// actor is a distributor of one test.
type actor struct {
	caps   eboks.Capabilities
	mu     sync.Mutex
	offers map[eboks.ID]int
	total  int
	send   func(ctx context.Context, l *eboks.Letter, n int) (*eboks.Receipt, error)
	status func(id eboks.ID) ([]eboks.Event, error)
	events func(after eboks.Cursor) ([]eboks.Event, error)
}

func (s *actor) Capabilities() eboks.Capabilities { return s.caps }

func (s *actor) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	s.mu.Lock()
	if s.offers == nil {
		s.offers = map[eboks.ID]int{}
	}
	s.offers[l.ID]++
	s.total++
	n := s.offers[l.ID]
	s.mu.Unlock()
	if s.send == nil {
		return &eboks.Receipt{ID: l.ID, Reference: "ref"}, nil
	}
	return s.send(ctx, l, n)
}

func (s *actor) ReadStatus(_ context.Context, id eboks.ID) ([]eboks.Event, error) {
	return s.status(id)
}

func (s *actor) ReadEvents(_ context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	return s.events(after)
}

func (s *actor) count(id eboks.ID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.offers[id]
}

func (s *actor) all() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// listener keeps what a person was told.
type listener struct {
	mu  sync.Mutex
	got []*eboks.Error
}

func (a *listener) hear(_ context.Context, e *eboks.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, e)
}

func (a *listener) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.got)
}

var someKey = bytes.Repeat([]byte("k"), 32)

var newKey = bytes.Repeat([]byte("n"), 32)

func liteFile(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := opendb.SQLite(context.Background(), path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// lite is an outbox on an SQLite file of its own, with a clock that stands.
func liteBox(t testing.TB, s eboks.Sender, change func(*outbox.Config)) (*outbox.Outbox, *posttest.Clock, outbox.Config) {
	t.Helper()
	clock := posttest.NewClock()
	cfg := outbox.Config{DB: liteFile(t, filepath.Join(crashsuite.Dir(t), "udbakke.db")), Dialect: outbox.SQLite, Keys: [][]byte{someKey}, Sender: s, Now: clock.Now}
	if change != nil {
		change(&cfg)
	}
	o, err := outbox.New(cfg)
	require.NoError(t, err)
	require.NoError(t, o.Migrate(context.Background()))
	return o, clock, cfg
}

func letterTo(n int) *eboks.Letter {
	return &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000 + n)), Title: "Årsopgørelse", Material: "1001",
		Document: eboks.Bytes([]byte("%PDF-1.7\n% brev til Åse på Ærø " + time.Duration(n).String() + "\n%%EOF\n"))}
}

func large(n int) eboks.Document {
	return eboks.Bytes([]byte("%PDF-1.7\n" + strings.Repeat(fmt.Sprintf("æ%d", n), 20<<10) + "\n%%EOF\n"))
}

func putIn(t testing.TB, o *outbox.Outbox, l *eboks.Letter) eboks.ID {
	t.Helper()
	fresh, err := o.Enqueue(context.Background(), nil, l)
	require.NoError(t, err)
	require.True(t, fresh)
	return l.ID
}

// steps makes steps until nothing is due at that time, at most so many.
func walk(t testing.TB, o *outbox.Outbox, most int) {
	t.Helper()
	for range most {
		ids, err := o.Due(context.Background(), 1)
		require.NoError(t, err)
		if len(ids) == 0 {
			return
		}
		_, err = o.Step(context.Background(), ids[0])
		require.NoError(t, err)
	}
}

func rowOf(t testing.TB, o *outbox.Outbox, id eboks.ID) outbox.Record {
	t.Helper()
	r, _, err := o.Letter(context.Background(), id)
	require.NoError(t, err)
	return r
}
