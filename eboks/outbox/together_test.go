package outbox_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
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
)

// Three outboxes send, others queue with shared documents, erase, give up, and clean.
func TestTogether(t *testing.T) {
	t.Parallel() // it waits more than it works
	letters := some(6, 60)
	run := func(t *testing.T, open func() (*sql.DB, outbox.Dialect), dedupes bool) {
		d := posttest.New(posttest.Config{Now: time.Now, Dedupes: dedupes, Status: !dedupes, Events: dedupes, Fault: func(l *eboks.Letter, n int) posttest.Fault {
			switch {
			case n == 1 && rand.IntN(10) == 0:
				return posttest.NeverLeft()
			case n == 1 && rand.IntN(20) == 0:
				return posttest.Silent(rand.IntN(2) == 0)
			case n == 1 && rand.IntN(50) == 0:
				return posttest.Later(50 * time.Millisecond)
			}
			return posttest.Fault{}
		}})
		box := func() *outbox.Outbox {
			db, dialect := open()
			o, err := outbox.New(outbox.Config{DB: db, Dialect: dialect, Keys: [][]byte{someKey}, Sender: d.Of(nil), InFlight: 8, Lease: 5 * time.Second,
				LogLag: 5 * time.Second, LookEvery: 20 * time.Millisecond, ReceiptEvery: 100 * time.Millisecond, KeepContent: 300 * time.Millisecond,
				Retry: eboks.RetryPolicy{Base: 20 * time.Millisecond, Max: 500 * time.Millisecond, Pause: 200 * time.Millisecond, Park: 100}})
			require.NoError(t, err)
			require.NoError(t, o.Migrate(context.Background()))
			return o
		}
		ctx, cancel := context.WithCancel(context.Background())
		var senders, users sync.WaitGroup
		var boxes []*outbox.Outbox
		for range 3 {
			o := box()
			boxes = append(boxes, o)
			senders.Go(func() {
				if err := o.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		var mu sync.Mutex
		type wanted struct {
			l      *eboks.Letter
			sum    [32]byte
			erased bool
		}
		all := map[eboks.ID]*wanted{}
		docs := make([][]byte, 4)
		for i := range docs {
			docs[i] = []byte("%PDF-1.7\n" + strings.Repeat(fmt.Sprintf("dokument æøå %d ", i), 8000) + "\n%%EOF\n")
		}
		for u := range 4 {
			users.Go(func() {
				db, _ := open()
				for n := range letters {
					o := boxes[n%3]
					doc := docs[rand.IntN(len(docs))]
					l := &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000 + u)), Title: "Årsopgørelse", Material: "1001", Document: eboks.Bytes(doc)}
					var err error
					for range 20 {
						var tx *sql.Tx
						if tx, err = db.Begin(); err != nil {
							continue
						}
						if _, err = o.Enqueue(context.Background(), tx, l); err == nil {
							if rand.IntN(5) == 0 {
								<-time.After(time.Duration(rand.IntN(20)) * time.Millisecond)
							}
							err = tx.Commit()
						} else {
							_ = tx.Rollback()
						}
						if err == nil {
							break
						}
						if !errors.Is(err, eboks.ErrStoreFailed) {
							t.Error(err)
						}
					}
					if err != nil {
						t.Error("not queued", err)
						continue
					}
					mu.Lock()
					all[l.ID] = &wanted{l: l, sum: sha256.Sum256(doc)}
					mu.Unlock()
					if rand.IntN(6) == 0 {
						if _, err := o.Erase(context.Background(), l.ID); err != nil {
							t.Log("erase:", errors.Unwrap(errors.Unwrap(err)))
						}
						mu.Lock()
						all[l.ID].erased = true
						mu.Unlock()
					}
				}
			})
		}
		users.Wait()
		require.Eventually(t, func() bool {
			sum, err := boxes[0].Summary(context.Background())
			return err == nil && sum.States[eboks.LetterWaiting]+sum.States[eboks.LetterUnknown] == 0
		}, 60*time.Second, 50*time.Millisecond)
		cancel()
		senders.Wait()
		books := map[eboks.ID]posttest.Book{}
		for _, b := range d.Books() {
			books[b.ID] = b
		}
		persons := 0
		for id, w := range all {
			r := rowOf(t, boxes[0], id)
			if r.NeedsPerson() {
				persons++
				t.Logf("%v %v %v doubts %d", r.State, r.Kind, r.Then, r.Doubts)
			}
			require.LessOrEqual(t, d.Count(id), 1, "doubled")
			if !w.erased {
				require.Equal(t, eboks.LetterAccepted, r.State, "%v %v", r.Kind, r.Then)
				require.Equal(t, 1, d.Count(id), "lost")
			}
			if d.Count(id) == 1 {
				require.Equal(t, w.sum, books[id].SHA256)
			}
			require.Equal(t, d.Count(id) == 1, r.State == eboks.LetterAccepted)
		}
		require.Zero(t, persons)
		db, _ := open()
		var contents, documents, uses int
		require.NoError(t, db.QueryRow(`SELECT (SELECT count(*) FROM eboks_outbox_letters WHERE content IS NOT NULL), (SELECT count(*) FROM eboks_outbox_documents), (SELECT count(*) FROM eboks_outbox_attachments) + (SELECT count(*) FROM eboks_outbox_letters WHERE document IS NOT NULL)`).Scan(&contents, &documents, &uses))
		t.Logf("%d letters, %d offers, left: %d contents, %d parts, %d uses", len(all), d.Calls().Offers, contents, documents, uses)
		if uses == 0 {
			require.Zero(t, documents, "parts that nobody uses")
		}
	}
	for _, dedupes := range []bool{true, false} {
		if dedupes && !long() {
			continue
		}
		name := fmt.Sprintf("dedupes %v", dedupes)
		t.Run("SQLite "+name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(crashsuite.Dir(t), "u.db")
			run(t, func() (*sql.DB, outbox.Dialect) { return liteFile(t, path), outbox.SQLite }, dedupes)
		})
		t.Run("PostgreSQL "+name, func(t *testing.T) {
			t.Parallel()
			dsn := sharedPostgreSQL(t)
			run(t, func() (*sql.DB, outbox.Dialect) { return pgDB(t, dsn), outbox.PostgreSQL }, dedupes)
		})
	}
}
