package fakeoidc

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// EscapeText rewrites a JSON text as .NET's default encoder writes it: beside the
// letters of ASCII, texts hold escapes only, of which the plus sign was recorded.
func EscapeText(b []byte) []byte {
	var out strings.Builder
	out.Grow(len(b) + len(b)/8)
	inText, escape := false, false
	for _, r := range string(b) {
		switch {
		case escape:
			escape = false
			if r == '"' {
				out.WriteString(`u0022`)
				continue
			}
		case r == '\\':
			escape = true
		case r == '"':
			inText = !inText
		case !inText:
		case strings.ContainsRune("+<>&'`", r), r == 0x7f:
			fmt.Fprintf(&out, `\u%04X`, r)
			continue
		case r > 0x7f:
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04X`, u)
			}
			continue
		}
		out.WriteRune(r)
	}
	return []byte(out.String())
}
