package cprshape

import "strings"

// IsNemIDPID reports whether s has the form of a PID of NemID: 9208-2002-2- and twelve
// digits, which are no CPR number.
func IsNemIDPID(s string) bool {
	digits, ok := strings.CutPrefix(s, "9208-2002-2-")
	return ok && len(digits) == 12 && strings.Trim(digits, "0123456789") == ""
}
