package mitidhttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// maxLanguages bounds the header that localeOf reads, in bytes.
const maxLanguages = 1024

// localeOf returns the language of a page: Danish or English, whichever the browser
// prefers (RFC 9110 section 12.5.4). It is English if the browser accepts neither, and
// Danish if it does not say.
func localeOf(r *http.Request) mitid.Locale {
	header := r.Header.Get("Accept-Language")
	if header == "" || len(header) > maxLanguages {
		return mitid.Danish
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
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		switch primary {
		case "da", "kl", "fo":
			danish = max(danish, q)
		case "en":
			english = max(english, q)
		}
	}
	if danish > 0 && danish >= english {
		return mitid.Danish
	}
	return mitid.English
}
