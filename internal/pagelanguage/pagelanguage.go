// Package pagelanguage chooses between Danish and English for a page.
package pagelanguage

import (
	"strconv"
	"strings"
)

// maxHeader bounds the header that Danish reads, in bytes.
const maxHeader = 1024

// Danish reads Accept-Language (RFC 9110 section 12.5.4) and reports whether the browser
// prefers Danish to English, or does not say. It is false if the browser accepts neither.
func Danish(header string) bool {
	if header == "" || len(header) > maxHeader {
		return true
	}
	danish, english := 0.0, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, weight, weighted := strings.Cut(part, ";")
		q := 1.0
		if weighted {
			v, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
			f, err := strconv.ParseFloat(v, 64)
			if !ok || err != nil || !(f >= 0 && f <= 1) {
				continue
			}
			q = f
		}
		switch primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-"); primary {
		case "da", "kl", "fo":
			danish = max(danish, q)
		case "en":
			english = max(english, q)
		}
	}
	return danish > 0 && danish >= english
}
