package main

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/logtest"
)

// asCommand makes the test binary the command itself, so that tests can kill it.
const asCommand = "DKEID_TEST_RUNS_AS_SIGN"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// running is the command.
type running struct {
	cmd      *exec.Cmd
	out, err logtest.Buffer
	over     chan struct{} // closed at the end of standard output
}

// start starts the command. onLink is called once for each link that it prints.
func start(t *testing.T, onLink func(link string), args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.CommandContext(t.Context(), os.Args[0], args...), over: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), asCommand+"=1")
	r.cmd.Stderr = &r.err
	pipe, err := r.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, r.cmd.Start())
	go func() {
		defer close(r.over)
		lines := bufio.NewScanner(io.TeeReader(pipe, &r.out))
		for lines.Scan() {
			if link, ok := strings.CutPrefix(lines.Text(), "link "); ok && onLink != nil {
				onLink(link)
			}
		}
	}()
	return r
}

// end waits for the command and returns its exit status; -1 if it was killed.
func (r *running) end(t *testing.T) int {
	t.Helper()
	<-r.over
	err := r.cmd.Wait()
	if e := (*exec.ExitError)(nil); err != nil && !errors.As(err, &e) {
		require.NoError(t, err)
	}
	return r.cmd.ProcessState.ExitCode()
}

// desk is a folder with a document, and the flags about files.
type desk struct{ document, out, state string }

func newDesk(t *testing.T, pdf []byte) desk {
	t.Helper()
	dir := t.TempDir()
	d := desk{filepath.Join(dir, "Lejekontrakt Ærø.pdf"), filepath.Join(dir, "underskrevet æøå.pdf"), filepath.Join(dir, "tilstand.json")}
	require.NoError(t, os.WriteFile(d.document, pdf, 0o600))
	return d
}

func (d desk) flags() []string {
	return []string{"-document", d.document, "-to", "Åse Ærø Ødegård", "-out", d.out, "-state", d.state, "-poll", "20ms", "-wait", "5m"}
}

// names are the files on the desk.
func (d desk) names(t *testing.T) []string {
	t.Helper()
	all, err := os.ReadDir(filepath.Dir(d.document))
	require.NoError(t, err)
	var names []string
	for _, f := range all {
		names = append(names, f.Name())
	}
	return names
}

func digestOf(t *testing.T, path string) [sha256.Size]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return sha256.Sum256(b)
}
