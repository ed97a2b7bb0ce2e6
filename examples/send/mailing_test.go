package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/logtest"
)

// process is the command while it runs.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  logtest.Buffer
	tell logtest.Buffer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...)}
	p.cmd.Env = append(os.Environ(), asCommand+"=1")
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.tell
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// wait returns the exit status; it fails if the command takes longer.
func (p *process) wait(most time.Duration) int {
	p.t.Helper()
	most *= slowness
	late := time.AfterFunc(most, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait()
	require.True(p.t, late.Stop(), "it took longer than %v:\n%s", most, p.tell.String())
	return p.cmd.ProcessState.ExitCode()
}

// report is what the command reported: status and detail by reference. It has every row
// of the list once, in its order, and nothing else.
func (p *process) report(rows []item) map[string][2]string {
	p.t.Helper()
	all, err := csv.NewReader(strings.NewReader(p.out.String())).ReadAll()
	require.NoError(p.t, err)
	require.NotEmpty(p.t, all, p.tell.String())
	require.Equal(p.t, []string{"reference", "status", "time", "detail"}, all[0])
	require.Len(p.t, all, len(rows)+1)
	got := map[string][2]string{}
	for i, r := range rows {
		require.Equal(p.t, r.reference, all[i+1][0])
		_, err := time.Parse(time.RFC3339, all[i+1][2])
		require.NoError(p.t, err)
		got[r.reference] = [2]string{all[i+1][1], all[i+1][3]}
	}
	p.tellsNothing(rows)
	return got
}

// tellsNothing looks for numbers and titles in what the command wrote.
func (p *process) tellsNothing(rows []item) {
	p.t.Helper()
	said := p.out.String() + p.tell.String()
	for _, r := range rows {
		if strings.Contains(said, r.number) || strings.Contains(said, r.title) {
			require.Fail(p.t, "it tells who gets what")
		}
	}
}

// all requires one status of all rows; of two that are accepted one may be delivered by now.
func (p *process) all(rows []item, status string) {
	p.t.Helper()
	for reference, got := range p.report(rows) {
		require.Equal(p.t, status, strings.Replace(got[0], "delivered", "accepted", 1), "%s: %s\n%s", reference, got[1], p.tell.String())
	}
}

// item is a row of a list.
type item struct{ number, title, file, reference string }

// mailingOf is a list of n letters, no two alike.
func (f folder) mailingOf(n int) (path string, rows []item) {
	f.t.Helper()
	for i := range n {
		r := item{cprtest.Number(9000 + i).Reveal(), fmt.Sprintf("Afgørelse i sag æøå-%d", i), fmt.Sprintf("brev %d.pdf", i), fmt.Sprintf("ref-ø-%d", i)}
		f.write(r.file, pdf(fmt.Sprintf("rødgrød %d", i)))
		rows = append(rows, r)
	}
	return f.listOf("breve.csv", rows), rows
}

func (f folder) listOf(name string, rows []item) string {
	f.t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	require.NoError(f.t, w.Write(header()))
	for _, r := range rows {
		require.NoError(f.t, w.Write([]string{r.number, r.title, r.file, r.reference}))
	}
	w.Flush()
	return f.write(name, b.Bytes())
}

// has requires that the distributor has exactly these letters, each once and with what
// its row says.
func (d *double) has(f folder, rows []item) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	require.Len(d.t, d.taken, len(rows))
	arrived := map[string]arrival{}
	for id, all := range d.taken {
		require.Len(d.t, all, 1, id)
		arrived[all[0].title] = all[0]
	}
	for _, r := range rows {
		all := []arrival{arrived[r.title]}
		document, err := os.ReadFile(filepath.Join(f.path, r.file))
		require.NoError(d.t, err)
		require.Equal(d.t, arrival{all[0].at, r.number, r.title, document}, all[0], r.reference)
	}
}

func TestAMailing(t *testing.T) {
	t.Parallel()
	for name, dedupes := range map[string]bool{"recognises": true, "does not recognise": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, d := newFolder(t), newDouble(t, dedupes)
			path, rows := f.mailingOf(300)
			args := append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))
			p := start(t, args...)
			require.Zero(t, p.wait(time.Minute), p.tell.String())
			p.all(rows, "accepted")
			d.has(f, rows)
			require.Equal(t, 300, d.offered())

			// Once more: there is nothing to do.
			p = start(t, args...)
			require.Zero(t, p.wait(time.Minute), p.tell.String())
			p.report(rows)
			require.Equal(t, 300, d.offered())

			// A longer list has some new letters.
			more := append(rows[100:200:200], item{rows[0].number, "Årsopgørelse", "brev 1.pdf", "ny-ø"})
			p = start(t, append(args, "-list", f.listOf("flere.csv", more))...)
			require.Zero(t, p.wait(time.Minute), p.tell.String())
			p.report(more)
			d.has(f, append(rows, more[100]))
		})
	}
}

func TestAMailingToTheFake(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	path, rows := f.mailingOf(20)
	p := start(t, "-list", path, "-db", filepath.Join(f.path, "breve.db"))
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	p.report(rows)
}

func TestAFaultyListQueuesNothing(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, false)
	db := filepath.Join(f.path, "breve.db")
	_, rows := f.mailingOf(3)
	rows[1].number = "3201901234"
	p := start(t, append(d.args, "-list", f.listOf("b.csv", rows), "-db", db)...)
	require.Equal(t, 2, p.wait(time.Minute))
	require.Empty(t, p.out.String())
	require.Equal(t, []string{"3"}, linesOf(p.tell.String()))
	require.NotContains(t, p.tell.String(), rows[1].number)
	require.NoFileExists(t, db)
	require.NoFileExists(t, db+".key")
	require.Zero(t, d.offered())
}

// A reference stands for one letter. Those that are another one are not sent, and the
// others are.
func TestConflicts(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(10)
	db := filepath.Join(f.path, "breve.db")
	p := start(t, append(d.args, "-list", path, "-db", db)...)
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	changed := append(rows[:len(rows):len(rows)], item{rows[0].number, "Ny å", "brev 0.pdf", "ny-å"})
	changed[1].number = cprtest.Number(9999).Reveal()
	changed[2].title = "Noget andet æøå"
	changed[3].file = "brev 4.pdf"
	p = start(t, append(d.args, "-list", f.listOf("b.csv", changed), "-db", db)...)
	require.Equal(t, 1, p.wait(time.Minute), p.tell.String())
	for reference, got := range p.report(changed) {
		want := "accepted"
		if reference == "ref-ø-1" || reference == "ref-ø-2" || reference == "ref-ø-3" {
			want = "conflict"
		}
		require.Equal(t, want, strings.Replace(got[0], "delivered", "accepted", 1), reference)
	}
	d.has(f, append(rows, changed[10]))
}

// Two mailings in two databases have the same references, and are other letters: also at a
// distributor that recognises what it had before.
func TestTheSameReferenceInAnotherDatabase(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(5)
	var february []item
	for i, r := range rows {
		february = append(february, item{cprtest.Number(9010 + i).Reveal(), fmt.Sprintf("Rykker æøå-%d", i), r.file, r.reference})
	}
	other := f.listOf("februar.csv", february)
	for db, list := range map[string]string{"januar.db": path, "februar.db": other} {
		p := start(t, append(d.args, "-dedupes", "-list", list, "-db", filepath.Join(f.path, db))...)
		require.Equal(t, 0, p.wait(time.Minute), p.tell.String())
	}
	d.has(f, append(rows, february...))
}

func TestLettersThatAreRefused(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, false)
	path, rows := f.mailingOf(10)
	d.change(func(d *double) {
		d.refuses = func(body string) int {
			if strings.Contains(body, ">Afgørelse i sag æøå-4<") {
				return 400
			}
			return 0
		}
	})
	p := start(t, append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))...)
	require.Equal(t, 1, p.wait(time.Minute), p.tell.String())
	for reference, got := range p.report(rows) {
		want := [2]string{"accepted", ""}
		if reference == "ref-ø-4" {
			want = [2]string{"refused", "Rejected 1001"}
		}
		require.Equal(t, want, got, reference)
	}
	require.Contains(t, p.tell.String(), "9 accepted 1 refused")
}

// until waits for something that another process does.
func until(t *testing.T, what func() bool) {
	t.Helper()
	require.Eventually(t, what, slowness*2*time.Minute, 5*time.Millisecond)
}

func (d *double) got(n int) func() bool {
	return func() bool { ids, _ := d.letters(); return ids >= n }
}

func TestASignalStopsIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal os.Signal
		slow   time.Duration
	}{
		"terminate": {syscall.SIGTERM, 20 * time.Millisecond}, "interrupt": {os.Interrupt, 20 * time.Millisecond},
		"while answers take long": {syscall.SIGTERM, 1500 * time.Millisecond}, "before the answers": {syscall.SIGTERM, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, d := newFolder(t), newDouble(t, false)
			path, rows := f.mailingOf(300)
			d.change(func(d *double) { d.slow = c.slow })
			args := append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))
			p := start(t, args...)
			until(t, d.got(20))
			require.NoError(t, p.cmd.Process.Signal(c.signal))
			require.Equal(t, 3, p.wait(10*time.Second), p.tell.String())
			counts := map[string]int{}
			for _, got := range p.report(rows) {
				counts[strings.Replace(got[0], "delivered", "accepted", 1)]++
			}
			require.Equal(t, len(rows), counts["accepted"]+counts["waiting"], "%v", counts)
			taken, _ := d.letters()
			require.LessOrEqual(t, counts["accepted"], taken, "what is told as accepted is\n%s", p.tell.String())
			d.change(func(d *double) { d.slow = 0 })
			p = start(t, args...)
			require.Zero(t, p.wait(time.Minute), p.tell.String())
			p.all(rows, "accepted")
			d.has(f, rows)
		})
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, _ := f.mailingOf(100)
	d.change(func(d *double) { d.slow = time.Hour })
	p := start(t, append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))...)
	until(t, d.got(20))
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	until(t, func() bool { _ = p.cmd.Process.Signal(syscall.SIGTERM); return len(ended) > 0 })
	require.Error(t, <-ended)
	how := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, how.Signaled() && how.Signal() == syscall.SIGTERM, "it ended by itself: %v", p.cmd.ProcessState)
}

// Two processes that start at once, before there is a database or a key, share the work.
func TestTwoProcessesOnOneList(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, false)
	path, rows := f.mailingOf(600)
	d.change(func(d *double) { d.slow = 5 * time.Millisecond })
	args := append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))
	a, b := start(t, args...), start(t, args...)
	require.Zero(t, a.wait(time.Minute), a.tell.String())
	require.Zero(t, b.wait(time.Minute), b.tell.String())
	a.all(rows, "accepted")
	b.all(rows, "accepted")
	d.has(f, rows)
}

var alarm = regexp.MustCompile(`(?m)^.*ALARM.*$`)

// Whoever is refused waits and burns nothing. Another certificate is tried at once.
func TestACertificateThatIsRefused(t *testing.T) {
	t.Parallel()
	for name, atTheDoor := range map[string]bool{"by TLS": true, "by HTTP": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, d := newFolder(t), openDouble(t, false, atTheDoor)
			path, rows := f.mailingOf(50)
			db := filepath.Join(f.path, "breve.db")
			cert, key, _ := clientCertificate(t, filepath.Join(f.path, "forkert"))
			p := start(t, append(d.args, "-cert", cert, "-key", key, "-list", path, "-db", db)...)
			until(t, func() bool { return strings.Contains(p.tell.String(), "ALARM") })
			told := time.Now()
			until(t, func() bool { return time.Since(told) > retryAtMost+2*time.Second }) // the channel is tried again, in vain
			require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
			require.Equal(t, 3, p.wait(10*time.Second))
			p.all(rows, "waiting")
			require.Len(t, alarm.FindAllString(p.tell.String(), -1), 1, p.tell.String())
			require.Zero(t, d.offered())

			// The next attempt with the old certificate is hours away. Another one is tried at once.
			store, err := sql.Open("sqlite", "file:"+db)
			require.NoError(t, err)
			_, err = store.Exec(`UPDATE eboks_outbox_channel SET until = $1`, time.Now().Add(3*time.Hour).UnixMicro())
			require.NoError(t, err)
			require.NoError(t, store.Close())
			p = start(t, append(d.args, "-list", path, "-db", db)...)
			require.Zero(t, p.wait(time.Minute), p.tell.String())
			p.all(rows, "accepted")
			require.NotContains(t, p.tell.String(), "ALARM")
			require.Equal(t, 50, d.offered())
		})
	}
}

// Letters wait for a distributor that is away, and go when it is back.
func TestADistributorThatIsAway(t *testing.T) {
	t.Parallel()
	f, d := newFolder(t), newDouble(t, true)
	path, rows := f.mailingOf(50)
	d.change(func(d *double) { d.refuses = func(string) int { return 503 } })
	p := start(t, append(d.args, "-list", path, "-db", filepath.Join(f.path, "breve.db"))...)
	until(t, func() bool { return strings.Contains(p.tell.String(), "letters wait") })
	d.change(func(d *double) { d.refuses = nil })
	require.Zero(t, p.wait(time.Minute), p.tell.String())
	p.all(rows, "accepted")
	d.has(f, rows)
	require.NotContains(t, p.tell.String(), "ALARM")
}
