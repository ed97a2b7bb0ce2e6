package eboks

import (
	"strings"
	"unicode"
)

// holdsTenDigits reports whether s has ten digits that could be a CPR number:
// together, or written with separators as 6+4 or 2+2+2+4. Digits of every script
// count. Dates and amounts of fewer digits pass.
func holdsTenDigits(s string) bool {
	var groups []int // lengths of runs of digits; a zero says that words lie between
	between := 0     // separators since the last digit
	inRun := false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cf, r): // seen by nobody
		case unicode.IsDigit(r):
			if !inRun {
				if between > 3 {
					groups = append(groups, 0)
				}
				groups = append(groups, 0)
			}
			groups[len(groups)-1]++
			inRun, between = true, 0
		case separates(r):
			inRun = false
			between++
		default:
			if n := len(groups); n > 0 && groups[n-1] != 0 {
				groups = append(groups, 0)
			}
			inRun, between = false, 0
		}
	}
	for i, n := range groups {
		if n >= 10 || i+1 < len(groups) && n == 6 && groups[i+1] == 4 ||
			i+3 < len(groups) && n == 2 && groups[i+1] == 2 && groups[i+2] == 2 && groups[i+3] == 4 {
			return true
		}
	}
	return false
}

// separates reports what people put between the parts of a number.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("./\u2212_", r)
}
