package cpr_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const self = "github.com/dkeid/dkeid/cpr"

// sources parses the files of a folder that are not tests.
func sources(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		files = append(files, f)
	}
	require.NotEmpty(t, files)
	return files
}

// A program that imports this package gets the standard library and nothing
// else with it.
func TestImports_standard_library_only(t *testing.T) {
	for dir, allowed := range map[string][]string{".": nil, "cprtest": {self}} {
		for _, f := range sources(t, dir) {
			for _, imp := range f.Imports {
				path := strings.Trim(imp.Path.Value, `"`)
				first, _, _ := strings.Cut(path, "/")
				if strings.Contains(first, ".") {
					assert.Contains(t, allowed, path)
				}
				assert.NotEqual(t, "testing", path)
			}
		}
	}
}

func TestImports_all_that_follows_is_standard_library(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", self)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, []string{self}, strings.Fields(string(out)))
}

// Nothing here asks what day it is, reads the environment or runs at start-up
// except the drawing of the key.
func TestSources_no_clock_no_environment_no_init(t *testing.T) {
	for _, dir := range []string{".", "cprtest"} {
		for _, f := range sources(t, dir) {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok {
						assert.NotContains(t, []string{"time.Now", "time.Local", "os.Getenv"}, x.Name+"."+n.Sel.Name)
					}
				case *ast.FuncDecl:
					assert.NotEqual(t, "init", n.Name.Name)
				}
				return true
			})
		}
	}
}
