package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
)

// many makes a list of n letters with one document.
func (f folder) many(n int) (path string, rows []item) {
	f.t.Helper()
	_, some := f.mailingOf(1)
	for i := range n {
		r := some[0]
		r.title, r.reference = fmt.Sprintf("Afgørelse i sag æøå-%d", i), fmt.Sprintf("ref-ø-%d", i)
		rows = append(rows, r)
	}
	return f.listOf("mange.csv", rows), rows
}

// counted are the statuses of a report.
func (p *process) counted(rows []item) map[string]int {
	p.t.Helper()
	counts := map[string]int{}
	for _, got := range p.report(rows) {
		counts[strings.Replace(got[0], "delivered", "accepted", 1)]++
	}
	return counts
}

// A second run knows what the first one sent before it queues or sends anything, tells no
// row as waiting that was taken in, and counts only its own letters.
func TestAStopAfterAStopTellsWhatWasSent(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.many(1500)
	d.change(func(d *double) { d.slow = 20 * time.Millisecond })
	args := append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))
	p := start(t, args...)
	until(t, d.got(700))
	d.change(func(d *double) { d.slow = 2 * time.Second }) // so that few follow, however late the signal is
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 3, p.wait(10*time.Second), p.tell.String())
	sent, _ := d.letters()
	require.Less(t, sent, 1400)
	require.Equal(t, map[string]int{"accepted": sent, "waiting": 1500 - sent}, p.counted(rows))
	require.NotContains(t, p.tell.String(), "not complete")

	d.change(func(d *double) { d.refuses = func(string) int { return 503 } })
	p = start(t, args...)
	until(t, func() bool { return strings.Contains(p.tell.String(), "letters wait") })
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.Equal(t, 3, p.wait(10*time.Second), p.tell.String())
	require.Equal(t, map[string]int{"accepted": sent, "waiting": 1500 - sent}, p.counted(rows))
	require.NotContains(t, p.tell.String(), "queued", "they are in the journal")

	d.change(func(d *double) { d.refuses, d.slow = nil, 200*time.Millisecond })
	p = start(t, args...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	p.all(rows, "accepted")
	for _, told := range regexp.MustCompile(`done (\d+) of 1500, (\d+) a second`).FindAllStringSubmatch(p.tell.String(), -1) {
		done, _ := strconv.Atoi(told[1])
		rate, _ := strconv.Atoi(told[2])
		require.GreaterOrEqual(t, done, sent)
		require.Less(t, rate, 400, "32 at once and five a second: %s", told[0])
	}
	ids, doubled := d.letters()
	require.Equal(t, []int{1500, 0}, []int{ids, doubled})
}

// A report that was written before the journal was read says so.
func TestAStopBeforeTheJournalIsRead(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	path, rows := f.mailingOf(3)
	o := &options{list: path, db: filepath.Join(f.path, "breve.db"), distributor: "stralfors"}
	post, err := o.open()
	require.NoError(t, err)
	defer post.close()
	p := &process{t: t}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.Equal(t, stopped, mail(ctx, o, post, &p.out, &p.tell))
	require.Contains(t, p.tell.String(), "the report is not complete")
	for _, got := range p.report(rows) {
		require.Equal(t, [2]string{"waiting", "not read"}, got)
	}
}

// A signal that comes when nothing is left to do stops nothing.
func TestASignalAfterTheLastLetter(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(3)
	p := start(t, append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))...)
	until(t, d.got(3))
	<-time.After(200 * time.Millisecond) // the answers are recorded, and the next look comes later
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	require.Zero(t, p.wait(10*time.Second), p.tell.String())
	p.all(rows, "accepted")
	require.NotContains(t, p.tell.String(), "stopped")
}

// A database belongs to one distributor and one system.
func TestADatabaseOfAnotherDistributor(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(5)
	to := func(db string) []string { return []string{"-list", path, "-db", filepath.Join(f.path, db)} }
	refused := func(says string, args ...string) {
		t.Helper()
		p := start(t, args...)
		require.Equal(t, 2, p.wait(time.Minute), p.tell.String())
		require.Empty(t, p.out.String())
		require.Contains(t, p.tell.String(), says)
		require.Contains(t, p.tell.String(), "Nothing was queued")
	}
	p := start(t, to("fake.db")...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	refused("it is of letters to the fake, and the flags say stralfors, system 4711", append(d.args, to("fake.db")...)...)
	require.Zero(t, d.offered())

	p = start(t, append(d.args, to("real.db")...)...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	refused("stralfors, system 4712", slices.Concat(d.args, []string{"-system", "4712"}, to("real.db"))...)
	refused("the flags say the fake", to("real.db")...)
	refused("postnord, system 4711", slices.Concat(d.args, []string{"-distributor", "postnord", "-client", "1"}, to("real.db"))...)
	p = start(t, append(d.args, to("real.db")...)...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	p.all(rows, "accepted")
	require.Equal(t, 5, d.offered())
}

// What is recorded in a file that is gone is not recorded.
func TestADatabaseThatIsRemoved(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(200)
	d.change(func(d *double) { d.slow = 2 * time.Second })
	db := filepath.Join(f.path, "breve.db")
	p := start(t, append(d.args, "-list", path, "-db", db)...)
	until(t, d.got(20))
	require.NoError(t, os.Remove(db))
	require.Equal(t, 3, p.wait(20*time.Second), p.tell.String())
	require.Contains(t, p.tell.String(), "removed or replaced")
	sent, _ := d.letters()
	require.Less(t, sent, 200)
	require.Equal(t, map[string]int{"accepted": sent, "waiting": 200 - sent}, p.counted(rows))
}

// A distributor that never tells the end of a letter keeps nobody waiting.
func TestALetterIsFollowedForAWhile(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, false)
	d.change(func(d *double) { d.lag = time.Hour })
	number := cprtest.Number(9004).Reveal()
	began := time.Now()
	out, err := command(t, number, append(d.args, "-to", "-", "-title", "Støtte til ærø", "-wait", "2s", filepath.Join(f.path, "brev.pdf"))...)
	require.NoError(t, err, out)
	require.Contains(t, out, "has taken the letter in; what becomes of it is not known yet")
	require.NotContains(t, out, number)
	require.Greater(t, time.Since(began), 2*time.Second)
	require.Less(t, time.Since(began), slowness*20*time.Second)
	ids, _ := d.letters()
	require.Equal(t, 1, ids)
}
