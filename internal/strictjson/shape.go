package strictjson

import (
	"reflect"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A shape is what the walker needs to know of a Go type: the member names of
// its structs. A nil shape knows no names, here and below. Shapes are complete
// once they are published, and never change.
type shape struct {
	fields map[string]*shape // exact name → shape of the value; nil if it is no struct
	folded map[string]struct{}
	elem   *shape // of slices, arrays and maps
	isMap  bool
}

// shapes remembers the shape of every type, so that it is worked out once. It
// holds facts about types, no state.
var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := build(t, make(map[reflect.Type]*shape))
	known, _ := shapes.LoadOrStore(t, s)
	return known.(*shape)
}

// member returns the shape of the value under a quoted name, and NameCase for a
// name that is a known one in another letter case.
func (s *shape) member(quoted []byte) (*shape, Reason) {
	if s == nil {
		return nil, 0
	}
	if s.fields == nil {
		if s.isMap {
			return s.elem, 0
		}
		return nil, 0
	}
	name, ok := unquoted(quoted)
	if !ok {
		return nil, Syntax
	}
	if child, ok := s.fields[string(name)]; ok {
		return child, 0
	}
	var room [64]byte
	if _, clash := s.folded[string(appendFolded(room[:0], name))]; clash {
		return nil, NameCase
	}
	return nil, 0
}

func (s *shape) element() *shape {
	if s == nil || s.isMap {
		return nil
	}
	return s.elem
}

// build works out the shape of t. seen holds the shapes under construction, so
// that a type may contain itself.
func build(t reflect.Type, seen map[reflect.Type]*shape) *shape {
	if t == nil {
		return nil
	}
	if s, ok := seen[t]; ok {
		return s
	}
	if opaque(t) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return build(t.Elem(), seen)
	case reflect.Slice, reflect.Array, reflect.Map:
		s := &shape{isMap: t.Kind() == reflect.Map}
		seen[t] = s
		s.elem = build(t.Elem(), seen)
		return s
	case reflect.Struct:
		s := &shape{fields: make(map[string]*shape), folded: make(map[string]struct{})}
		seen[t] = s
		s.addFields(t, seen)
		for name := range s.fields {
			s.folded[string(appendFolded(nil, []byte(name)))] = struct{}{}
		}
		return s
	default:
		return nil
	}
}

// addFields adds the members of t, and those of the structs that are embedded in
// it unless an outer one has the same name. The seen entry of an embedded struct
// keeps one that embeds itself from going round for ever.
func (s *shape) addFields(t reflect.Type, seen map[reflect.Type]*shape) {
	var embedded []reflect.Type
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if name == "" && (f.Anonymous || embeds(options)) {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && !opaque(inner) {
				embedded = append(embedded, inner)
			}
			continue
		}
		if name == "" {
			name = f.Name
		}
		if _, outer := s.fields[name]; !outer {
			s.fields[name] = build(f.Type, seen)
		}
	}
	for _, inner := range embedded {
		known := build(inner, seen)
		for name, child := range known.fields {
			if _, outer := s.fields[name]; !outer {
				s.fields[name] = child
			}
		}
	}
}

func embeds(options string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == "embed" {
			return true
		}
	}
	return false
}

// opaque reports whether values of t read themselves, so that their members are
// their own business.
func opaque(t reflect.Type) bool {
	if t == reflect.TypeFor[jsontext.Value]() {
		return true
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		p.Implements(reflect.TypeFor[json.UnmarshalerFrom]()) ||
		p.Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]())
}

// appendFolded appends name with every letter replaced by the least one that
// differs from it in case only, the rule of strings.EqualFold and encoding/json.
func appendFolded(to, name []byte) []byte {
	for i := 0; i < len(name); {
		if c := name[i]; c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			to = append(to, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(name[i:])
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		to = utf8.AppendRune(to, least)
		i += n
	}
	return to
}
