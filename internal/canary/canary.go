// Package canary renders a value in every way in which a program prints things
// by accident, so that a test can look for what must not come out.
package canary

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"log/slog"
	"slices"
	"strings"
	texttemplate "text/template"
	"unicode"
)

// verbs are all of fmt's, with the flags that change what is printed.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%+s", "%#s", "%q", "%+q", "%#q", "%x", "% x", "%#x", "%X", "%d", "%+d", "%o", "%b", "%c", "%U", "%#U", "%e", "%f", "%g", "%t", "%p", "%w", "%20v", "%-20s", "%.3s"}

// holder keeps a value where methods of unexported fields cannot be called.
type holder struct{ inner any }

// Holder is the same, exported.
type Holder struct{ Inner any }

// Renderings returns v as every printer shows it, by the printer's name.
// Marshallers that refuse count with the text of their error.
func Renderings(v any) map[string]string {
	out := map[string]string{}
	timeless := &slog.HandlerOptions{ReplaceAttr: withoutTime}
	for _, shape := range []struct {
		name string
		v    any
	}{{"", v}, {"pointer ", &v}, {"slice ", []any{v}}, {"map ", map[string]any{"k": v}}, {"exported ", Holder{v}}, {"unexported ", holder{v}}} {
		for _, verb := range verbs {
			out["fmt "+shape.name+verb] = fmt.Sprintf(verb, shape.v)
		}
		out["print "+shape.name] = fmt.Sprintln(shape.v)
		var text, js bytes.Buffer
		slog.New(slog.NewTextHandler(&text, timeless)).Info("m", "v", shape.v)
		slog.New(slog.NewJSONHandler(&js, timeless)).Info("m", "v", shape.v, slog.Group("g", slog.Any("v", shape.v)))
		out["slog text "+shape.name], out["slog JSON "+shape.name] = text.String(), js.String()
		out["json "+shape.name] = marshal(json.Marshal(shape.v))
		out["xml "+shape.name] = marshal(xml.Marshal(shape.v))
		out["panic "+shape.name] = panicText(shape.v)
	}
	var g bytes.Buffer
	err := gob.NewEncoder(&g).Encode(v)
	out["gob"] = marshal(g.Bytes(), err)
	var tt, ht strings.Builder
	_ = texttemplate.Must(texttemplate.New("").Parse("{{.}} {{printf \"%v\" .}}")).Execute(&tt, v)
	_ = htmltemplate.Must(htmltemplate.New("").Parse("<a title=\"{{.}}\" href=\"?{{.}}\">{{.}}</a><script>x={{.}}</script>")).Execute(&ht, v)
	out["text/template"], out["html/template"] = tt.String(), ht.String()
	if err, ok := v.(error); ok {
		out["%w"] = fmt.Errorf("outer: %w", err).Error()
		out["join"] = errors.Join(errors.New("other"), err).Error()
		for e := errors.Unwrap(err); e != nil; e = errors.Unwrap(e) {
			out["unwrapped "+fmt.Sprintf("%T", e)] = e.Error()
		}
	}
	return out
}

// Leaks names every printer whose rendering of v holds one of the secrets, also
// in hexadecimal or with each byte as a decimal number. A rendering may hold the
// address of a pointer, whose digits can be those of a secret by chance, so only a
// printer that shows a secret twice, at two addresses, is named.
func Leaks(v any, secrets ...string) []string {
	leaks := leaksOnce(v, secrets)
	if len(leaks) == 0 {
		return nil
	}
	again := leaksOnce(v, secrets)
	return slices.DeleteFunc(leaks, func(printer string) bool { return !slices.Contains(again, printer) })
}

// Shows reports whether text holds secret. A key, an address or a time can hold a few
// digits by chance. So if secret is less than ten digits, it must stand alone: no letter
// and no digit beside it.
func Shows(text, secret string) bool {
	if len(secret) >= 10 || strings.Trim(secret, "0123456789") != "" {
		return strings.Contains(text, secret)
	}
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), secret)
}

func leaksOnce(v any, secrets []string) []string {
	var leaks []string
	for printer, text := range Renderings(v) {
		folded := strings.ToLower(text)
		for _, s := range secrets {
			if Shows(text, s) || strings.Contains(folded, fmt.Sprintf("%x", s)) ||
				strings.Contains(folded, fmt.Sprintf("% x", s)) || strings.Contains(text, strings.Trim(fmt.Sprint([]byte(s)), "[]")) {
				leaks = append(leaks, printer)
				break
			}
		}
	}
	return leaks
}

// OutOfReach reports whether printer shows a value without asking its methods:
// a misused verb, or a field that is not exported. There only values whose
// representation itself is noise stay hidden.
func OutOfReach(printer string) bool {
	return strings.Contains(printer, "unexported") || strings.HasSuffix(printer, "%w") || strings.HasSuffix(printer, "%p")
}

func marshal(b []byte, err error) string {
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// panicText is what a recovered panic shows; the runtime prints values through
// their Error and String methods only, which the verbs cover.
func panicText(v any) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	panic(v)
}
