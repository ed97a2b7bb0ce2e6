package mitidhttp

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// refusedAnswer is the answer where the application has none of its own: a page
// for who asks for one, a problem document for programs.
func (g *Gate) refusedAnswer(w http.ResponseWriter, r *http.Request, err error) {
	if wantsHTML(r) {
		g.refusedPage(w, r, err)
		return
	}
	writeProblem(w, r, err)
}

// writeProblem writes err as RFC 9457 has it. The type is about:blank, so the title is
// that of the status (section 4.2.1); kind is ours.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	locale, language := mitid.Danish, "da"
	if localeOf(r) == mitid.English {
		locale, language = mitid.English, "en"
	}
	status := StatusOf(err)
	body, _ := json.Marshal(struct { // texts and a number: it cannot fail
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Kind   string `json:"kind,omitempty"`
	}{http.StatusText(status), status, mitid.PublicText(err, locale), kindName(err)})
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", language)
	h.Add("Vary", "Accept, Accept-Language") // another may stand there, such as Origin
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have gone
}

// kindName is empty for errors of other packages.
func kindName(err error) string {
	if k := mitid.KindOf(err); k != 0 {
		return k.String()
	}
	return ""
}

// opensPage reports whether a person is opening a page, as far as the browser
// tells. Scripts, images and frames cannot be led through MitID, monitors need no
// login, and a page fetched in advance must not begin one that nobody asked for.
//
// Browsers say it in Sec-Fetch-Mode and Sec-Fetch-Dest
// (https://www.w3.org/TR/fetch-metadata/). Older ones ask for HTML when they open
// a page and for anything else when a script does.
func opensPage(r *http.Request) bool {
	if !mayOpenPage(r) {
		return false
	}
	if hasFetchMetadata(r) {
		return true
	}
	return prefersHTML(r.Header.Values("Accept"))
}

// mayOpenPage is opensPage without a look at Accept: Start's address is for
// beginning a login and nothing else, so that a program may walk through it.
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
	// Old Android browsers name their app here.
	return !strings.EqualFold(h.Get("X-Requested-With"), "XMLHttpRequest")
}

// isPrefetch looks at every value, because a proxy may have added its own.
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

// wantsHTML reports whether the answer to r is to be HTML.
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

// maxAccept bounds what asksForHTML reads of a header, in characters.
const maxAccept = 4096

// prefersHTML reports whether accept prefers HTML to JSON and names it: */* asks
// for nothing (RFC 9110 section 12.5.1). Without the header it is true, because
// the plainest of clients send none.
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
