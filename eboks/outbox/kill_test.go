//go:build unix

package outbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// work is what a process that is killed is told to do.
type work struct {
	File, DSN string // one of them
	Socket    string // of the distributor
	Dedupes   bool
	First     int // of its cases; those of another process are others
	Last      int // zero: no end
	Step      int // between two cases of one process
}

const workEnv = "DKEID_TEST_OUTBOX"

// The clocks of these processes are real, so that leases are short.
const (
	killLease  = 2 * time.Second
	killLogLag = 3 * time.Second
	killLag    = time.Second // of the log
)

// TestKillNine kills processes that decide cases and send letters, at random times. One
// that is started after them goes on, and in the end everybody has his letter.
func TestKillNine(t *testing.T) {
	t.Parallel() // it waits more than it works
	for _, c := range []struct {
		name            string
		stores          func(t *testing.T) *crashsuite.Stores
		processes, kill int
		dedupes         bool
	}{
		{"SQLite", func(*testing.T) *crashsuite.Stores { return crashsuite.OnSQLite() }, 1, some(3, 50), false},
		{"SQLite, two processes", func(*testing.T) *crashsuite.Stores { return crashsuite.OnSQLite() }, 2, some(3, 30), false},
		{"PostgreSQL", onPostgreSQL, 1, some(3, 50), false},
		{"PostgreSQL, two processes", onPostgreSQL, 2, some(3, 40), false},
		{"PostgreSQL, four processes", onPostgreSQL, 4, some(3, 30), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.processes != 2 && !long() {
				return // two are enough by default
			}
			killNine(t, c.stores(t).Open(t), c.processes, c.kill, c.dedupes)
		})
	}
}

func onPostgreSQL(t *testing.T) *crashsuite.Stores {
	return crashsuite.OnPostgreSQL(sharedPostgreSQL(t))
}

func killNine(t *testing.T, store *crashsuite.Store, processes, kills int, dedupes bool) {
	d := posttest.New(posttest.Config{Now: time.Now, Dedupes: dedupes, Status: true, Events: true, LogLag: killLag, Fault: moody})
	w := work{File: store.File, DSN: store.DSN, Socket: serve(t, d), Dedupes: dedupes, Step: processes}
	var living []*exec.Cmd
	start := func(first int) *exec.Cmd {
		own := w
		own.First = first
		cmd := process(t, own)
		require.NoError(t, cmd.Start())
		return cmd
	}
	for i := range processes {
		living = append(living, start(i+1))
	}
	defer func() {
		for _, cmd := range living {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	for range kills {
		news := d.Calls().Offers + 10 // it is in the middle of its work
		require.Eventually(t, func() bool { return d.Calls().Offers > news }, time.Minute, time.Millisecond, "nobody sends anything")
		after := time.NewTimer(time.Duration(rand.IntN(60)) * time.Millisecond)
		<-after.C
		i := rand.IntN(processes)
		require.NoError(t, living[i].Process.Kill())
		_ = living[i].Wait()
		living[i] = start(i + 1)
	}
	for _, cmd := range living {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	living = nil
	last := w
	last.First, last.Last = 1, 1 // decides nothing new
	out, err := process(t, last).CombinedOutput()
	require.NoError(t, err, "%s", out)
	journal := watcher(t, store, d, time.Now)
	f := store.Audit(t, d, journal, true, nil)
	assert.False(t, f.Any(), "%+v", f)
	cases, doubts := store.Cases(t), 0
	for _, b := range d.Books() {
		if b.Offers > 1 {
			doubts++
		}
	}
	assert.Greater(t, len(cases), kills, "there was work under way")
	t.Logf("%d cases, %d offered more than once, %+v", len(cases), doubts, d.Calls())
}

// moody is a distributor that fails one time in twenty, and takes its time.
func moody(*eboks.Letter, int) posttest.Fault {
	hold := make(chan struct{})
	time.AfterFunc(time.Duration(rand.IntN(4000))*time.Microsecond, func() { close(hold) })
	f := posttest.Fault{}
	switch rand.IntN(60) {
	case 0:
		f = posttest.Silent(true)
	case 1:
		f = posttest.Silent(false)
	case 2:
		f = posttest.NeverLeft()
	}
	f.Hold = hold
	return f
}

// serve lets other processes reach the distributor.
func serve(t *testing.T, d *posttest.Distributor) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dkeid-") // the path of a socket is short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	server := &http.Server{Handler: d.Handler()}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return socket
}

// watcher reads a journal.
func watcher(t *testing.T, store *crashsuite.Store, d *posttest.Distributor, now func() time.Time) *outbox.Outbox {
	t.Helper()
	o, err := outbox.New(outbox.Config{DB: store.DB, Dialect: store.Dialect, Sender: d.Of(nil), Keys: [][]byte{crashsuite.Key()}, Now: now})
	require.NoError(t, err)
	return o
}

// process is a process that does the work.
func process(t *testing.T, w work) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(w)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestProcessAtWork$", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), workEnv+"="+string(text))
	return cmd
}

// TestProcessAtWork is that process; on its own it does nothing.
func TestProcessAtWork(t *testing.T) {
	if os.Getenv(workEnv) == "" {
		return
	}
	var w work
	require.NoError(t, json.Unmarshal([]byte(os.Getenv(workEnv)), &w))
	var store *crashsuite.Store
	if w.File != "" {
		store = crashsuite.OpenFile(t, w.File)
	} else {
		store = crashsuite.OpenServer(t, w.DSN)
	}
	sender := posttest.Dial(w.Socket, posttest.Config{Dedupes: w.Dedupes, Status: true, Events: true})
	a, err := store.Start(t.Context(), nil, sender, time.Now, func(cfg *outbox.Config) {
		cfg.Lease, cfg.LogLag, cfg.LookEvery, cfg.ReceiptEvery = killLease, killLogLag, 50*time.Millisecond, 200*time.Millisecond
		cfg.Retry = eboks.RetryPolicy{Base: 10 * time.Millisecond, Max: 200 * time.Millisecond, Pause: 100 * time.Millisecond, Park: 1000}
		cfg.InFlight = 8
	})
	require.NoError(t, err)
	defer a.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Outbox.Run(ctx) }()
	var last int
	require.NoError(t, a.DB.QueryRow(`SELECT COALESCE(max(n), 0) FROM cases`).Scan(&last))
	if w.Last == 0 {
		for n := w.First + (last/w.Step)*w.Step; ; n += w.Step {
			require.NoError(t, a.Decide(ctx, n))
			breath := time.NewTimer(25 * time.Millisecond) // no faster than letters go out between the kills
			<-breath.C
		}
	}
	if !assert.Eventually(t, func() bool { return finished(a.Watcher) == nil }, 4*time.Minute, 50*time.Millisecond) {
		t.Fatal(finished(a.Watcher))
	}
	cancel()
	require.NoError(t, <-ended)
}

// finished is nil when all letters have come to their end.
func finished(journal *outbox.Outbox) error {
	var waiting int
	for r, err := range journal.Letters(context.Background(), outbox.Filter{}) {
		if err != nil {
			return err
		}
		if !r.Next.IsZero() {
			waiting++
		}
	}
	if waiting > 0 {
		return errors.New(fmt.Sprint(waiting, " letters wait"))
	}
	return nil
}
