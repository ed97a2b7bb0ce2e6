package main

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// TestAKillLosesAndDoublesNothing kills the command (-9) at random moments, also while it
// queues. The log of the distributor knows a letter only after a while. With DKEID_LONG=1
// there are thirty kills.
func TestAKillLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	kills, letters, most := 3, 600, time.Minute
	if toolstest.Long() {
		kills, letters, most = 30, 6000, 3*time.Minute
	}
	for name, dedupes := range map[string]bool{"recognises": true, "does not recognise": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, d := newFolder(t), newDouble(t, dedupes)
			path, rows := f.mailingOf(letters)
			d.change(func(d *double) { d.slow, d.lag = 20*time.Millisecond, 2*time.Second })
			args := append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))
			for range kills {
				p := start(t, args...)
				if rand.IntN(4) > 0 { // most are killed while letters leave
					ids, _ := d.letters()
					until(t, d.got(min(ids+1, letters)))
				}
				<-time.After(time.Duration(rand.IntN(500)) * time.Millisecond)
				require.NoError(t, p.cmd.Process.Kill())
				_ = p.cmd.Wait()
			}
			before, _ := d.letters()
			p := start(t, args...)
			require.Zero(t, p.wait(most), p.tell.String())
			p.all(rows, "accepted")
			d.has(f, rows)
			t.Logf("%d kills, %d of %d letters had left; %d offers, %d questions", kills, before, letters, d.offered(), d.asked)
		})
	}
}
