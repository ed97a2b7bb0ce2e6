// Package shownline says what is wrong with a line of text that people read, such as the
// title of a letter or of a document to sign.
package shownline

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fault returns what is wrong with s, as the end of a sentence that begins with the
// field's name: " is empty". It is empty if s is a line of at most limit characters. It
// holds nothing of s. CPR numbers are for package cprshape.
func Fault(s string, limit int) string {
	switch {
	case strings.TrimSpace(s) == "":
		return " is empty"
	case !utf8.ValidString(s):
		return " is not UTF-8"
	case utf8.RuneCountInString(s) > limit:
		return " is longer than " + strconv.Itoa(limit) + " characters"
	case strings.ContainsFunc(s, Hidden):
		return " has control characters"
	}
	return ""
}

// Same reports whether people and file systems may take two names for one: they differ
// at most in letter case and in how Unicode spells a letter (å is one character or two).
func Same(a, b string) bool {
	return strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b))
}

// Hidden reports characters that have no place in a line of text: controls, line breaks
// of all kinds, what turns the direction of writing, what XML cannot hold.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) || r == '\uFFFE' || r == '\uFFFF'
}
