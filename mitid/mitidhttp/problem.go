package mitidhttp

import (
	"encoding/json"
	"net/http"

	"github.com/dkeid/dkeid/mitid"
)

// refusedAnswer answers a login that failed, if Config.Refused is nil: with a page if
// the request asks for HTML, otherwise with a problem document.
func (g *Gate) refusedAnswer(w http.ResponseWriter, r *http.Request, err error) {
	if wantsHTML(r) {
		g.refusedPage(w, r, err)
		return
	}
	writeProblem(w, r, err)
}

// writeProblem writes err as a problem document (RFC 9457). The type is about:blank, so
// the title is that of the status (section 4.2.1). The member "kind" is an extension.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	locale, language := mitid.Danish, "da"
	if localeOf(r) == mitid.English {
		locale, language = mitid.English, "en"
	}
	status := StatusOf(err)
	body, _ := json.Marshal(struct { // never fails: strings and a number
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Kind   string `json:"kind,omitempty"`
	}{http.StatusText(status), status, mitid.PublicText(err, locale), kindName(err)})
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", language)
	h.Add("Vary", "Accept, Accept-Language") // Add: there may be another Vary, such as Origin
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // fails only if the connection has ended
}

// kindName returns the word of err's kind, or nothing for an error of another package.
func kindName(err error) string {
	if k := mitid.KindOf(err); k != 0 {
		return k.String()
	}
	return ""
}
