package signingtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Programs that are not ours read what the fake issues.
func TestToolsReadTheFile(t *testing.T) {
	for _, tool := range []string{"pdfsig", "qpdf"} {
		if _, err := exec.LookPath(tool); err != nil {
			toolstest.Missing(t, tool+" is not installed; apt install poppler-utils qpdf brings it")
		}
	}
	s, app := start(t)
	o := app.place(twoSignatories)
	for i := range 2 {
		require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", i, "id"), mitidtest.Citizens()[i]))
	}
	name := filepath.Join(t.TempDir(), "aftale.pdf")
	require.NoError(t, os.WriteFile(name, content(t, app.close(word(o, "id")), "documents", 0, "blob"), 0o600))
	out, err := exec.CommandContext(t.Context(), "pdfsig", "-nocert", name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, 2, strings.Count(string(out), "Signature is Valid."), "%s", out)
	assert.Equal(t, 2, strings.Count(string(out), "ETSI.CAdES.detached"), "%s", out)
	out, err = exec.CommandContext(t.Context(), "qpdf", "--check", name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "No syntax or stream encoding errors found")
}
