package housecheck

import (
	"go/ast"
	"go/format"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const maxLines = 400

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t, func(s *source) bool { return s.isGo() && !s.isTest() }) {
		if n := strings.Count(s.text, "\n"); n > maxLines {
			t.Errorf("%s: %d lines: split it, %d at most", s.path, n, maxLines)
		}
	}
}

// vague are the words that fit any file and so say nothing about one.
var vague = []string{
	"util", "utils", "utility", "utilities", "common", "helper", "helpers", "type", "types", "model", "models",
	"misc", "shared", "stuff", "base", "core", "lib", "pkg", "impl", "manager", "mock", "mocks", "placeholder",
}

func TestNamesSaySomething(t *testing.T) {
	for _, s := range sources(t, isGo) {
		for _, part := range strings.Split(strings.TrimSuffix(s.path, ".go"), "/") {
			if w := vagueWord(part); w != "" {
				t.Errorf("%s: %q fits anything: name it after what is in it", s.path, w)
			}
		}
	}
}

func vagueWord(name string) string {
	words := strings.Split(strings.ToLower(name), "_")
	if i := slices.IndexFunc(words, func(w string) bool { return slices.Contains(vague, w) }); i >= 0 {
		return words[i]
	}
	return ""
}

func TestFilesAreFormatted(t *testing.T) {
	for _, s := range sources(t, isGo) {
		got, err := format.Source([]byte(s.text))
		if err == nil && string(got) != s.text {
			t.Errorf("%s: gofmt -w %s", s.path, s.path)
		}
	}
}

// Put together here, so that this file does not find itself.
var leftOver = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)

func TestNothingIsLeftForLater(t *testing.T) {
	for _, s := range sources(t, nil) {
		for i, line := range strings.Split(s.text, "\n") {
			if leftOver.MatchString(line) && !under(s.path, "internal/housecheck") {
				t.Errorf("%s:%d: do it, or write it into docs/rough-edges.md", s.path, i+1)
			}
		}
	}
}

// A skip without a reason hides a test from everybody who reads the output.
func TestSkipsGiveAReason(t *testing.T) {
	for _, s := range sources(t, isGo) {
		report(t, silentSkips(s))
	}
}

// The names that a *testing.T and its kin go by.
var testingNames = []string{"t", "b", "f", "tb", "tt", "s"}

func silentSkips(s *source) []string {
	var findings []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok || !slices.Contains(testingNames, x.Name) {
			return true
		}
		if sel.Sel.Name == "SkipNow" || (sel.Sel.Name == "Skip" || sel.Sel.Name == "Skipf") && !saysSomething(call) {
			findings = append(findings, s.at(call)+": say what is missing and how to get it")
		}
		return true
	})
	return findings
}

func saysSomething(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	return !ok || len(lit.Value) > len(`"short"`)
}

// A test that sleeps is slow on a fast machine and wrong on a slow one. In a
// bubble of testing/synctest it does not really sleep.
func TestNobodySleeps(t *testing.T) {
	for _, s := range sources(t, isGoTest) {
		if slices.ContainsFunc(s.ast.Imports, func(i *ast.ImportSpec) bool { return importOf(i) == "testing/synctest" }) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
					t.Errorf("%s: time.Sleep: wait for what should happen, or use testing/synctest", s.at(sel))
				}
			}
			return true
		})
	}
}

// Texts of errors as users read them in their logs: a phrase that goes on after
// a colon.
func TestErrorTexts(t *testing.T) {
	for _, s := range sources(t, isProduct) {
		report(t, clumsyErrors(s))
	}
}

var errorMakers = []string{"errors.New", "fmt.Errorf", "fault.New", "fault.Newf"}

func clumsyErrors(s *source) []string {
	var findings []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !slices.Contains(errorMakers, calledName(call)) {
			return true
		}
		for _, a := range call.Args {
			lit, ok := a.(*ast.BasicLit)
			if !ok {
				continue
			}
			text := strings.Trim(lit.Value, "\"`")
			switch {
			case strings.Contains(text, "failed to"), strings.Contains(text, "unable to"):
				findings = append(findings, s.at(lit)+": say what is wrong, not that something failed")
			case strings.HasSuffix(text, "."), strings.HasSuffix(text, "!"), strings.HasSuffix(text, `\n`):
				findings = append(findings, s.at(lit)+": an error ends without a full stop: more may follow")
			case strings.Contains(text, "%v") && calledName(call) == "fmt.Errorf" && len(call.Args) == 2 && isErr(call.Args[1]):
				findings = append(findings, s.at(lit)+": wrap the cause with %w")
			}
		}
		return true
	})
	return findings
}

func calledName(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + sel.Sel.Name
}

func isErr(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "err"
}

func TestFileChecksFind(t *testing.T) {
	assert.Equal(t, "helpers", vagueWord("login_helpers"))
	assert.Equal(t, "types", vagueWord("Types"))
	assert.Empty(t, vagueWord("prototypes"))
	assert.Empty(t, vagueWord(path.Base("mitid/attempt")))
	assert.True(t, leftOver.MatchString("// TO"+"DO: x"))
	assert.False(t, leftOver.MatchString("// Todo lists"))

	s := read("mitid/sample_test.go", `package mitid

func use() {
	t.Skip()
	t.SkipNow()
	t.Skip("x")
	t.Skip("needs Chromium: apt-get install chromium")
	t.Skip(reason)
	d.Skip()
	errors.New("mitid: failed to do it")
	errors.New("mitid: it is so.")
	fmt.Errorf("mitid: it is so: %v", err)
	fmt.Errorf("mitid: it is so: %w", err)
}
`)
	assert.Len(t, silentSkips(s), 3)
	assert.Len(t, clumsyErrors(s), 3)
}
