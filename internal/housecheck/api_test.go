package housecheck

import (
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const apiFile = "testdata/api.txt"

// public returns the packages that users can import.
func public(h *house) []*checked {
	return slices.DeleteFunc(h.some(isPublic), func(c *checked) bool { return c.name == "main" })
}

// What users can write is listed, one line each, so that a change of it is seen
// where it is made.
func TestExportedAPI(t *testing.T) {
	var lines []string
	for _, c := range public(built(t)) {
		if len(c.errs) > 0 {
			t.Fatalf("%s does not compile: %v", c.rel, c.errs[0])
		}
		lines = append(lines, api(c)...)
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(apiFile), 0o755))
		require.NoError(t, os.WriteFile(apiFile, []byte(got), 0o644))
		return
	}
	golden, err := os.ReadFile(apiFile)
	require.NoError(t, err, "make it with -update")
	want := strings.Split(strings.TrimSuffix(string(golden), "\n"), "\n")
	gone, added := minus(want, lines), minus(lines, want)
	if len(gone)+len(added) > 0 {
		t.Errorf("the exported API has changed (- breaks users). If it is meant: go test ./internal/housecheck -update, and a line in the CHANGELOG.\n- %s\n+ %s",
			strings.Join(few(gone), "\n- "), strings.Join(few(added), "\n+ "))
		return
	}
	assert.Equal(t, strings.Join(want, "\n")+"\n", got, "only the order has changed: go test ./internal/housecheck -update")
}

// few keeps a long list readable.
func few(lines []string) []string {
	const most = 40
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("… and %d more", len(lines)-most))
}

// minus returns the lines of a that b lacks.
func minus(a, b []string) []string {
	in := map[string]bool{}
	for _, l := range b {
		in[l] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(l string) bool { return in[l] })
}

// api lists what c exports: constants, variables and functions first, then each
// type with its fields and methods.
func api(c *checked) []string {
	name := func(p *types.Package) string {
		if p == c.pkg {
			return ""
		}
		if rel, own := ours(p.Path()); own {
			return rel
		}
		return p.Path()
	}
	text := func(t types.Type) string { return types.TypeString(t, name) }

	var plain, typed []string
	scope := c.pkg.Scope()
	for _, id := range scope.Names() {
		if !ast.IsExported(id) {
			continue
		}
		switch o := scope.Lookup(id).(type) {
		case *types.Const:
			plain = append(plain, fmt.Sprintf("const %s %s = %s", id, text(o.Type()), o.Val().ExactString()))
		case *types.Var:
			plain = append(plain, fmt.Sprintf("var %s %s", id, text(o.Type())))
		case *types.Func:
			plain = append(plain, "func "+id+strings.TrimPrefix(text(o.Type()), "func"))
		case *types.TypeName:
			typed = append(typed, apiOfType(o, text)...)
		}
	}
	sort.SliceStable(plain, func(i, j int) bool { return order(plain[i]) < order(plain[j]) })
	lines := append(plain, typed...)
	for i, l := range lines {
		lines[i] = c.rel + ": " + l
	}
	return lines
}

// order groups constants, variables and functions.
func order(line string) string {
	kind, rest, _ := strings.Cut(line, " ")
	return map[string]string{"const": "0", "var": "1", "func": "2"}[kind] + rest
}

func apiOfType(o *types.TypeName, text func(types.Type) string) []string {
	id := o.Name()
	if o.IsAlias() {
		return []string{"type " + id + " = " + text(types.Unalias(o.Type()))}
	}
	var lines []string
	under := o.Type().Underlying()
	switch u := under.(type) {
	case *types.Struct:
		lines = append(lines, "type "+id+parameters(o, text)+" struct"+compares(o.Type()))
		for i := range u.NumFields() {
			if f := u.Field(i); f.Exported() || f.Embedded() {
				lines = append(lines, "type "+id+" struct, "+field(f, u.Tag(i), text))
			}
		}
	case *types.Interface:
		lines = append(lines, "type "+id+parameters(o, text)+" interface"+sealed(u))
		for i := range u.NumMethods() {
			if m := u.Method(i); m.Exported() {
				lines = append(lines, "type "+id+" interface, "+m.Name()+strings.TrimPrefix(text(m.Type()), "func"))
			}
		}
		return lines
	default:
		lines = append(lines, "type "+id+parameters(o, text)+" "+text(under))
	}
	values := types.NewMethodSet(o.Type())
	all := types.NewMethodSet(types.NewPointer(o.Type()))
	for i := range all.Len() {
		m := all.At(i).Obj()
		if !m.Exported() {
			continue
		}
		star := "*"
		if values.Lookup(m.Pkg(), m.Name()) != nil {
			star = ""
		}
		lines = append(lines, "method ("+star+id+") "+m.Name()+strings.TrimPrefix(text(m.Type()), "func"))
	}
	return lines
}

func parameters(o *types.TypeName, text func(types.Type) string) string {
	n, ok := o.Type().(*types.Named)
	if !ok || n.TypeParams().Len() == 0 {
		return ""
	}
	var ps []string
	for i := range n.TypeParams().Len() {
		p := n.TypeParams().At(i)
		ps = append(ps, p.Obj().Name()+" "+text(p.Constraint()))
	}
	return "[" + strings.Join(ps, ", ") + "]"
}

// compares marks it: it is part of the contract: users compare values and key maps by them.
func compares(t types.Type) string {
	if types.Comparable(t) {
		return " (comparable)"
	}
	return ""
}

func sealed(u *types.Interface) string {
	for i := range u.NumMethods() {
		if !u.Method(i).Exported() {
			return " (sealed)"
		}
	}
	return ""
}

func field(f *types.Var, tag string, text func(types.Type) string) string {
	s := f.Name() + " " + text(f.Type())
	if f.Embedded() {
		s = "embedded " + text(f.Type())
	}
	if tag != "" {
		s += " `" + tag + "`"
	}
	return s
}

// shows says which modules' types the users of a package hold, with the reason.
var shows = []struct {
	rel, module, why string
}{
	{"eboks/outbox/riverrunner", "github.com/riverqueue/river", "its users configure their own clients of River"},
	{"eboks/outbox/riverrunner", "github.com/jackc/pgx/v5", "its users hand in their transactions"},
}

// Users hold the standard library's types and ours. A foreign type in a
// signature would tie them to a version of somebody else's module, an internal
// one could not even be named.
func TestExportedAPINamesOnlyPublicTypes(t *testing.T) {
	var findings []string
	for _, c := range public(built(t)) {
		findings = append(findings, foreign(c)...)
	}
	report(t, findings)
}

func foreign(c *checked) []string {
	var findings []string
	scope := c.pkg.Scope()
	for _, id := range scope.Names() {
		if !ast.IsExported(id) {
			continue
		}
		o := scope.Lookup(id)
		w := &walk{seen: map[types.Type]bool{}}
		if tn, ok := o.(*types.TypeName); ok {
			w.declared(tn)
		} else {
			w.reach(o.Type())
		}
		for _, f := range w.foreign {
			if slices.ContainsFunc(shows, func(s struct{ rel, module, why string }) bool {
				return s.rel == c.rel && (under(f, s.module) || strings.HasPrefix(f, s.module+"."))
			}) {
				continue
			}
			findings = append(findings, c.rel+"."+id+" shows "+f+": keep it behind a type of ours")
		}
	}
	return findings
}

// A walk goes through everything that an exported identifier shows.
type walk struct {
	seen    map[types.Type]bool
	foreign []string
}

func (w *walk) declared(o *types.TypeName) {
	if o.IsAlias() {
		w.reach(types.Unalias(o.Type()))
		return
	}
	w.reach(o.Type().Underlying())
	methods := types.NewMethodSet(types.NewPointer(o.Type()))
	for i := range methods.Len() {
		if m := methods.At(i).Obj(); m.Exported() {
			w.reach(m.Type())
		}
	}
}

func (w *walk) reach(t types.Type) {
	if t == nil || w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		w.name(t.Obj())
		w.reach(types.Unalias(t))
	case *types.Named:
		w.name(t.Obj())
		for i := range t.TypeArgs().Len() {
			w.reach(t.TypeArgs().At(i))
		}
	case *types.Map:
		w.reach(t.Key())
		w.reach(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		w.reach(t.Elem())
	case *types.Signature:
		w.reach(t.Params())
		w.reach(t.Results())
	case *types.Tuple:
		for i := range t.Len() {
			w.reach(t.At(i).Type())
		}
	case *types.Struct:
		for i := range t.NumFields() {
			if t.Field(i).Exported() {
				w.reach(t.Field(i).Type())
			}
		}
	case *types.Interface:
		for i := range t.NumMethods() {
			if t.Method(i).Exported() {
				w.reach(t.Method(i).Type())
			}
		}
		for i := range t.NumEmbeddeds() {
			w.reach(t.EmbeddedType(i))
		}
	case *types.Union:
		for i := range t.Len() {
			w.reach(t.Term(i).Type())
		}
	}
}

func (w *walk) name(o *types.TypeName) {
	if o.Pkg() == nil {
		return
	}
	p := o.Pkg().Path()
	if rel, own := ours(p); own && isInternal(rel) || !own && !isStandard(p) {
		w.foreign = append(w.foreign, p+"."+o.Name())
	}
}

func TestAPIOfASample(t *testing.T) {
	c := sample(t, "mitid/sample.go", `package mitid

import (
	"context"
	"io"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
)

type Shade uint8

const (
	Dark Shade = iota
	Light
)

var ErrNone error

type Config struct {
	N    cpr.Number `+"`json:\",omitzero\"`"+`
	note string
}

func (Config) Log(w io.Writer)  {}
func (*Config) Set(s string)    {}
func (*Config) hidden()         {}

type Seam interface{ Do(ctx context.Context, m map[string][]Config) error }

type Leak struct{ *fault.Error }
type Alias = fault.Class
type Hidden struct{ c fault.Class }

func New(c Config, more ...func() fault.Class) (*Config, error) { return nil, nil }
`)
	assert.Equal(t, strings.Join([]string{
		"mitid: const Dark Shade = 0",
		"mitid: const Light Shade = 1",
		"mitid: var ErrNone error",
		"mitid: func New(c Config, more ...func() internal/fault.Class) (*Config, error)",
		"mitid: type Alias = internal/fault.Class",
		"mitid: type Config struct (comparable)",
		"mitid: type Config struct, N cpr.Number `json:\",omitzero\"`",
		"mitid: method (Config) Log(w io.Writer)",
		"mitid: method (*Config) Set(s string)",
		"mitid: type Hidden struct (comparable)",
		"mitid: type Leak struct (comparable)",
		"mitid: type Leak struct, embedded *internal/fault.Error",
	}, "\n"), strings.Join(slices.DeleteFunc(api(c), func(l string) bool {
		return strings.Contains(l, "(Leak)") || strings.Contains(l, "Seam") || strings.Contains(l, "Shade uint8")
	}), "\n"))

	var who []string
	for _, f := range foreign(c) {
		who = append(who, strings.Fields(f)[0])
	}
	assert.Subset(t, who, []string{"mitid.Leak", "mitid.Alias", "mitid.New"})
	assert.NotContains(t, who, "mitid.Hidden")
	assert.NotContains(t, who, "mitid.Config")
}
