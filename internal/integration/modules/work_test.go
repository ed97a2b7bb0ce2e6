package modules

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// go doc lists all modules, and writes what go.work.sum lacks. A clone in which somebody
// read the documentation has no changes.
func TestGoDocChangesNoFile(t *testing.T) {
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	dir := t.TempDir()
	work, err := os.ReadFile(filepath.Join(top, "go.work"))
	require.NoError(t, err)
	elsewhere := strings.NewReplacer("\t./", "\t"+top+"/", "\t.\n", "\t"+top+"\n", "=> ./", "=> "+top+"/", "=> .\n", "=> "+top+"\n").Replace(string(work))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.work"), []byte(elsewhere), 0o644))
	before, err := os.ReadFile(filepath.Join(top, "go.work.sum"))
	require.NoError(t, err)
	sums := filepath.Join(dir, "go.work.sum")
	require.NoError(t, os.WriteFile(sums, before, 0o644))

	cmd := exec.Command("go", "list", "-m", "all")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))

	after, err := os.ReadFile(sums)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "run .ci/tidy")
}
