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
	case int64, float64: // 612 is 612.0
		x, _ := number(a)
		y, ok := number(b)
		return ok && x == y
	case nil, bool, name, ref:
		switch b.(type) {
		case nil, bool, name, ref:
			return a == b
		}
	}
	return false
}

// number returns the value of a number. One of more than 53 bits is none.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), -1<<53 < v && v < 1<<53
	case float64:
		return v, true
	}
	return 0, false
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

// inserted returns the elements that b has and a has not, wherever they stand. False if the
// others are not those of a in their order.
func inserted(a, b array) (array, bool) {
	var more array
	at := 0
	for _, v := range b {
		if at < len(a) && equal(a[at], v) {
			at++
			continue
		}
		more = append(more, v)
	}
	return more, at == len(a)
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
