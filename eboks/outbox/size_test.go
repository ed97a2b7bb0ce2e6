package outbox_test

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/pgtest"
)

func TestSize(t *testing.T) {
	if !long() {
		return // DKEID_LONG=1 tries it
	}
	ctx := context.Background()
	run := func(t *testing.T, box func(s eboks.Sender, change func(*outbox.Config)) (*outbox.Outbox, outbox.Config)) {
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		o, cfg := box(s, func(c *outbox.Config) { c.Now = time.Now })
		id := putIn(t, o, letterTo(1))
		multiply(t, cfg, id, 200_000)
		timed := func(what string, do func()) {
			began := time.Now()
			do()
			t.Logf("%-40s %v", what, time.Since(began).Round(100*time.Microsecond))
		}
		timed("due, 200,000 due", func() { ids, err := o.Due(ctx, 32); require.NoError(t, err); require.Len(t, ids, 32) })
		_, err := cfg.DB.Exec(`UPDATE eboks_outbox_channel SET until = 1, since = 1, kind = 'Unavailable'`)
		require.NoError(t, err)
		timed("due, one tries the channel", func() { ids, err := o.Due(ctx, 32); require.NoError(t, err); require.Len(t, ids, 1) })
		timed("letters", func() {
			n := 0
			for _, err := range o.Letters(ctx, outbox.Filter{}) {
				require.NoError(t, err)
				n++
			}
			require.Equal(t, 200_001, n)
		})
	}
	t.Run("SQLite", func(t *testing.T) {
		run(t, func(s eboks.Sender, change func(*outbox.Config)) (*outbox.Outbox, outbox.Config) {
			o, _, cfg := liteBox(t, s, change)
			return o, cfg
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.Start(t, pgtest.Options{})
		run(t, func(s eboks.Sender, change func(*outbox.Config)) (*outbox.Outbox, outbox.Config) {
			return pgBox(t, dsn, s, change)
		})
	})
}

func multiply(t *testing.T, cfg outbox.Config, like eboks.ID, n int) {
	rows, err := cfg.DB.Query(`SELECT * FROM eboks_outbox_letters WHERE 1 = 0`)
	require.NoError(t, err)
	cols, _ := rows.Columns()
	_ = rows.Close()
	list, sel := "", ""
	for _, c := range cols {
		if c == "n" { // the database counts
			continue
		}
		if list != "" {
			list, sel = list+", ", sel+", "
		}
		list += c
		switch c {
		case "id":
			if cfg.Dialect == outbox.PostgreSQL {
				sel += "gen_random_uuid()"
			} else {
				sel += `lower(hex(randomblob(4)))||'-'||lower(hex(randomblob(2)))||'-4'||substr(lower(hex(randomblob(2))),2)||'-a'||substr(lower(hex(randomblob(2))),2)||'-'||lower(hex(randomblob(6)))`
			}
		case "queued":
			sel += "l.queued + s.i"
		default:
			sel += "l." + c
		}
	}
	series := `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM s WHERE i < ` + strconv.Itoa(n) + `)`
	if cfg.Dialect == outbox.PostgreSQL {
		series = `WITH s AS (SELECT generate_series(1, ` + strconv.Itoa(n) + `) AS i)`
	}
	_, err = cfg.DB.Exec(series+` INSERT INTO eboks_outbox_letters (`+list+`) SELECT `+sel+` FROM eboks_outbox_letters l, s WHERE l.id = $1`, like)
	require.NoError(t, err)
}

// Letters that may be printed are held whole when they are looked at. They were looked at
// when they were queued.
func TestPrintMemory(t *testing.T) {
	if !long() {
		return // DKEID_LONG=1 tries it
	}
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Print: true}}
	o, _, _ := liteBox(t, s, func(c *outbox.Config) { c.Now = time.Now })
	for n := range 64 {
		l := letterTo(n % 20)
		l.Channel, l.Address = eboks.DigitalThenPrint, eboks.Address{Name: "Åse", Street: "Ågade", House: "1", PostCode: "8000"}
		doc := fakepdf.New(fakepdf.Page{Lines: []string{strings.Repeat("Rødgrød med fløde. ", 330_000) + time.Duration(n).String()}})
		if n == 0 {
			t.Logf("%d bytes each", len(doc))
		}
		l.Document = eboks.Bytes(doc)
		putIn(t, o, l)
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	peak := uint64(0)
	for s.all() < 64 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapInuse)
		<-time.After(5 * time.Millisecond)
	}
	cancel()
	require.NoError(t, <-ended)
	t.Logf("peak %d MB, before %d MB", peak>>20, before.HeapInuse>>20)
	require.Less(t, peak, uint64(256<<20))
}
