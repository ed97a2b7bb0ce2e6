//go:build unix

package riverrunner

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/internal/pgtest"
	"github.com/dkeid/dkeid/internal/toolstest"
)

const sendingEnv = "DKEID_TEST_SENDING"

// sending is what a process of its own is told.
type sending struct {
	Database, Socket, Way string
}

// process is a program that runs an office until it is told to stop.
func (s sending) process(t testing.TB) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestSendingProcess$")
	cmd.Env = append(os.Environ(), sendingEnv+"="+string(text))
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd
}

// TestSendingProcess is that program; on its own it does nothing.
func TestSendingProcess(t *testing.T) {
	text := os.Getenv(sendingEnv)
	if text == "" {
		return
	}
	var s sending
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	pool, err := pgxpool.New(ctx, s.Database+" pool_max_conns=12")
	require.NoError(t, err)
	defer pool.Close()
	cfg := officeConfig(posttest.Dial(s.Socket, asked()))
	cfg.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	o, err := openOffice(ctx, pool, s.Way, cfg, quick())
	require.NoError(t, err)
	require.NoError(t, o.run(ctx))
}

// asked is a distributor that sends a repeated letter a second time, and can be asked.
func asked() posttest.Config { return posttest.Config{Now: time.Now, Status: true} }

// post listens for a distributor, which takes a few milliseconds for each letter.
func post(t testing.TB) (d *posttest.Distributor, socket string) {
	t.Helper()
	cfg := asked()
	cfg.Fault = func(*eboks.Letter, int) posttest.Fault {
		answer := make(chan struct{})
		time.AfterFunc(5*time.Millisecond, func() { close(answer) })
		return posttest.Fault{Hold: answer}
	}
	d = posttest.New(cfg)
	dir, err := os.MkdirTemp("", "dkeid-post-") // a short name: a socket's has 100 bytes
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	server := &http.Server{Handler: d.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return d, socket
}

// A process is killed again and again while letters are queued and sent. In the end every
// letter has arrived once.
func TestKilledProcesses(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{Fsync: true})
	for way, kills := range map[string]int{byLoop: 3, byRiver: 8} {
		if toolstest.Long() {
			kills = 200
		}
		t.Run(way, func(t *testing.T) {
			pool := database(t, server, way)
			d, socket := post(t)
			o := newOffice(t, pool, way, officeConfig(d.Of(nil)))
			all := letters(50 * kills)
			s := sending{Database: server + " dbname=" + way, Socket: socket, Way: way}
			inHand := 0
			for i := range kills {
				o.queue(t, all[50*i:50*i+50]...)
				before := d.Calls().Offers
				p := s.process(t)
				require.NoError(t, p.Start())
				more := 1 + rand.IntN(40)
				eventually(t, "letters leave", func() bool { return d.Calls().Offers >= before+more })
				require.NoError(t, p.Process.Kill())
				require.Error(t, p.Wait())
				s, err := o.Summary(t.Context())
				require.NoError(t, err)
				inHand += s.InHand
			}
			last := []*exec.Cmd{s.process(t), s.process(t)}
			for _, p := range last {
				require.NoError(t, p.Start())
			}
			o.allAccepted(t, len(all))
			for _, p := range last {
				require.NoError(t, p.Process.Signal(syscall.SIGTERM))
				require.NoError(t, p.Wait(), "a clean end")
			}
			again := 0
			for _, l := range all {
				require.Equal(t, 1, d.Count(l.ID), "a letter arrives once")
			}
			for _, b := range d.Books() {
				again += b.Offers - 1
			}
			t.Logf("%d letters, %d kills with %d letters in hand, %d offers more than letters", len(all), kills, inHand, again)
			assert.Greater(t, inHand, kills, "processes were killed in the middle of letters")
			assert.Zero(t, count(t, pool, "state = 'running' AND attempted_at > now() - interval '1 second'"))
		})
	}
}
