package evidence_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing/evidence"
)

// TestPartsFromAnywhere: a part says the same, wherever its bytes are, each time.
func TestPartsFromAnywhere(t *testing.T) {
	const name, text = "vilkår.txt", "Åse godkender vilkårene.\n"
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	for from, p := range map[string]evidence.Part{
		"a text":        evidence.Text(evidence.PartOther, "text/plain", text),
		"a file":        evidence.File(evidence.PartOther, "text/plain", path),
		"a file system": evidence.FS(evidence.PartOther, "text/plain", fstest.MapFS{name: {Data: []byte(text)}}, name),
	} {
		require.Equal(t, evidence.PartOther, p.Kind, from)
		require.Equal(t, "text/plain", p.MediaType, from)
		for range 2 {
			r, err := p.Open()
			require.NoError(t, err, from)
			got, err := io.ReadAll(r)
			require.NoError(t, err, from)
			require.NoError(t, r.Close(), from)
			require.Equal(t, text, string(got), from)
		}
	}
}
