package eboks

import "strconv"

// bytesText writes a number of bytes for people, in the unit that divides it.
func bytesText(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1 << 20, " MiB"}, {1_000_000, " MB"}, {1 << 10, " KiB"}, {1000, " kB"}} {
		if n >= u.size && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
