// Package transactiontext checks a text that a person is asked to approve in
// MitID, before it leaves for a broker. A text that the broker would refuse, cut
// or show differently from how it was written must fail here: what was approved
// has to be what was meant.
//
// [Check] is all there is. Plain text must be valid and free of characters that
// nobody sees. HTML must also be written in a small, strict form: the elements
// that the Nets brokers allow, presentational attributes and styles, every
// element closed, every character reference complete. The form is one that all
// parsers read alike: the check parses the text, and the text as it was parsed,
// with golang.org/x/net/html and wants to find each time exactly what was
// written, so that nothing is moved, closed early, dropped or brought to life.
//
// # Errors
//
// Every error is InputInvalid and names the rule, never the text.
//
// The elements are those of the vendor's page on MitID; which attributes and
// styles are safe is decided here, more narrowly than there.
package transactiontext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/fault"
)

// Kind is how a text is shown.
type Kind uint8

// The kinds.
const (
	Plain Kind = iota
	HTML
)

// MaxCharacters bounds a text at every broker. It counts the characters of the text
// before it is encoded, markup included. The limit is ours: no broker's page that
// we know allows more than 600 (E-Ident's), and Nets eID Broker's names none. It
// lets a page of markup through and no document.
const MaxCharacters = 4000

// Check returns nil if body can be shown as kind and is at most limit characters
// long; zero or less, or above it: MaxCharacters. Time and memory are bounded by
// limit.
func Check(kind Kind, body string, limit int) error {
	if limit <= 0 || limit > MaxCharacters {
		limit = MaxCharacters
	}
	switch {
	case len(body) > limit*utf8.UTFMax, utf8.RuneCountInString(body) > limit:
		return fault.Newf(fault.InputInvalid, "the transaction text is longer than %d characters", limit)
	case kind > HTML:
		return refuse("is of an unknown type")
	}
	if err := checkCharacters(body); err != nil {
		return err
	}
	if kind == Plain {
		if blank(body) {
			return refuse("is empty")
		}
		return nil
	}
	return checkHTML(strings.ReplaceAll(body, "\r\n", "\n"))
}

// refuse says which rule is broken. why is ours.
func refuse(why string) error { return fault.New(fault.InputInvalid, "the transaction text "+why) }

// checkCharacters wants UTF-8 that is shown as it is written: line breaks and
// tabs, but no other control characters; nothing that turns the direction of
// writing or is never seen.
func checkCharacters(s string) error {
	if !utf8.ValidString(s) {
		return refuse("is not valid UTF-8")
	}
	for i, r := range s {
		switch {
		case r == '\n' || r == '\t':
		case r == '\r' && i+1 < len(s) && s[i+1] == '\n':
		case unicode.IsControl(r):
			return refuse("holds a control character")
		case unseen(r):
			return refuse("holds a character that is not seen or turns the direction of writing")
		}
	}
	return nil
}

// unseen reports whether r is no character that a person could approve. Soft
// hyphens and joiners belong to ordinary writing.
func unseen(r rune) bool {
	if r < '\u0600' { // below lie no others than the soft hyphen
		return false
	}
	switch r {
	case '\u200c', '\u200d':
		return false
	case '\u2028', '\u2029', unicode.ReplacementChar:
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Noncharacter_Code_Point, r) || unicode.Is(unicode.Co, r)
}

// blank reports whether nothing of s is seen.
func blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && r != '\u00ad' && r != '\u200c' && r != '\u200d' && r != '\u2800' && r != '\u3164' {
			return false
		}
	}
	return true
}
