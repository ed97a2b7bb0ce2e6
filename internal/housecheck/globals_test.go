package housecheck

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// globals are the package variables that change, or could, each with the reason
// why it may. Not listed here are those that the test sees to be constant:
//
//   - sentinels: Err… of a type that is an error
//   - embedded files
//   - compiled patterns and templates
//   - tables: unexported, filled where they are declared, never assigned to,
//     written into or pointed at
var globals = exceptions{
	"cpr.key":                    "the key that scrambles numbers, drawn once per process",
	"cpr.eras":                   "a table that the hot path reads through a pointer; nothing writes into it",
	"internal/strictjson.shapes": "facts about the program's own types, worked out once each; holds nothing that arrived",
}

func TestNoMutableGlobals(t *testing.T) {
	used := map[string]bool{}
	var findings []string
	for _, c := range built(t).some(shipped) {
		for name, finding := range mutableGlobals(c) {
			if place := c.rel + "." + name; globals[place] != "" {
				used[place] = true
				continue
			}
			findings = append(findings, finding)
		}
	}
	report(t, append(findings, globals.unused(used)...))
}

// mutableGlobals returns the package variables of c that are not seen to be
// constant, with a finding each.
func mutableGlobals(c *checked) map[string]string {
	found := map[string]string{}
	touched := writes(c)
	for _, s := range c.files {
		for _, d := range s.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, id := range v.Names {
					var init ast.Expr
					if i < len(v.Values) {
						init = v.Values[i]
					}
					if why := changes(c, g, v, id, init, touched); why != "" {
						found[id.Name] = s.at(id) + ": package variable " + id.Name + " " + why +
							": state belongs into a value that its owner makes"
					}
				}
			}
		}
	}
	return found
}

// changes says why a package variable is not constant, or nothing.
func changes(c *checked, g *ast.GenDecl, v *ast.ValueSpec, id *ast.Ident, init ast.Expr, touched map[types.Object]string) string {
	o := c.info.Defs[id]
	switch {
	case id.Name == "_":
		return ""
	case o == nil:
		return "" // does not compile yet
	case touched[o] != "":
		return touched[o]
	case isSentinel(id.Name, o.Type()):
		return ""
	case o.Type().String() == "embed.FS" || embeds(g) || embeds(v):
		return ""
	case isCompiled(o.Type()):
		return ""
	case ast.IsExported(id.Name):
		return "can be replaced by everybody"
	case init == nil && len(v.Values) == 0:
		return "starts empty, so somebody fills it"
	case changesInside(o.Type()):
		return "can change inside"
	}
	return ""
}

func isSentinel(name string, t types.Type) bool {
	return (strings.HasPrefix(name, "Err") || strings.HasPrefix(name, "err")) &&
		types.Implements(t, types.Universe.Lookup("error").Type().Underlying().(*types.Interface))
}

// embeds reports whether a declaration carries a go:embed directive.
func embeds(n ast.Node) bool {
	var doc *ast.CommentGroup
	switch n := n.(type) {
	case *ast.GenDecl:
		doc = n.Doc
	case *ast.ValueSpec:
		doc = n.Doc
	}
	if doc == nil {
		return false
	}
	for _, l := range doc.List {
		if strings.HasPrefix(l.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// Safe to share once they are made.
func isCompiled(t types.Type) bool {
	if strings.HasPrefix(t.String(), "*"+module+"/mitid/internal/claimset.Dialect[") {
		return true
	}
	switch t.String() {
	case "*regexp.Regexp", "*html/template.Template", "*text/template.Template", "*strings.Replacer", "*time.Location",
		"*encoding/base64.Encoding", "golang.org/x/text/language.Tag", "*math/big.Int":
		return true
	}
	return false
}

// changesInside reports whether a value can change though nobody assigns to it:
// pointers, channels, locks, functions that keep state.
func changesInside(t types.Type) bool {
	if n, ok := t.(*types.Named); ok && n.Obj().Pkg() != nil {
		switch n.Obj().Pkg().Path() {
		case "sync", "sync/atomic":
			return true
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Chan:
		return true
	case *types.Slice:
		return changesInside(u.Elem())
	case *types.Array:
		return changesInside(u.Elem())
	case *types.Map:
		return changesInside(u.Elem())
	case *types.Struct:
		for i := range u.NumFields() {
			if changesInside(u.Field(i).Type()) {
				return true
			}
		}
	}
	return false
}

// writes finds the package variables that something in the package assigns to,
// writes into or takes the address of.
func writes(c *checked) map[types.Object]string {
	touched := map[types.Object]string{}
	mark := func(e ast.Expr, how string) {
		if o := owner(c, e); o != nil {
			touched[o] = how
		}
	}
	for _, s := range c.files {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					mark(e, "is written to")
				}
			case *ast.IncDecStmt:
				mark(n.X, "is written to")
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					mark(n.Key, "is written to")
					mark(n.Value, "is written to")
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					mark(n.X, "is pointed at")
				}
			case *ast.CallExpr:
				if b, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 {
					if _, builtin := c.info.Uses[b].(*types.Builtin); builtin && (b.Name == "delete" || b.Name == "clear" || b.Name == "copy") {
						mark(n.Args[0], "is written to")
					}
				}
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && takesAddress(c, sel) {
					mark(sel.X, "is changed by "+sel.Sel.Name)
				}
			}
			return true
		})
	}
	return touched
}

// owner returns the package variable that an expression reads or writes: v of
// v, v.f, v[i] and (*v).f.
func owner(c *checked, e ast.Expr) types.Object {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			o := c.info.Uses[x]
			if o == nil || c.pkg == nil || o.Parent() != c.pkg.Scope() {
				return nil
			}
			return o
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// takesAddress reports whether a method call takes the address of its receiver
// without saying so.
func takesAddress(c *checked, sel *ast.SelectorExpr) bool {
	m, ok := c.info.Uses[sel.Sel].(*types.Func)
	if !ok || m.Signature().Recv() == nil {
		return false
	}
	_, pointer := m.Signature().Recv().Type().(*types.Pointer)
	t := c.info.TypeOf(sel.X)
	if t == nil {
		return false
	}
	_, already := t.Underlying().(*types.Pointer)
	return pointer && !already
}

func TestMutableGlobalsAreFound(t *testing.T) {
	c := sample(t, "mitid/sample.go", `package mitid

import (
	"errors"
	"strings"
	"sync"
)

var _ error = ErrFine

var (
	ErrFine = errors.New("fine")
	pattern = strings.NewReplacer("fine", "finer")
	table   = map[string]int{"fine": 1}
	list    = [...]string{"fine"}
	once    = func() int { return table["fine"] }

	Exported = 1
	empty    map[string]int
	lock     sync.Mutex
	pointer  = &struct{ n int }{}
	counter  = 0
	cache    = map[string]int{}
	dropped  = map[string]int{}
	aimed    = [2]int{1, 2}
	pools    = []*sync.Pool{{}}
)

func use() {
	lock.Lock()
	counter++
	cache["x"] = counter
	delete(dropped, "x")
	p := &aimed[0]
	*p = 2
	table := map[string]int{}
	table["local"] = 1
}
`)
	var names []string
	for name := range mutableGlobals(c) {
		names = append(names, name)
	}
	assert.ElementsMatch(t, []string{"Exported", "empty", "lock", "pointer", "counter", "cache", "dropped", "aimed", "pools"}, names)
}
