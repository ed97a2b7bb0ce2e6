package pdfscan

import (
	"bytes"
	"slices"
)

// equal reports whether two objects are the same, references by number.
func equal(a, b any) bool {
	switch a := a.(type) {
	case text:
		b, ok := b.(text)
		return ok && bytes.Equal(a.bytes, b.bytes)
	case array:
		b, ok := b.(array)
		return ok && slices.EqualFunc(a, b, equal)
	case dict:
		b, ok := b.(dict)
		return ok && len(a) == len(b) && equalBut(a, b)
	case *stream:
		b, ok := b.(*stream)
		return ok && equal(a.dict, b.dict) && bytes.Equal(a.data, b.data)
	case nil, bool, int64, float64, name, ref:
		switch b.(type) {
		case nil, bool, int64, float64, name, ref:
			return a == b
		}
	}
	return false
}

// equalBut reports whether two dictionaries are the same in all keys but some.
func equalBut(a, b dict, but ...name) bool {
	for k, v := range a {
		if !slices.Contains(but, k) && !equal(v, b[k]) {
			return false
		}
	}
	for k, v := range b {
		if _, there := a[k]; !there && v != nil && !slices.Contains(but, k) {
			return false
		}
	}
	return true
}

// added returns the elements that b has behind those of a. False if b does not begin with
// a.
func added(a, b array) (array, bool) {
	if len(b) < len(a) || !slices.EqualFunc(a, b[:len(a)], equal) {
		return nil, false
	}
	return b[len(a):], true
}

// references calls visit with every reference in v.
func references(v any, visit func(ref)) {
	switch v := v.(type) {
	case ref:
		visit(v)
	case array:
		for _, e := range v {
			references(e, visit)
		}
	case dict:
		for _, e := range v {
			references(e, visit)
		}
	case *stream:
		references(v.dict, visit)
	}
}
