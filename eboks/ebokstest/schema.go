package ebokstest

import (
	"strings"
	"unicode/utf8"
)

// element is one element of a schema, or a choice between sequences.
type element struct {
	name     string // with the prefix of the reference, such as "fp:BrugerNavn"
	min, max int
	seq      []element         // what it holds, in this order
	oneOf    [][]element       // it is a choice and no element
	text     func(string) bool // it holds text
	document bool              // it holds a document in base64
	any      bool              // it holds anything, which is not looked at
	letter   bool              // it is one letter of several
	attr     string            // an attribute that must be there, with one of …
	values   []string
}

func leaf(name string, ok func(string) bool) element {
	return element{name: name, min: 1, max: 1, text: ok}
}
func block(name string, seq ...element) element { return element{name: name, min: 1, max: 1, seq: seq} }
func document(name string) element              { return element{name: name, min: 1, max: 1, document: true} }
func anything(name string) element              { return element{name: name, min: 1, max: 1, any: true} }
func choice(seqs ...[]element) element          { return element{min: 1, max: 1, oneOf: seqs} }

// optional returns e as one that may be missing.
func (e element) optional() element {
	e.min = 0
	return e
}

// upTo returns e as one that may come several times.
func (e element) upTo(n int) element {
	e.max = n
	return e
}

// with returns e with an attribute.
func (e element) with(attr string, values ...string) element {
	e.attr, e.values = attr, values
	return e
}

// begins reports whether an element called name can be the first of e.
func (e *element) begins(name string) bool {
	if e.oneOf == nil {
		return e.name == name
	}
	for _, seq := range e.oneOf {
		if starts(seq, name) {
			return true
		}
	}
	return false
}

// starts reports whether name can be the first element of a sequence.
func starts(seq []element, name string) bool {
	for i := range seq {
		if seq[i].begins(name) {
			return true
		}
		if seq[i].min > 0 {
			return false
		}
	}
	return false
}

// What texts may be.

func length(low, high int) func(string) bool {
	return func(s string) bool {
		n := utf8.RuneCountInString(s)
		return n >= low && n <= high && utf8.ValidString(s)
	}
}

func among(words ...string) func(string) bool {
	return func(s string) bool {
		for _, w := range words {
			if s == w {
				return true
			}
		}
		return false
	}
}

func digits(low, high int) func(string) bool {
	return func(s string) bool {
		return len(s) >= low && len(s) <= high && strings.Trim(s, "0123456789") == ""
	}
}

// positive is xs:positiveInteger without a sign.
func positive(s string) bool { return digits(1, 18)(s) && strings.Trim(s, "0") != "" }

func boolean(s string) bool { return among("true", "false", "1", "0")(s) }

func dateTime(s string) bool {
	_, ok := readTime(s)
	return ok
}

// house is a number from 1 to 999 and perhaps a letter.
func house(s string) bool {
	number := strings.TrimRight(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ")
	return utf8.RuneCountInString(s)-len(number) <= 1 && digits(1, 3)(number) && number[0] != '0'
}

func floor(s string) bool {
	return among("ST", "KL", "st", "kl", "K2", "K3")(s) || digits(1, 2)(s) && s[0] != '0'
}
