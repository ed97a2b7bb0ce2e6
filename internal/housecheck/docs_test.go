package housecheck

import (
	"go/ast"
	"go/doc"
	"go/types"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEveryPackageHasADoc(t *testing.T) {
	docs := map[string][]string{} // folder → files with a package comment
	text := map[string]string{}
	for _, s := range sources(t, func(s *source) bool { return s.isGo() && !s.isTest() }) {
		files := docs[s.dir()]
		if s.ast.Doc != nil {
			files = append(files, s.base())
			text[s.dir()] = s.ast.Doc.Text()
		}
		docs[s.dir()] = files
	}
	for dir, files := range docs {
		switch {
		case len(files) == 0:
			t.Errorf("%s: no package comment", dir)
		case len(files) > 1:
			slices.Sort(files)
			t.Errorf("%s: package comments in %s: one is enough", dir, strings.Join(files, ", "))
		case classOf(dir) != example && path.Base(dir) != "testreport":
			name := path.Base(path.Join(module, dir))
			assert.True(t, strings.HasPrefix(text[dir], "Package "+name+" "), "%s: the comment begins with Package %s", dir, name)
			if !isInternal(dir) {
				assert.Equal(t, "doc.go", files[0], "%s: the package comment is in doc.go", dir)
			}
		}
	}
}

// The names whose meaning the standard library fixes.
var selfExplaining = []string{"Error", "Unwrap", "Is", "As", "String"}

func TestEveryExportedNameHasADoc(t *testing.T) {
	var findings []string
	for _, s := range sources(t, isShipped) {
		if isPublic(s.dir()) {
			findings = append(findings, undocumented(s)...)
		}
	}
	report(t, findings)
}

func undocumented(s *source) []string {
	var findings []string
	need := func(n ast.Node, name string, docs ...*ast.CommentGroup) {
		if ast.IsExported(name) && !slices.ContainsFunc(docs, func(c *ast.CommentGroup) bool { return c.Text() != "" }) {
			findings = append(findings, s.at(n)+": "+name+" has no comment")
		}
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d)) && !slices.Contains(selfExplaining, d.Name.Name) {
				need(d, d.Name.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					docs := []*ast.CommentGroup{spec.Doc}
					if !d.Lparen.IsValid() {
						docs = append(docs, d.Doc)
					}
					need(spec, spec.Name.Name, docs...)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						need(spec, id.Name, d.Doc, spec.Doc, spec.Comment)
					}
				}
			}
		}
	}
	return findings
}

// receiver names the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// exampleExceptions: "folder.Type" → why no Example can use it.
var exampleExceptions = exceptions{}

// A type that no Example needs should not be exported. It is enough that a
// value of the type appears in an Example of its package, named or not.
func TestEveryExportedTypeIsInAnExample(t *testing.T) {
	h := built(t)
	used := map[string]bool{}
	var findings []string
	for _, c := range public(h) {
		shown := h.shownInExamples(t, c)
		scope := c.pkg.Scope()
		for _, id := range scope.Names() {
			o, ok := scope.Lookup(id).(*types.TypeName)
			if !ok || !o.Exported() || o.IsAlias() || shown[o.Name()] {
				continue
			}
			if place := c.rel + "." + id; exampleExceptions[place] != "" {
				used[place] = true
				continue
			}
			findings = append(findings, c.rel+"."+id+" is in no Example of its package")
		}
	}
	report(t, append(findings, exampleExceptions.unused(used)...))
}

// shownInExamples returns the types of c that its Examples use: those in the
// bodies of Example functions and anywhere in a file named example….
func (h *house) shownInExamples(t *testing.T, c *checked) map[string]bool {
	inside, outside := &checked{rel: c.rel}, &checked{rel: c.rel}
	for _, s := range sources(t, isGoTest) {
		switch {
		case s.dir() != c.rel:
		case s.ast.Name.Name == c.name:
			inside.files = append(inside.files, s)
		default:
			outside.files = append(outside.files, s)
		}
	}
	shown := map[string]bool{}
	for _, x := range []*checked{inside, outside} {
		if !slices.ContainsFunc(x.files, hasExample) {
			continue
		}
		tests := x.files
		importPath := path.Join(module, c.rel)
		if x == inside {
			x.files = append(slices.Clone(c.files), tests...)
		} else {
			importPath += "_test"
		}
		h.typecheck(x, importPath)
		for _, s := range tests {
			for _, n := range shownParts(s) {
				collect(x, n, path.Join(module, c.rel), shown)
			}
		}
	}
	return shown
}

func hasExample(s *source) bool { return len(shownParts(s)) > 0 }

func shownParts(s *source) []ast.Node {
	if strings.HasPrefix(s.base(), "example") {
		return []ast.Node{s.ast}
	}
	var parts []ast.Node
	for _, d := range s.ast.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Example") && f.Body != nil {
			parts = append(parts, f.Body)
		}
	}
	return parts
}

// collect notes the types of package importPath that the code below n has values of.
func collect(c *checked, n ast.Node, importPath string, shown map[string]bool) {
	note := func(t types.Type) {
		for t != nil {
			if n, ok := types.Unalias(t).(*types.Named); ok {
				if p := n.Obj().Pkg(); p != nil && p.Path() == importPath {
					shown[n.Obj().Name()] = true
				}
				return
			}
			e, ok := t.(interface{ Elem() types.Type })
			if !ok {
				return
			}
			t = e.Elem()
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		if id, ok := e.(*ast.Ident); ok {
			if o := c.info.ObjectOf(id); o != nil {
				note(o.Type())
			}
			return true
		}
		if tv, ok := c.info.Types[e]; ok {
			if tuple, ok := tv.Type.(*types.Tuple); ok {
				for i := range tuple.Len() {
					note(tuple.At(i).Type())
				}
			} else {
				note(tv.Type)
			}
		}
		return true
	})
}

// An Example without output is compiled and never run.
func TestEveryExampleRuns(t *testing.T) {
	folders := map[string][]*source{}
	for _, s := range sources(t, isGoTest) {
		folders[s.dir()] = append(folders[s.dir()], s)
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		for _, s := range folders[dir] {
			for _, e := range doc.Examples(s.ast) {
				if e.Output == "" && !e.EmptyOutput {
					t.Errorf("%s: Example%s has no Output, so nobody runs it", s.path, e.Name)
				}
			}
		}
	}
}

func TestUndocumentedIsFound(t *testing.T) {
	s := read("mitid/sample.go", `package mitid

// Fine is fine.
type Fine struct{}

func (Fine) Error() string { return "" }
func (Fine) Missing()      {}

type (
	Bare int
	// Commented is fine.
	Commented int
)

// The colours.
const (
	Red = 1
)

const Alone = 1

func New()     {}
func private() {}

type hidden int

func (hidden) Method() {}
`)
	var names []string
	for _, f := range undocumented(s) {
		names = append(names, strings.Fields(f)[1])
	}
	assert.Equal(t, []string{"Missing", "Bare", "Alone", "New"}, names)
}

func TestShownTypesAreFound(t *testing.T) {
	c := sample(t, "mitid/sample_test.go", `package mitid

type Named struct{}
type Behind struct{ Deep Deep }
type Deep struct{}
type Unused struct{}
type Outside struct{}

func make() (*Behind, error) { return nil, nil }

func ExampleNamed() {
	var _ []Named
	b, _ := make()
	_ = b.Deep
}

func Test() { _ = Outside{} }
`)
	shown := map[string]bool{}
	for _, n := range shownParts(c.files[0]) {
		collect(c, n, module+"/mitid", shown)
	}
	assert.Equal(t, map[string]bool{"Named": true, "Behind": true, "Deep": true}, shown)
}
