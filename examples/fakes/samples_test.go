package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// The suites in samples are what somebody writes in another language. They begin the fakes
// themselves, and know nothing of Go.

func TestSampleInNode(t *testing.T) {
	node := needs(t, "Node", "node")
	installed(t, filepath.Join("samples", "node", "node_modules", "openid-client"), "npm ci --prefix examples/fakes/samples/node")
	cmd := exec.CommandContext(t.Context(), node, "--test")
	cmd.Dir = filepath.Join("samples", "node")
	cmd.Env = append(os.Environ(), "FAKES="+build(t))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "fail 0")
	require.NotContains(t, string(out), "pass 0")
}

func TestSampleInJava(t *testing.T) {
	javac, java := needs(t, "a JDK", "javac"), needs(t, "a JDK", "java")
	const libraries = "/usr/share/java" // where Debian's libjackson2-databind-java puts them
	installed(t, filepath.Join(libraries, "jackson-databind.jar"), "apt-get install libjackson2-databind-java")
	path := []string{t.TempDir()}
	for _, name := range []string{"core", "databind", "annotations"} {
		path = append(path, filepath.Join(libraries, "jackson-"+name+".jar"))
	}
	sources, err := filepath.Glob(filepath.Join("samples", "java", "*.java"))
	require.NoError(t, err)
	classes := strings.Join(path, string(os.PathListSeparator))
	out, err := exec.CommandContext(t.Context(), javac, append([]string{"-encoding", "UTF-8", "-cp", classes, "-d", path[0]}, sources...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.CommandContext(t.Context(), java, "-cp", classes, "LoginTest", build(t)).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Regexp(t, `^[1-9][0-9]* passed, 0 failed\n$`, string(out))
}

// installed skips a test without a file that a command would bring; with DKEID_NO_SKIP=1 it
// fails.
func installed(t *testing.T, file, command string) {
	t.Helper()
	if _, err := os.Stat(file); err == nil {
		return
	}
	why := filepath.Base(file) + " is not installed; " + command + " brings it"
	toolstest.Missing(t, why)
}
