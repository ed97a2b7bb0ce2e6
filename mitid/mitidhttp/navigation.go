package mitidhttp

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// OpensPage reports whether r is a person who opens a page, so that Require redirects it
// to log in. A login cannot begin in a script, an image or a frame, a monitor needs none,
// and a page that a browser fetches in advance must not begin one.
//
// Browsers tell by Sec-Fetch-Mode and Sec-Fetch-Dest
// (https://www.w3.org/TR/fetch-metadata/). Older browsers accept HTML for a page that a
// person opens, and other types for a script.
func OpensPage(r *http.Request) bool {
	if !mayOpenPage(r) {
		return false
	}
	if hasFetchMetadata(r) {
		return true
	}
	return prefersHTML(r.Header.Values("Accept"))
}

// mayOpenPage is OpensPage without the condition on Accept. Start uses it: nothing but
// a login happens there, so a program that accepts anything may begin one.
func mayOpenPage(r *http.Request) bool {
	h := r.Header
	mode, dest := h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	switch {
	case r.Method != http.MethodGet, h.Get("Upgrade") != "":
		return false
	case mode != "" && mode != "navigate", dest != "" && dest != "document":
		return false
	case isPrefetch(h):
		return false
	}
	// Old Android browsers send the app's name in this header.
	return !strings.EqualFold(h.Get("X-Requested-With"), "XMLHttpRequest")
}

// isPrefetch reports whether the browser fetches the page in advance. It looks at every
// value of a header, because a proxy may have added one.
func isPrefetch(h http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		for _, v := range h.Values(name) {
			v = strings.ToLower(v)
			if strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") || strings.Contains(v, "preview") {
				return true
			}
		}
	}
	return false
}

func hasFetchMetadata(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Mode") != "" || r.Header.Get("Sec-Fetch-Dest") != ""
}

// wantsHTML reports whether a refusal of r is answered in HTML.
func wantsHTML(r *http.Request) bool {
	if r.Header.Get("Upgrade") != "" || strings.EqualFold(r.Header.Get("X-Requested-With"), "XMLHttpRequest") {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "document", "iframe", "frame", "embed", "object", "fencedframe":
		return true
	}
	return prefersHTML(r.Header.Values("Accept"))
}

// maxAccept bounds the header that prefersHTML reads, in bytes.
const maxAccept = 4096

// prefersHTML reports whether accept names HTML and prefers it to JSON (RFC 9110 section
// 12.5.1). */* names nothing. Without the header it is true, because the simplest
// clients send none.
func prefersHTML(accept []string) bool {
	all := strings.Join(accept, ",")
	if all == "" {
		return true
	}
	if len(all) > maxAccept {
		return false
	}
	html, data := 0.0, 0.0
	for part := range strings.SplitSeq(all, ",") {
		t, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if v, weighted := params["q"]; weighted {
			if q, err = strconv.ParseFloat(v, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		switch {
		case t == "text/html", t == "application/xhtml+xml":
			html = max(html, q)
		case t == "application/json", strings.HasSuffix(t, "+json"), t == "text/event-stream":
			data = max(data, q)
		}
	}
	return html > 0 && html >= data
}
