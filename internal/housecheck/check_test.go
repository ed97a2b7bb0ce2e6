package housecheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A listed is what `go list` says of one package, ours or not.
type listed struct {
	ImportPath string
	Name       string
	Export     string // the file with its compiled types
	Standard   bool
	GoFiles    []string
	Deps       []string
}

// A checked is one of our packages with its types.
type checked struct {
	rel   string
	name  string
	files []*source
	pkg   *types.Package
	info  *types.Info
	errs  []error // why it does not compile; the rest is then as good as it can be
}

// house is every package of all modules, checked from source, and what `go list`
// says of everything that they link.
type house struct {
	listed   map[string]*listed
	packages map[string]*checked // by folder
	binary   types.Importer
	goFiles  map[string]*source
}

var build = sync.OnceValues(func() (*house, error) {
	all, err := tree()
	if err != nil {
		return nil, err
	}
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	h := &house{listed: map[string]*listed{}, packages: map[string]*checked{}, goFiles: map[string]*source{}}
	for _, s := range all {
		if s.isGo() {
			h.goFiles[s.path] = s
		}
	}
	if err := h.list(root); err != nil {
		return nil, err
	}
	h.binary = importer.ForCompiler(positions, "gc", h.open)
	for p := range h.listed {
		if rel, ok := ours(p); ok {
			h.check(rel)
		}
	}
	return h, nil
})

// list adds the packages of all modules of go.work, and what they link.
func (h *house) list(root string) error {
	out, err := goCommand(root, "list", "-e", "-export", "-deps", "-json=ImportPath,Name,Export,Standard,GoFiles,Deps", "work")
	if err != nil {
		return err
	}
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		h.listed[l.ImportPath] = &l
	}
}

// goCommand runs the go command in a folder, without the network.
func goCommand(dir string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.String())
	}
	return string(out), nil
}

// ours returns the folder of an import path of this module.
func ours(importPath string) (rel string, ok bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// isStandard reports whether an import path belongs to the standard library.
func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

func (h *house) open(importPath string) (io.ReadCloser, error) {
	l := h.listed[importPath]
	if l == nil || l.Export == "" {
		return nil, errors.New("no compiled types of " + importPath)
	}
	return os.Open(l.Export)
}

// Import lets our packages find each other from source and everything else
// compiled.
func (h *house) Import(importPath string) (*types.Package, error) {
	rel, ok := ours(importPath)
	if !ok {
		return h.binary.Import(importPath)
	}
	if h.listed[importPath] == nil {
		return nil, errors.New("no package " + importPath)
	}
	return h.check(rel).pkg, nil
}

func (h *house) check(rel string) *checked {
	if c := h.packages[rel]; c != nil {
		return c
	}
	l := h.listed[path.Join(module, rel)]
	var files []*source
	for _, f := range l.GoFiles {
		if s := h.goFiles[path.Join(rel, f)]; s != nil {
			files = append(files, s)
		}
	}
	c := &checked{rel: rel, name: l.Name, files: files}
	h.packages[rel] = c
	h.typecheck(c, l.ImportPath)
	return c
}

// typecheck fills in the types of c as far as its files compile.
func (h *house) typecheck(c *checked, importPath string) {
	c.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	var files []*ast.File
	for _, s := range c.files {
		files = append(files, s.ast)
	}
	conf := types.Config{Importer: h, Error: func(err error) { c.errs = append(c.errs, err) }}
	c.pkg, _ = conf.Check(importPath, positions, files, c.info)
}

// built returns the house, and skips nothing: without it most checks are blind.
func built(t *testing.T) *house {
	t.Helper()
	h, err := build()
	require.NoError(t, err)
	return h
}

// some returns the checked packages that want admits, by folder.
func (h *house) some(want func(rel string) bool) []*checked {
	var list []*checked
	for _, rel := range slices.Sorted(maps.Keys(h.packages)) {
		if want(rel) {
			list = append(list, h.packages[rel])
		}
	}
	return list
}

// sample checks one made-up file as if it lay at p, for the tests of the checks.
func sample(t *testing.T, p, text string) *checked {
	t.Helper()
	s := read(p, text)
	require.NoError(t, s.err)
	c := &checked{rel: s.dir(), name: s.ast.Name.Name, files: []*source{s}}
	built(t).typecheck(c, path.Join(module, c.rel))
	require.Empty(t, c.errs)
	return c
}

func TestEveryFileParses(t *testing.T) {
	for _, s := range sources(t, isGo) {
		if s.err != nil {
			t.Errorf("%s: %v", s.path, s.err)
		}
	}
}
