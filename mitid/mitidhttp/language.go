package mitidhttp

import (
	"net/http"

	"github.com/dkeid/dkeid/internal/pagelanguage"
	"github.com/dkeid/dkeid/mitid"
)

// localeOf returns the language of a page: Danish or English, whichever the browser
// prefers. It is English if the browser accepts neither, and Danish if it does not say.
func localeOf(r *http.Request) mitid.Locale {
	if pagelanguage.Danish(r.Header.Get("Accept-Language")) {
		return mitid.Danish
	}
	return mitid.English
}
