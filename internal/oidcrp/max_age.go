package oidcrp

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxAge returns the least max-age of Cache-Control (RFC 9111 section 5.2.2), and
// zero for no-store and no-cache. ok is false if the header has none of them.
func maxAge(h http.Header) (age time.Duration, ok bool) {
	for _, line := range h.Values("Cache-Control") {
		for directive := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			switch strings.ToLower(name) {
			case "no-store", "no-cache":
				return 0, true
			case "max-age":
				seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
				if err != nil {
					continue
				}
				if d := time.Duration(seconds) * time.Second; !ok || d < age {
					age, ok = d, true
				}
			}
		}
	}
	return age, ok
}
