package dkeid_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheRootSaysWhichPackageDoesWhat: each package that can be imported has its
// line in the documentation of the module.
func TestTheRootSaysWhichPackageDoesWhat(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	const module = "github.com/dkeid/dkeid/"
	found := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := d.Name(); {
		case !d.IsDir() || path == ".":
			return nil
		case strings.HasPrefix(name, "."), strings.HasPrefix(name, "_"), name == "internal", name == "testdata", name == "examples", name == "docs":
			return filepath.SkipDir
		}
		files, err := filepath.Glob(filepath.Join(path, "*.go"))
		if err != nil || len(files) == 0 {
			return err
		}
		found++
		assert.Contains(t, string(doc), "["+module+filepath.ToSlash(path)+"]: ", "%s has no line", path)
		return nil
	}))
	assert.Greater(t, found, 10)
	for _, line := range strings.Split(string(doc), "\n") {
		if _, rest, ok := strings.Cut(line, "["+module); ok {
			path, _, _ := strings.Cut(rest, "]")
			assert.DirExists(t, filepath.FromSlash(path))
		}
	}
	_, err = parser.ParseFile(token.NewFileSet(), "doc.go", doc, parser.ParseComments)
	require.NoError(t, err)
}
