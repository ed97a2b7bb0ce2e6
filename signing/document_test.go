package signing_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// TestDocumentsOpenAgain: a document is read more than once, wherever it is.
func TestDocumentsOpenAgain(t *testing.T) {
	const name, text = "lejekontrakt æøå.pdf", "%PDF-1.7\n% Åse og Bjørn\n"
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	for from, d := range map[string]signing.Document{
		"bytes":         signing.Bytes("Lejekontrakt", []byte(text)),
		"a file":        signing.File("Lejekontrakt", path),
		"a file system": signing.FS("Lejekontrakt", fstest.MapFS{name: {Data: []byte(text)}}, name),
	} {
		require.Equal(t, "Lejekontrakt", d.Title, from)
		for range 2 {
			r, err := d.Open()
			require.NoError(t, err, from)
			got, err := io.ReadAll(r)
			require.NoError(t, err, from)
			require.NoError(t, r.Close(), from)
			require.Equal(t, text, string(got), from)
		}
	}
	for from, d := range map[string]signing.Document{
		"a file":        signing.File("Lejekontrakt", path+".væk"),
		"a file system": signing.FS("Lejekontrakt", fstest.MapFS{}, name),
	} {
		_, err := d.Open()
		require.ErrorIs(t, err, fs.ErrNotExist, from)
	}
}
