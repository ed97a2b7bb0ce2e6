package outbox_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// Letters with the same documents are erased by a person while others are cleaned.
func TestCleanAndErase(t *testing.T) {
	dsn := sharedPostgreSQL(t)
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true, Limits: eboks.Limits{Attachments: 5}}}
	s.events = func(eboks.Cursor) ([]eboks.Event, error) { return nil, nil }
	o, cfg := pgBox(t, dsn, s, func(c *outbox.Config) { c.KeepContent = time.Millisecond; c.ReceiptEvery = time.Millisecond })
	for round := range 2 {
		var ids []eboks.ID
		tx, err := cfg.DB.Begin()
		require.NoError(t, err)
		for n := range 60 {
			l := letterTo(n % 20)
			l.Attachments = []eboks.Document{large(100 + n%3).Named("a.pdf"), large(200 + n%4).Named("b.pdf")}
			_, err := o.Enqueue(context.Background(), tx, l)
			require.NoError(t, err)
			ids = append(ids, l.ID)
		}
		require.NoError(t, tx.Commit())
		_, err = cfg.DB.Exec(`UPDATE eboks_outbox_letters SET state = 'accepted', next = NULL, ended = 1 WHERE next IS NOT NULL`)
		require.NoError(t, err)
		var all sync.WaitGroup
		for w := range 3 {
			all.Go(func() {
				for i := len(ids) - 1 - w; i >= 0; i -= 3 {
					if _, err := o.Erase(context.Background(), ids[i]); err != nil {
						pg, _ := errors.AsType[*pgconn.PgError](err)
						t.Errorf("round %d: erase: %v %v", round, err, pg)
					}
				}
			})
		}
		for range 2 {
			all.Go(func() {
				for range 10 {
					if err := o.Receive(context.Background()); err != nil {
						pg, _ := errors.AsType[*pgconn.PgError](err)
						t.Errorf("round %d: receive: %v %v", round, err, pg)
					}
				}
			})
		}
		all.Wait()
	}
	var n int
	require.NoError(t, cfg.DB.QueryRow(`SELECT count(*) FROM eboks_outbox_documents`).Scan(&n))
	require.Zero(t, n)
}
