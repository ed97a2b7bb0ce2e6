package main

import (
	"bufio"
	"io"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/internal/porttest"
)

// TestFakesOfAnotherProgram runs the app against the command fakes, as a team does that
// looks at both.
func TestFakesOfAnotherProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "fakes")
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../fakes").CombinedOutput()
	require.NoError(t, err, "%s", built)
	atNemLogIn := porttest.Address(t)
	line := filepath.Join(dir, "fakes.json")
	require.NoError(t, os.WriteFile(line, startFakes(t, program, "-base-port", "0", "-sp-metadata", "https://"+atNemLogIn+"/metadata"), 0o600))

	for name, args := range map[string][]string{
		"stralfors": {"-fakes", line}, "postnord": {"-fakes", line, "-distributor", "postnord"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := "Sendt" // this one delivers after minutes
			if name == "postnord" {
				state = "Modtaget af e-Boks" // all that it tells
			}
			c, address := demonstration(t, state, args...)
			_, page, err := read(c.Get(address))
			require.NoError(t, err)
			assert.Contains(t, page, "MitID er efterlignet")
			assert.Contains(t, page, "card-aftale", "the fakes sign too")
			at, box, err := read(c.Get(address + mailboxPath))
			require.NoError(t, err)
			assert.Equal(t, "/mailbox", at)
			assert.Contains(t, box, "Falsk postkasse")
		})
	}
	t.Run("nemlogin", func(t *testing.T) {
		t.Parallel()
		said := launch(t, "-listen", atNemLogIn, "-fakes", line, "-broker", "nemlogin")
		require.Equal(t, "https://"+atNemLogIn, said["open"])
		c, err := selfsigned.Client(t.Context(), said["open"])
		require.NoError(t, err)
		c.CheckRedirect = nil
		c.Jar, err = cookiejar.New(nil)
		require.NoError(t, err)
		_, body := follow(t, c, said["open"]+"/login")
		assert.Contains(t, body, "Paiman Petersen", "the fake NemLog-in has read our metadata")
	})
}

// startFakes starts the command fakes and returns the line that it prints when all are ready.
func startFakes(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	r := bufio.NewReader(out)
	line, err := r.ReadBytes('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return line
}
