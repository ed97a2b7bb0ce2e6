package main

import (
	"strings"
	"unicode"
)

// legible returns what may be printed of a text that came from outside: at most 200
// characters, on one line, without what steers terminals or turns the reading direction.
func legible(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	if len(runes) > 200 {
		runes = append(runes[:199], '…')
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}
