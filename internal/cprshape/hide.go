package cprshape

import (
	"regexp"
	"strings"

	"github.com/dkeid/dkeid/cpr"
)

// written is ten digits as people and machines write a CPR number when they hide nothing.
var written = regexp.MustCompile(`\b[0-9]{6}[- ]?[0-9]{4}\b`)

// Written reports whether s holds a CPR number that stands by itself: ten digits of a possible
// number, with a hyphen or a blank behind the sixth or without. Digits inside a longer number or word
// are none. Where no number must get through, use [In].
func Written(s string) bool { return Hide(s) != s }

// Hide returns s with "******-****" in place of each number that [Written] finds.
func Hide(s string) string {
	return written.ReplaceAllStringFunc(s, func(digits string) string {
		if _, err := cpr.Parse(strings.ReplaceAll(digits, " ", "")); err != nil {
			return digits
		}
		return "******-****"
	})
}
