package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// judge runs one of the programs of testdata/containers.
func judge(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	program := filepath.Join("testdata", "containers", "node_modules", ".bin", name)
	installed(t, program, "npm ci --prefix examples/fakes/testdata/containers")
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	return string(out), err
}

// No Docker is needed to see that Docker would understand the files.
func TestContainerFilesAreWellFormed(t *testing.T) {
	for _, at := range []struct {
		name   string
		args   []string
		file   string
		spoilt [2]string // what is written, and what then makes it wrong
	}{
		{"dockerfile-utils", []string{"lint"}, "Dockerfile", [2]string{"ENTRYPOINT", "ENTRYPIONT"}},
		{"dclint", []string{"--quiet"}, "compose.yaml", [2]string{"depends_on:", "depend_on:"}},
	} {
		t.Run(at.file, func(t *testing.T) {
			out, err := judge(t, at.name, append(at.args, at.file)...)
			require.NoError(t, err, out)

			text, err := os.ReadFile(at.file)
			require.NoError(t, err)
			require.Contains(t, string(text), at.spoilt[0])
			wrong := filepath.Join(t.TempDir(), at.file)
			require.NoError(t, os.WriteFile(wrong, []byte(strings.ReplaceAll(string(text), at.spoilt[0], at.spoilt[1])), 0o600))
			_, err = judge(t, at.name, append(at.args, wrong)...)
			require.Error(t, err, "the judge judges")
		})
	}
}

// dockerfile holds the instructions of a Dockerfile by their first word, each with its lines
// joined.
func dockerfile(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	found := map[string][]string{}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if word, rest, ok := strings.Cut(line, " "); ok && word != "#" {
			found[word] = append(found[word], strings.TrimSpace(rest))
		}
	}
	return found
}

// words reads the JSON of an instruction such as ENTRYPOINT ["/fakes"].
func words(t *testing.T, instruction string) []string {
	t.Helper()
	var list []string
	require.NoError(t, json.Unmarshal([]byte(instruction[strings.Index(instruction, "["):]), &list), instruction)
	return list
}

// The steps of the Dockerfile build an image that runs: with nothing but those files, as
// nobody, and with the health check that it names.
func TestTheImageRunsAlone(t *testing.T) {
	toolstest.NeedsLong(t, "the image is built")
	root := asRoot(t) // to run in another root folder
	file, image := dockerfile(t), t.TempDir()
	require.NoError(t, os.Chmod(image, 0o755))
	for _, step := range file["RUN"] {
		for strings.HasPrefix(step, "--mount=") {
			_, step, _ = strings.Cut(step, " ")
			step = strings.TrimSpace(step)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(step, "/image", image))
		cmd.Dir = filepath.Join("..", "..")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", step, out)
	}
	require.Equal(t, []string{"65532:65532"}, file["USER"], "nobody")
	inside := func(args ...string) *exec.Cmd {
		args = slices.Concat(root, []string{"env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "chroot", "--userspec=" + file["USER"][0], image}, args)
		return exec.CommandContext(t.Context(), args[0], args[1:]...)
	}
	require.Len(t, file["HEALTHCHECK"], 1)
	check := words(t, file["HEALTHCHECK"][0])
	entry := words(t, file["ENTRYPOINT"][0])

	// The ports of the image may be taken on this machine, so the test has others.
	args := append(entry, "-listen=127.0.0.1", "-base-port=0", "-control")
	require.Subset(t, words(t, file["CMD"][0]), []string{"-control"})
	r, _, got := runCommand(t, inside(args...))
	status, body := get(t, http.DefaultClient, got.Criipto.Issuer+"/.well-known/openid-configuration")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, got.Criipto.Issuer)

	require.Equal(t, []string{"/fakes", "-health", "http://127.0.0.1:9409/readyz"}, check)
	check[2] = got.Control.URL + "/readyz"
	out, err := inside(check...).CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Empty(t, string(out))

	r.stop(t, syscall.SIGTERM)
	out, err = inside(check...).CombinedOutput()
	require.Error(t, err, "it is down")
	assert.Equal(t, "fakes: not healthy: no answer\n", string(out))
	left, err := os.ReadDir(filepath.Join(image, "tmp"))
	require.NoError(t, err)
	require.Empty(t, left, "the certificates are gone")
}
