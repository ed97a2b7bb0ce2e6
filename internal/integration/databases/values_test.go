// Package databases tries the values that are stored with real databases, and
// looks for people's numbers in what those say when they refuse.
package databases

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
)

// number begins with a zero, which numbers of a database lose.
func number(t *testing.T) cpr.Number {
	t.Helper()
	for i := range 100 {
		if n := cprtest.Number(i); n.Reveal()[0] == '0' {
			return n
		}
	}
	t.Fatal("no such number")
	return cpr.Number{}
}

// holds reports whether an error shows n to anybody who prints it.
func holds(err error, n cpr.Number) bool {
	digits := n.Reveal()
	significant := strings.TrimLeft(digits, "0")
	for e := range chain(err) {
		text := fmt.Sprintf("%v %+v %#v %s %q", e, e, e, e, e)
		if strings.Contains(text, significant) || strings.Contains(text, fmt.Sprintf("%x", digits)) {
			return true
		}
	}
	return false
}

// chain is err and all that it wraps.
func chain(err error) iter.Seq[error] {
	return func(yield func(error) bool) {
		for e := err; e != nil && yield(e); e = errors.Unwrap(e) {
		}
	}
}
