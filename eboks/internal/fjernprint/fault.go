// Package fjernprint knows what the schema of fjernprint 1.0.0 admits as the text
// of each element, so that what the schema would refuse is refused before it leaves.
// eboks.Address, the settings of the adapter and the fake go by the same table.
package fjernprint

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/shownline"
)

// Fault returns what is wrong with text as the content of an element, as the end
// of a sentence that begins with the name of a field: " must be four digits". It
// is empty if nothing is wrong, and never repeats text. Beyond the schema, a text is
// one line and not blank. An element that the table does not have admits nothing.
func Fault(element, text string) string {
	r, known := table[element]
	n := utf8.RuneCountInString(text)
	switch {
	case !known:
		return " is no element that can be filled"
	case !utf8.ValidString(text):
		return " is not UTF-8"
	case strings.ContainsFunc(text, shownline.Hidden):
		return " has control characters"
	case strings.TrimSpace(text) == "" && (text != "" || r.min > 0 || r.max == 0):
		return " is empty"
	case r.max > 0 && (n < r.min || n > r.max):
		return " must have " + strconv.Itoa(r.min) + " to " + strconv.Itoa(r.max) + " characters"
	case r.match != nil && !r.match(text):
		return " must be " + r.says
	}
	return ""
}

// ordinals count the lines of an address.
var ordinals = [...]string{"First", "Second", "Third", "Fourth", "Fifth", "Sixth"}

// Lines is how many lines an address has at most.
const Lines = len(ordinals)

// Line returns the name of the element of line i of an address, from 0.
func Line(i int) string { return "PostalAddress" + ordinals[i] + "LineText" }
