package housecheck

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/dkeid/dkeid"

var update = flag.Bool("update", false, "write the files that are made from the sources")

// A source is one text file of the repository.
type source struct {
	path string // from the root, with slashes: "mitid/client.go"
	text string
	ast  *ast.File // of a Go file, as far as it parses
	err  error     // why a Go file does not parse
}

func (s *source) dir() string      { return path.Dir(s.path) }
func (s *source) base() string     { return path.Base(s.path) }
func (s *source) isGo() bool       { return s.ast != nil }
func (s *source) isTest() bool     { return strings.HasSuffix(s.path, "_test.go") }
func (s *source) isMarkdown() bool { return strings.HasSuffix(s.path, ".md") }

// at names a place for a finding.
func (s *source) at(n ast.Node) string {
	p := positions.Position(n.Pos())
	return s.path + ":" + strconv.Itoa(p.Line)
}

var positions = token.NewFileSet()

// The endings of the files that are read. Others are pictures and data.
var endings = []string{".go", ".md", ".html", ".css", ".js", ".mjs", ".sql", ".yml", ".yaml", ".sh", ".mod"}

// tree reads every text file below the root once. Folders that the go command
// passes over (testdata, _x, .x) are passed over, except .ci and .github.
var tree = sync.OnceValues(func() ([]*source, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	var all []*source
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if passedOver(rel) {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !slices.Contains(endings, path.Ext(rel)) && path.Dir(rel) != ".ci" {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		all = append(all, read(rel, string(text)))
		return nil
	})
	return all, err
})

func passedOver(rel string) bool {
	name := path.Base(rel)
	switch {
	case rel == "." || name == ".ci" || name == ".github":
		return false
	case rel == "testdata": // its README is a document like any other
		return false
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules"
}

// read makes a source of a text.
func read(rel, text string) *source {
	s := &source{path: rel, text: text}
	if strings.HasSuffix(rel, ".go") {
		s.ast, s.err = parser.ParseFile(positions, rel, text, parser.ParseComments|parser.SkipObjectResolution)
	}
	return s
}

func repositoryRoot() (string, error) { return filepath.Abs("../..") }

// root returns the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	r, err := repositoryRoot()
	require.NoError(t, err)
	return r
}

// sources returns the files that want admits; nil admits all.
func sources(t *testing.T, want func(*source) bool) []*source {
	t.Helper()
	all, err := tree()
	require.NoError(t, err)
	var some []*source
	for _, s := range all {
		if want == nil || want(s) {
			some = append(some, s)
		}
	}
	require.NotEmpty(t, some, "a check that looks at nothing proves nothing")
	return some
}

func isGo(s *source) bool        { return s.isGo() }
func isProduct(s *source) bool   { return s.isGo() && !s.isTest() && classOf(s.dir()) == library }
func isShipped(s *source) bool   { return s.isGo() && !s.isTest() && classOf(s.dir()) != checks }
func isGoTest(s *source) bool    { return s.isGo() && s.isTest() }
func isPublic(rel string) bool   { return !isInternal(rel) && classOf(rel) != example }
func isInternal(rel string) bool { return slices.Contains(strings.Split(rel, "/"), "internal") }

// A class says what a package is for.
type class int

const (
	library class = iota // production code, internal or not
	testkit              // shipped for users' tests, or shared by ours
	example              // commands
	checks               // this package
)

// ownKits are the test packages of ours whose names do not end in test or suite.
var ownKits = []string{"eboks/internal/fakewire", "eboks/internal/rawpost", "internal/canary", "internal/fakehttp", "internal/fakepdf", "mitid/internal/fakeoidc"}

func classOf(rel string) class {
	switch {
	case under(rel, "internal/housecheck"):
		return checks
	case under(rel, "examples"):
		return example
	case slices.Contains(ownKits, rel) || strings.HasSuffix(rel, "test") || strings.HasSuffix(rel, "suite"):
		return testkit
	}
	return library
}

// under reports whether rel is folder or lies in it.
func under(rel, folder string) bool { return rel == folder || strings.HasPrefix(rel, folder+"/") }

// matches reports whether rel fits pattern: a folder, or "folder/..." for what
// lies in it (not itself).
func matches(rel, pattern string) bool {
	if folder, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(rel, folder+"/")
	}
	return rel == pattern
}

func matchesAny(rel string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(rel, p) })
}

// report fails the test once for each finding, in order.
func report(t *testing.T, findings []string) {
	t.Helper()
	sort.Strings(findings)
	for _, f := range slices.Compact(findings) {
		t.Error(f)
	}
}

// exceptions are the places where a rule does not hold, with the reason.
type exceptions map[string]string

// unused returns a finding for each exception that nothing needed.
func (e exceptions) unused(used map[string]bool) []string {
	var findings []string
	for place := range e {
		if !used[place] {
			findings = append(findings, place+": this exception is no longer needed; remove it")
		}
	}
	return findings
}
