package cpr_test

import (
	"bytes"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"log"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	texttemplate "text/template"

	"github.com/davecgh/go-spew/spew"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrint_mask_has_no_digits(t *testing.T) {
	for _, n := range protected() {
		assert.Equal(t, "******-****", n.Masked())
		assert.Equal(t, n.Masked(), n.String())
		assert.Equal(t, n.Masked(), cpr.Plain(n).String())
	}
}

// wrongWrap wraps what is no error; a variable, since vet knows better.
var wrongWrap = "ugyldig værdi: %w %[1]v"

func TestPrint_every_verb(t *testing.T) {
	for _, n := range protected() {
		held := holders(n)
		for _, verb := range verbs() {
			if last := verb[len(verb)-1]; last != 'T' && last != 'p' && last != 'w' {
				masked(t, fmt.Sprintf(verb, n), verb)
				masked(t, fmt.Sprintf(verb, cpr.Plain(n)), verb)
			}
			var b strings.Builder
			for _, h := range held {
				fmt.Fprintf(&b, verb+"\n", h)
				fmt.Fprintf(&b, verb+"\n", t.Name, h) // one argument too many
			}
			noTrace(t, n, b.String(), verb)
		}
		for name, h := range held {
			noTrace(t, n, fmt.Sprint(h), name)
			noTrace(t, n, fmt.Sprintln(h, h), name)
			noTrace(t, n, fmt.Errorf("ugyldig værdi: %w", errors.New(fmt.Sprint(h))).Error(), name)
			noTrace(t, n, fmt.Errorf(wrongWrap, h).Error(), name)
		}
	}
}

func TestPrint_zero_prints_nothing(t *testing.T) {
	assert.Empty(t, fmt.Sprintf("%v%s%d%x%q%+v%#v", cpr.Number{}, cpr.Number{}, cpr.Number{}, cpr.Number{}, cpr.Number{}, cpr.Number{}, cpr.Number{}))
	assert.Empty(t, fmt.Sprint(cpr.Plain{}))
	assert.Equal(t, slog.StringValue(""), cpr.Number{}.LogValue())
}

func TestPrint_log_and_slog(t *testing.T) {
	handlers := map[string]func(io.Writer) slog.Handler{
		"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, &slog.HandlerOptions{AddSource: true}) },
		"json": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	}
	for _, n := range protected() {
		for handler, open := range handlers {
			var b bytes.Buffer
			l := slog.New(open(&b))
			l.Info("Prøve", "cpr", n)
			l.Info("Prøve", "cpr", cpr.Plain(n))
			l.With("cpr", n).WithGroup("bruger").Info("Prøve", slog.Group("æ", "cpr", &n))
			l.Info("Prøve", slog.Any("any", slog.AnyValue(n)), "n", n.LogValue())
			assert.GreaterOrEqual(t, strings.Count(b.String(), "******-****"), 5)
			noTrace(t, n, b.String(), handler)

			for name, h := range holders(n) {
				if writesPlain(name) && handler == "json" {
					continue // a Plain inside a struct is written by marshallers, as its doc says
				}
				b.Reset()
				l.Info("Prøve", "værdi", h, "error", fmt.Errorf("%v", h))
				noTrace(t, n, b.String(), handler+": "+name)
			}
		}
		for name, h := range holders(n) {
			var b bytes.Buffer
			log.New(&b, "æøå ", log.LstdFlags).Print(h, h)
			noTrace(t, n, b.String(), "log: "+name)
		}
	}
}

// writesPlain reports whether a marshaller finds a Plain in the holder.
func writesPlain(name string) bool {
	return strings.Contains(name, "plain") || strings.Contains(name, "any")
}

func TestPrint_templates(t *testing.T) {
	const page = `<p title="{{.CPR}}" onclick="f({{.CPR}})">{{.CPR}} {{.Stored}} {{printf "%d %x" .CPR .CPR}}</p>` +
		`<a href="/ø?x={{.CPR}}">{{.}}</a><script>var x = {{.CPR}}, y = "{{.CPR}}", z = {{.}}</script><style>{{.CPR}}</style>`
	for _, n := range protected() {
		p := newProfile(n)
		var b bytes.Buffer
		require.NoError(t, texttemplate.Must(texttemplate.New("").Parse(page)).Execute(&b, p))
		noTrace(t, n, b.String(), "text/template")
		assert.Contains(t, b.String(), "******-****")

		b.Reset()
		err := htmltemplate.Must(htmltemplate.New("").Parse(page)).Execute(&b, p)
		noTrace(t, n, b.String()+fmt.Sprint(err), "html/template")
		assert.Contains(t, b.String(), "******-****")

		missing := texttemplate.Must(texttemplate.New("").Parse(`{{.CPR.Findes}}`))
		noTrace(t, n, fmt.Sprint(missing.Execute(io.Discard, p)), "template error")
	}
}

func TestPrint_spew(t *testing.T) {
	configs := map[string]*spew.ConfigState{
		"default":                      spew.NewDefaultConfig(),
		"methods disabled":             {DisableMethods: true, Indent: " "},
		"pointer methods disabled":     {DisablePointerMethods: true, Indent: " "},
		"both disabled":                {DisableMethods: true, DisablePointerMethods: true, Indent: " "},
		"both disabled, keys sorted":   {DisableMethods: true, DisablePointerMethods: true, SortKeys: true, Indent: " "},
		"methods continued after call": {ContinueOnMethod: true, Indent: " "},
	}
	for _, n := range protected() {
		for config, c := range configs {
			for name, h := range holders(n) {
				noTrace(t, n, c.Sdump(h), config+": "+name)
				noTrace(t, n, c.Sprintf("%v %+v %#v %#+v", h, h, h, h), config+": "+name)
			}
		}
	}
}

func TestPrint_cmp(t *testing.T) {
	everything := cmp.Exporter(func(reflect.Type) bool { return true })
	for _, n := range protected() {
		a, b := newProfile(n), newProfile(cprtest.Number(9))
		noTrace(t, n, cmp.Diff(a, b, everything), "go-cmp")
		noTrace(t, n, cmp.Diff(a, nil, everything), "go-cmp, one side")
		noTrace(t, n, cmp.Diff(n, b.CPR, cmpopts.EquateComparable(cpr.Number{})), "go-cmp, comparable")
		noTrace(t, n, cmp.Diff([]cpr.Number{n}, []cpr.Number{}, everything), "go-cmp, slices")
		noTrace(t, n, cmp.Diff(map[cpr.Number]int{n: 1}, nil, everything), "go-cmp, keys")
		func() {
			defer func() { noTrace(t, n, fmt.Sprint(recover()), "go-cmp's panic on unexported fields") }()
			_ = cmp.Diff(n, b.CPR)
		}()
	}
}

// recorder is a testing.T that keeps what a failed assertion says.
type recorder struct{ strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(r, format, args...) }
func (r *recorder) FailNow()                          {}

func TestPrint_testify_diffs(t *testing.T) {
	for _, n := range protected() {
		other := cprtest.Number(9)
		a, b := newProfile(n), newProfile(other)
		var r recorder
		assert.Equal(&r, n, other)
		assert.Equal(&r, a, b)
		assert.Equal(&r, &a, &b)
		assert.EqualValues(&r, n, cpr.Plain(other))
		assert.NotEqual(&r, n, n)
		assert.Exactly(&r, n, cpr.Plain(n))
		assert.Equal(&r, []cpr.Number{n}, []cpr.Number{n, other})
		assert.ElementsMatch(&r, []cpr.Number{n}, []cpr.Number{other})
		assert.Contains(&r, []cpr.Number{n}, other)
		assert.Contains(&r, map[cpr.Number]int{n: 1}, other)
		assert.Subset(&r, []cpr.Number{n}, []cpr.Number{other})
		assert.Empty(&r, n)
		assert.Zero(&r, n)
		assert.Nil(&r, n)
		assert.Nil(&r, &a)
		assert.Len(&r, n, 1)
		assert.IsType(&r, n, a)
		assert.Same(&r, &a, &b)
		assert.Implements(&r, (*error)(nil), n)
		assert.PanicsWithValue(&r, n, func() { panic(a) })
		assert.Greater(&r, n, other)
		require.Equal(&r, a, b, "besked: %v %d", n, a)
		assert.Greater(t, strings.Count(r.String(), "Error Trace"), 20, "every one of them failed and printed")
		noTrace(t, n, r.String(), "testify")
	}
}
