package housecheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A block is a fenced piece of a document.
type block struct {
	at     string // file:line of the first fence
	doc    *source
	first  int      // index of its first line in the document
	lines  []string // without the indent
	indent string
	lang   string
	marker string // what the line before the fence names: "mitid/example_test.go#Example"
	absent bool   // a marker that no fence follows yet
}

func (b *block) text() string { return strings.Join(b.lines, "\n") + "\n" }

var (
	fenceLine  = regexp.MustCompile("^([ \t]*)(```+|~~~+)[ \t]*([a-zA-Z]*)")
	markerLine = regexp.MustCompile(`^\s*<!--\s*snippet:\s*(\S+)\s*-->\s*$`)
)

// blocks returns the fenced pieces of a document.
func blocks(s *source) []*block {
	var all []*block
	var open *block
	var fence, marker string
	markerAt := 0
	orphan := func() {
		if marker != "" {
			all = append(all, &block{at: s.path + ":" + strconv.Itoa(markerAt+1), doc: s, first: markerAt + 1, marker: marker, absent: true})
		}
		marker = ""
	}
	for i, line := range strings.Split(s.text, "\n") {
		m := fenceLine.FindStringSubmatch(line)
		switch {
		case open != nil && strings.TrimSpace(line) == fence:
			all, open = append(all, open), nil
		case open != nil:
			open.lines = append(open.lines, strings.TrimPrefix(line, open.indent))
		case m != nil:
			fence = m[2]
			open = &block{at: s.path + ":" + strconv.Itoa(i+1), doc: s, first: i + 1, indent: m[1], lang: m[3], marker: marker}
			marker = ""
		case markerLine.MatchString(line):
			orphan()
			marker, markerAt = markerLine.FindStringSubmatch(line)[1], i
		case strings.TrimSpace(line) != "":
			orphan()
		}
	}
	orphan()
	return all
}

func goBlocks(s *source) []*block {
	return slices.DeleteFunc(blocks(s), func(b *block) bool { return b.lang != "go" && b.marker == "" })
}

// documents returns the Markdown files. There may be none yet.
func documents(t *testing.T) []*source {
	return slices.DeleteFunc(sources(t, nil), func(s *source) bool { return !s.isMarkdown() })
}

// Code in a document is a whole file, which compiles, or a piece of a file of
// the repository, named in a comment before it:
//
//	<!-- snippet: mitid/example_test.go#ExampleClient -->
//
// The name is a function or type of that file. Of an Example the body is shown,
// without its output.
func TestSnippetsAreTheSource(t *testing.T) {
	for _, doc := range documents(t) {
		lines, all := strings.Split(doc.text, "\n"), goBlocks(doc)
		for _, b := range slices.Backward(all) { // from the end, so that what is above keeps its place
			if b.marker == "" {
				if !isWholeFile(b.text()) {
					t.Errorf("%s: show a whole file, or name where the piece comes from: <!-- snippet: path/to/file_test.go#ExampleName -->", b.at)
				}
				continue
			}
			want, err := excerpt(t, b.marker)
			if err != nil {
				t.Errorf("%s: %v", b.at, err)
				continue
			}
			switch {
			case *update && b.absent:
				lines = slices.Insert(lines, b.first, slices.Concat([]string{"```go"}, b.indented(want), []string{"```"})...)
			case *update:
				lines = slices.Replace(lines, b.first, b.first+len(b.lines), b.indented(want)...)
			case b.absent:
				t.Errorf("%s: no code follows: go test ./internal/housecheck -update", b.at)
			default:
				assert.Equal(t, want, b.text(), "%s differs from %s: go test ./internal/housecheck -update", b.at, b.marker)
			}
		}
		if text := strings.Join(lines, "\n"); *update && text != doc.text {
			require.NoError(t, os.WriteFile(filepath.Join(root(t), filepath.FromSlash(doc.path)), []byte(text), 0o644))
		}
	}
}

// indented returns the lines of text as they stand in the document.
func (b *block) indented(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = b.indent + l
		}
	}
	return lines
}

func isWholeFile(text string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	return err == nil
}

// excerpt returns the piece of a file that a marker names.
func excerpt(t *testing.T, marker string) (string, error) {
	file, name, found := strings.Cut(marker, "#")
	for _, s := range sources(t, isGo) {
		if s.path == file {
			if !found {
				return s.text, nil
			}
			return declaration(s, name)
		}
	}
	return "", fmt.Errorf("no file %s", file)
}

func declaration(s *source, name string) (string, error) {
	cut := func(from, to token.Pos) string {
		return s.text[positions.Position(from).Offset:positions.Position(to).Offset]
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil || d.Name.Name != name {
				continue
			}
			if !strings.HasPrefix(name, "Example") {
				return cut(d.Pos(), d.End()) + "\n", nil
			}
			return outdent(cut(d.Body.Lbrace+1, endOfExample(s, d))), nil
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.Name == name {
					return cut(d.Pos(), d.End()) + "\n", nil
				}
			}
		}
	}
	return "", errors.New("no " + name + " in " + s.path)
}

var outputComment = regexp.MustCompile(`(?i)^\s*(unordered )?output:`)

// endOfExample is where the body ends or its output begins.
func endOfExample(s *source, d *ast.FuncDecl) token.Pos {
	for _, c := range s.ast.Comments {
		if c.Pos() > d.Body.Lbrace && c.End() < d.Body.Rbrace && outputComment.MatchString(c.Text()) {
			return c.Pos()
		}
	}
	return d.Body.Rbrace
}

func outdent(body string) string {
	lines := strings.Split(strings.Trim(body, "\n\t "), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "\t")
	}
	return strings.Join(lines, "\n") + "\n"
}

// A reader pastes what the README shows and it compiles.
func TestSnippetsCompile(t *testing.T) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	args := []string{"build", "-o", os.DevNull, "-overlay"}
	var folders []string
	dir, top := t.TempDir(), root(t)
	var whole []*block
	for _, doc := range documents(t) {
		for _, b := range goBlocks(doc) {
			if !b.absent && isWholeFile(b.text()) {
				whole = append(whole, b)
			}
		}
	}
	for i, b := range whole {
		formatted, err := format.Source([]byte(b.text()))
		if err != nil {
			t.Errorf("%s: %v", b.at, err)
			continue
		}
		assert.Equal(t, string(formatted), b.text(), "%s: not as gofmt writes it", b.at)
		assert.NotContains(t, b.text(), module+"/internal/", "%s: users cannot import that", b.at)
		if b.marker != "" {
			continue // it compiles where it comes from
		}
		folder := path.Join("internal/housecheck/testdata/snippet" + strconv.Itoa(i))
		// The compiler names the place in the document, not the copy.
		file := filepath.Join(dir, strconv.Itoa(i)+".go")
		line := "//line " + filepath.Join(top, b.doc.path) + ":" + strconv.Itoa(b.first+1) + "\n"
		require.NoError(t, os.WriteFile(file, []byte(line+b.text()), 0o644))
		overlay.Replace[filepath.Join(top, filepath.FromSlash(folder), "snippet.go")] = file
		folders = append(folders, "./"+folder)
	}
	if len(folders) == 0 {
		return
	}
	text, err := json.Marshal(overlay)
	require.NoError(t, err)
	file := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(file, text, 0o644))
	_, err = goCommand(top, append(append(args, file), folders...)...)
	assert.NoError(t, err)
}

func TestBlocksAreFound(t *testing.T) {
	s := read("README.md", strings.ReplaceAll(`
Text.

<!-- snippet: cpr/example_test.go#ExampleParse -->

'''go
n := 1
'''

- In a list:

  '''go
  package main

  func main() {}
  '''

<!-- snippet: stale -->
Text between marker and fence.
'''sh
go test ./...
'''
`, "'''", "```"))
	all := blocks(s)
	require.Len(t, all, 4)
	assert.Equal(t, "cpr/example_test.go#ExampleParse", all[0].marker)
	assert.Equal(t, "n := 1\n", all[0].text())
	assert.Equal(t, "README.md:6", all[0].at)
	assert.Empty(t, all[1].marker)
	assert.Equal(t, "package main\n\nfunc main() {}\n", all[1].text())
	assert.Equal(t, []string{"  package main", "", "  func main() {}"}, all[1].indented(all[1].text()))
	assert.True(t, isWholeFile(all[1].text()))
	assert.False(t, isWholeFile(all[0].text()))
	assert.True(t, all[2].absent)
	assert.Equal(t, "stale", all[2].marker)
	assert.Equal(t, "README.md:18", all[2].at)
	assert.Equal(t, "sh", all[3].lang)
	assert.Empty(t, all[3].marker)
}

func TestExcerpts(t *testing.T) {
	s := read("cpr/sample_test.go", `package cpr_test

type shown struct{ n int }

func plain() int { return 1 }

func ExampleParse() {
	// A comment.
	if true {
		fmt.Println("æøå")
	}
	// Output: æøå
}
`)
	for name, want := range map[string]string{
		"shown":        "type shown struct{ n int }\n",
		"plain":        "func plain() int { return 1 }\n",
		"ExampleParse": "// A comment.\nif true {\n\tfmt.Println(\"æøå\")\n}\n",
	} {
		got, err := declaration(s, name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := declaration(s, "missing")
	assert.EqualError(t, err, "no missing in cpr/sample_test.go")
}
