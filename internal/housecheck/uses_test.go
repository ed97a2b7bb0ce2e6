package housecheck

import (
	"go/ast"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	noEnvironment = "the library reads no environment: what it needs is in a Config"
	noSharedHTTP  = "Config.HTTPClient, or a client of our own with a timeout"
	noSharedMux   = "a library registers nothing for everybody"
	noSharedLog   = "a library writes to the Logger of its Config and nowhere else"
	noOutput      = "a library prints nothing"
	noHiddenClock = "it reads the clock behind the back of Config.Now; subtract two times instead"
	noExit        = "a library ends no program"
)

// forbidden are the functions and variables that the library never uses.
var forbidden = map[string]string{
	"os.Getenv":       noEnvironment,
	"os.LookupEnv":    noEnvironment,
	"os.Environ":      noEnvironment,
	"os.ExpandEnv":    noEnvironment,
	"os.Setenv":       noEnvironment,
	"os.Unsetenv":     noEnvironment,
	"os.Exit":         noExit,
	"os.Stdout":       noOutput,
	"os.Stderr":       noOutput,
	"fmt.Print":       noOutput,
	"fmt.Printf":      noOutput,
	"fmt.Println":     noOutput,
	"syscall.Getenv":  noEnvironment,
	"syscall.Environ": noEnvironment,

	"net/http.DefaultClient":     noSharedHTTP,
	"net/http.Get":               noSharedHTTP,
	"net/http.Head":              noSharedHTTP,
	"net/http.Post":              noSharedHTTP,
	"net/http.PostForm":          noSharedHTTP,
	"net/http.DefaultServeMux":   noSharedMux,
	"net/http.Handle":            noSharedMux,
	"net/http.HandleFunc":        noSharedMux,
	"net/http.ListenAndServe":    noSharedMux,
	"net/http.ListenAndServeTLS": noSharedMux,

	"log/slog.Default":      noSharedLog,
	"log/slog.SetDefault":   noSharedLog,
	"log/slog.Debug":        noSharedLog,
	"log/slog.DebugContext": noSharedLog,
	"log/slog.Info":         noSharedLog,
	"log/slog.InfoContext":  noSharedLog,
	"log/slog.Warn":         noSharedLog,
	"log/slog.WarnContext":  noSharedLog,
	"log/slog.Error":        noSharedLog,
	"log/slog.ErrorContext": noSharedLog,

	"time.Since": noHiddenClock,
	"time.Until": noHiddenClock,

	"context.TODO": "take the caller's context",
}

// "folder uses function" → the reason.
var forbiddenExceptions = exceptions{
	"internal/mutanttest uses os.Environ": mutantProcess,
	"internal/mutanttest uses os.Getenv":  mutantProcess,
	"internal/toolstest uses os.Getenv":   "it is told there that a missing server is a failure, and that hours are no matter",
}

const mutantProcess = "a child process of a test is told by its environment which mutant to be"

// timeNowExceptions are the packages that may name time.Now more than once,
// with the reason. It is at its best empty.
var timeNowExceptions = exceptions{}

// panicExceptions: "folder.function" → the reason why it may panic, beside
// functions named Must….
var panicExceptions = exceptions{
	"eboks.SendBatch": "a panic of the caller's own iterator or document goes on where the caller can catch it",
}

func shipped(rel string) bool { return classOf(rel) == library || classOf(rel) == testkit }

func TestForbiddenUses(t *testing.T) {
	used := map[string]bool{}
	var findings []string
	for _, c := range built(t).some(shipped) {
		findings = append(findings, forbiddenUses(c, used)...)
	}
	report(t, append(findings, forbiddenExceptions.unused(used)...))
}

func forbiddenUses(c *checked, used map[string]bool) []string {
	var findings []string
	eachUse(c, func(s *source, id *ast.Ident, o types.Object) {
		name := fullName(o)
		why := forbidden[name]
		if why == "" {
			return
		}
		if place := c.rel + " uses " + name; forbiddenExceptions[place] != "" {
			used[place] = true
			return
		}
		findings = append(findings, s.at(id)+": "+name+": "+why)
	})
	return findings
}

// eachUse calls f for every identifier that stands for something declared
// elsewhere, in the order of the files.
func eachUse(c *checked, f func(*source, *ast.Ident, types.Object)) {
	for _, s := range c.files {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && c.info.Uses[id] != nil {
				f(s, id, c.info.Uses[id])
			}
			return true
		})
	}
}

// fullName names a function or variable of a package; a method or a local has none.
func fullName(o types.Object) string {
	if o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
		return ""
	}
	return o.Pkg().Path() + "." + o.Name()
}

// A second time.Now would be a clock that tests cannot move.
func TestTimeNowOncePerPackage(t *testing.T) {
	used := map[string]bool{}
	var findings []string
	for _, c := range built(t).some(shipped) {
		uses := timeNows(c)
		if len(uses) <= 1 {
			continue
		}
		if timeNowExceptions[c.rel] != "" {
			used[c.rel] = true
			continue
		}
		for _, at := range uses {
			findings = append(findings, at+": time.Now belongs in the one line that fills in Config.Now; this package names it more than once")
		}
	}
	report(t, append(findings, timeNowExceptions.unused(used)...))
}

func timeNows(c *checked) []string {
	var uses []string
	eachUse(c, func(s *source, id *ast.Ident, o types.Object) {
		if fullName(o) == "time.Now" {
			uses = append(uses, s.at(id))
		}
	})
	return uses
}

// No switch turns checks of TLS off, in examples and tests as little as in the
// library: fakes are trusted by their key.
func TestNoInsecureTLS(t *testing.T) {
	for _, s := range sources(t, isGo) {
		if classOf(s.dir()) == checks {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == "InsecureSkipVerify" {
				t.Errorf("%s: %s: trust the fake's certificate instead", s.at(id), id.Name)
			}
			return true
		})
	}
}

func TestNoInit(t *testing.T) {
	for _, s := range sources(t, isGo) {
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: no init functions: importing a package does nothing", s.at(f))
			}
		}
	}
}

// Input never panics. A Must… function may: it is for constants.
func TestPanicsOnlyInMust(t *testing.T) {
	used := map[string]bool{}
	var findings []string
	for _, c := range built(t).some(func(rel string) bool { return classOf(rel) == library }) {
		findings = append(findings, panics(c, used)...)
	}
	report(t, append(findings, panicExceptions.unused(used)...))
}

func panics(c *checked, used map[string]bool) []string {
	var findings []string
	for _, s := range c.files {
		for _, d := range s.ast.Decls {
			name := ""
			if f, ok := d.(*ast.FuncDecl); ok {
				name = f.Name.Name
			}
			if strings.HasPrefix(name, "Must") || strings.HasPrefix(name, "must") {
				continue
			}
			ast.Inspect(d, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok || id.Name != "panic" {
					return true
				}
				if _, builtin := c.info.Uses[id].(*types.Builtin); !builtin {
					return true
				}
				if place := c.rel + "." + name; panicExceptions[place] != "" {
					used[place] = true
				} else {
					findings = append(findings, s.at(id)+": panic in "+name+": return an error; no input may end a program")
				}
				return true
			})
		}
	}
	return findings
}

// A context is an argument, the first one, and never kept.
func TestContextComesFirst(t *testing.T) {
	var findings []string
	for _, c := range built(t).some(shipped) {
		findings = append(findings, lateContexts(c)...)
	}
	report(t, findings)
}

func lateContexts(c *checked) []string {
	var findings []string
	isContext := func(e ast.Expr) bool {
		t := c.info.TypeOf(e)
		return t != nil && t.String() == "context.Context"
	}
	for _, s := range c.files {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.StructType:
				for _, f := range n.Fields.List {
					if isContext(f.Type) {
						findings = append(findings, s.at(f)+": a context is not kept in a struct")
					}
				}
			case *ast.FuncType:
				for i, f := range n.Params.List {
					if i > 0 && isContext(f.Type) && !isTestingFirst(n) {
						findings = append(findings, s.at(f)+": the context is the first argument")
					}
				}
			}
			return true
		})
	}
	return findings
}

// isTestingFirst admits func(tb testing.TB, ctx context.Context), the order that
// test code is used to.
func isTestingFirst(f *ast.FuncType) bool {
	e := f.Params.List[0].Type
	if p, ok := e.(*ast.StarExpr); ok {
		e = p.X
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "testing"
}

func TestUsesAreFound(t *testing.T) {
	none := map[string]bool{}
	c := sample(t, "mitid/sample.go", `package mitid

import (
	stdos "os"
	"context"
	"net/http"
	"time"
)

type keeper struct{ ctx context.Context }

func late(n int, ctx context.Context) {}
func fine(ctx context.Context, n int) {}

func use(now func() time.Time) {
	_ = stdos.Getenv("X")
	f := http.DefaultClient.Get
	_ = f
	now = time.Now
	_ = time.Since(time.Now())
	getenv := func() {}
	getenv()
	panic("x")
}

func MustUse() { panic("x") }

func shadow(panic func(string)) { panic("x") }
`)
	assert.Len(t, forbiddenUses(c, none), 3)
	assert.Len(t, timeNows(c), 2)
	assert.Equal(t, []string{"mitid/sample.go:23: panic in use: return an error; no input may end a program"}, panics(c, none))
	assert.Len(t, lateContexts(c), 2)
}
