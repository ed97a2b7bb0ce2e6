package fakeoidc

import (
	"slices"
	"strconv"
	"strings"
)

// Ages returns the ages (15, 16, 18, 21) that a list of scopes asks for, by the
// scopes' prefix.
func Ages(scopes []string, prefix string) []int {
	var asked []int
	for _, s := range scopes {
		n, ok := strings.CutPrefix(s, prefix)
		years, err := strconv.Atoi(n)
		if ok && err == nil && slices.Contains([]int{15, 16, 18, 21}, years) && !slices.Contains(asked, years) {
			asked = append(asked, years)
		}
	}
	return asked
}

// TenDigits reports whether s has the form of a CPR number.
func TenDigits(s string) bool {
	return len(s) == 10 && strings.Trim(s, "0123456789") == ""
}
