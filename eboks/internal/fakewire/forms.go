package fakewire

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Length admits texts of low to high characters.
func Length(low, high int) func(string) bool {
	return func(s string) bool {
		n := utf8.RuneCountInString(s)
		return n >= low && n <= high && utf8.ValidString(s)
	}
}

// Among admits these words.
func Among(words ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}

// Digits admits low to high digits.
func Digits(low, high int) func(string) bool {
	return func(s string) bool {
		return len(s) >= low && len(s) <= high && strings.Trim(s, "0123456789") == ""
	}
}

// Pattern admits texts that match a regular expression whole.
func Pattern(expr string) func(string) bool {
	return regexp.MustCompile(`^(?:` + expr + `)$`).MatchString
}

// Boolean admits xs:boolean.
func Boolean(s string) bool { return Among("true", "false", "1", "0")(s) }
