package private

import (
	"errors"
	"fmt"
	"strings"
)

// ErrInClear is what the marshallers of types with facts about a person return.
var ErrInClear = errors.New("claims: personal data does not marshal by itself; " +
	"convert the claims.Identity to claims.Plain where it is meant to be written or read")

// Outline is what a type with facts about a person prints: its name, and which parts
// are there. Empty words are left out.
func Outline(name string, words ...string) string {
	return name + "{" + Join(words...) + "}"
}

// Join puts blanks between words. Empty ones are left out.
func Join(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// Part returns name if the part is there, and nothing if it is not.
func Part(name string, there bool) string {
	if !there {
		return ""
	}
	return name
}

// Format writes s under every verb and flag.
func Format(f fmt.State, s string) { _, _ = f.Write([]byte(s)) }
