package cpr

import "fmt"

// written returns the digits of a number, with or without the hyphen.
func written(day, month, yy, serial int, hyphen bool) string {
	if hyphen {
		return fmt.Sprintf("%02d%02d%02d-%04d", day, month, yy, serial)
	}
	return fmt.Sprintf("%02d%02d%02d%04d", day, month, yy, serial)
}
