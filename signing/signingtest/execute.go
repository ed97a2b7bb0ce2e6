package signingtest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxFields bounds how many fields one answer has: a query may walk from an order to its
// signatories and back as often as it likes.
const maxFields = 100_000

// failure is an error that the caller of the API reads.
type failure struct {
	message string
	path    []any
}

func (f *failure) Error() string { return f.message }

func refuse(message string) error { return &failure{message: message} }

func refusef(format string, args ...any) error { return refuse(fmt.Sprintf(format, args...)) }

// writer writes the answer of one operation.
type writer struct {
	schema *ast.Schema
	vars   map[string]any
	spoil  func(kind, field string, v any) any
	out    []byte
	path   []any
	left   int // of maxFields
}

// group is one member of an answer: all selections of one response name.
type group struct {
	name   string
	fields []*ast.Field
}

// collect returns the members that sel asks of an object, in the order of the query.
func (w *writer) collect(kind string, sel ast.SelectionSet, groups []group) []group {
	for _, s := range sel {
		switch s := s.(type) {
		case *ast.Field:
			if !w.included(s.Directives) {
				continue
			}
			i := slices.IndexFunc(groups, func(g group) bool { return g.name == s.Alias })
			if i < 0 {
				groups = append(groups, group{name: s.Alias})
				i = len(groups) - 1
			}
			groups[i].fields = append(groups[i].fields, s)
		case *ast.InlineFragment:
			if w.included(s.Directives) && (s.TypeCondition == "" || w.is(kind, s.TypeCondition)) {
				groups = w.collect(kind, s.SelectionSet, groups)
			}
		case *ast.FragmentSpread:
			if w.included(s.Directives) && w.is(kind, s.Definition.TypeCondition) {
				groups = w.collect(kind, s.Definition.SelectionSet, groups)
			}
		}
	}
	return groups
}

// is reports whether an object of kind fits a type condition.
func (w *writer) is(kind, condition string) bool {
	if kind == condition {
		return true
	}
	def := w.schema.Types[condition]
	return def != nil && slices.ContainsFunc(w.schema.GetPossibleTypes(def), func(d *ast.Definition) bool { return d.Name == kind })
}

// included obeys @skip and @include.
func (w *writer) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		condition, _ := d.ArgumentMap(w.vars)["if"].(bool)
		if d.Name == "skip" && condition || d.Name == "include" && !condition {
			return false
		}
	}
	return true
}

// object writes what sel asks of n.
func (w *writer) object(n *node, sel ast.SelectionSet) error {
	w.out = append(w.out, '{')
	for i, g := range w.collect(n.kind, sel, nil) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = appendString(w.out, g.name)
		w.out = append(w.out, ':')
		w.path = append(w.path, g.name)
		if err := w.member(n, g); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *writer) member(n *node, g group) error {
	if w.left--; w.left < 0 {
		return w.fail("the query asks for too much")
	}
	f := g.fields[0]
	if f.Name == "__typename" {
		return w.value(w.spoil(n.kind, f.Name, n.kind), nil)
	}
	v, known := n.fields[f.Name]
	if !known {
		return w.fail("the fake does not know " + n.kind + "." + f.Name)
	}
	switch get := v.(type) {
	case lazy:
		v = get()
	case resolve:
		var err error
		if v, err = get(f.ArgumentMap(w.vars)); err != nil {
			return w.fail(err.Error())
		}
	}
	var sel ast.SelectionSet
	for _, f := range g.fields {
		sel = append(sel, f.SelectionSet...)
	}
	return w.value(w.spoil(n.kind, f.Name, v), sel)
}

// value writes v, of which sel asks if it is an object.
func (w *writer) value(v any, sel ast.SelectionSet) error {
	switch v := v.(type) {
	case *node:
		return w.object(v, sel)
	case []*node:
		return writeList(w, v, sel)
	case []any:
		return writeList(w, v, sel)
	case []string:
		return writeList(w, v, sel)
	case string:
		w.out = appendString(w.out, v)
	case *string:
		if v == nil {
			w.out = append(w.out, "null"...)
		} else {
			w.out = appendString(w.out, *v)
		}
	case *int:
		if v == nil {
			w.out = append(w.out, "null"...)
		} else {
			w.out = strconv.AppendInt(w.out, int64(*v), 10)
		}
	case bool:
		w.out = strconv.AppendBool(w.out, v)
	case int:
		w.out = strconv.AppendInt(w.out, int64(v), 10)
	case time.Time:
		w.out = appendString(w.out, writeTime(v))
	case *time.Time:
		if v == nil {
			w.out = append(w.out, "null"...)
		} else {
			w.out = appendString(w.out, writeTime(*v))
		}
	case blob:
		if v == nil {
			w.out = append(w.out, "null"...)
			return nil
		}
		w.out = append(w.out, '"')
		w.out = base64.StdEncoding.AppendEncode(w.out, v)
		w.out = append(w.out, '"')
	case nil:
		w.out = append(w.out, "null"...)
	default:
		return w.fail("the fake cannot write this")
	}
	return nil
}

func writeList[T any](w *writer, list []T, sel ast.SelectionSet) error {
	if list == nil {
		w.out = append(w.out, "null"...)
		return nil
	}
	w.out = append(w.out, '[')
	for i, v := range list {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.path = append(w.path, i)
		if err := w.value(v, sel); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *writer) fail(message string) error {
	return &failure{message: message, path: slices.Clone(w.path)}
}

// appendString appends s as JSON, with every control character escaped.
func appendString(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, text...)
}

// read turns arguments into a struct.
func read[T any](args map[string]any) (*T, error) {
	text, err := json.Marshal(args["input"])
	if err != nil {
		return nil, refuse("the input is unreadable")
	}
	v := new(T)
	if err := json.Unmarshal(text, v); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, refuse("the input has a value of the wrong type at " + wrong.Field)
		}
		return nil, refuse("the input is unreadable: is every Blob in Base64?")
	}
	return v, nil
}
