package outbox_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// TestDueReadsItsIndex looks at how the databases find the oldest letters that are due,
// when many were queued at once and PostgreSQL has not counted them yet: by the index, and
// without sorting all of them.
func TestDueReadsItsIndex(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	lite, _, onLite := liteBox(t, s, nil)
	dsn := sharedPostgreSQL(t)
	post, onPost := pgBox(t, dsn, s, nil)
	for _, c := range []struct {
		name string
		o    *outbox.Outbox
		cfg  outbox.Config
	}{{"SQLite", lite, onLite}, {"PostgreSQL", post, onPost}} {
		t.Run(c.name, func(t *testing.T) {
			if c.cfg.Dialect == outbox.PostgreSQL {
				_, err := c.cfg.DB.Exec(`ALTER TABLE eboks_outbox_letters SET (autovacuum_enabled = false)`)
				require.NoError(t, err)
			}
			multiply(t, c.cfg, putIn(t, c.o, letterTo(1)), 5000)
			plan, err := outbox.PlanOfDue(context.Background(), c.o)
			require.NoError(t, err)
			require.Contains(t, plan, "eboks_outbox_due")
			require.NotContains(t, plan, "Sort")
			require.NotContains(t, plan, "TEMP B-TREE")
		})
	}
}
