package fakehttp

import (
	"net/http"
	"strings"
)

// Language returns "da" or "en": the first of wishes, and then of what the browser
// accepts, that is Danish or English, and Danish if there is none.
func Language(r *http.Request, wishes ...string) string {
	for _, wish := range append(wishes, strings.Split(r.Header.Get("Accept-Language"), ",")...) {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(wish)), ";")
		if primary, _, _ := strings.Cut(tag, "-"); primary == "da" || primary == "en" {
			return primary
		}
	}
	return "da"
}
