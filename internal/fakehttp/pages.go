package fakehttp

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"sync"
)

//go:embed frame.html
var frame string

// Policy is the Content-Security-Policy of a page that runs no script and loads
// nothing. It says nothing about where forms go, because browsers apply such a
// rule to the redirect that ends a form post.
const Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

// Pages are a fake's pages for humans. They are parsed when the first one is
// shown.
//
// A page begins with {{template "top" .}} and ends with {{template "bottom" .}}.
// These templates of frame.html say that the page is a fake's. They show Lang,
// Heading (perhaps empty), Differences (an address), and the texts T.Title,
// T.Fake, T.Footer and T.FooterLink. The template "differences" is a whole page
// that lists List under T.DifferencesTitle. The source may define "style" (more
// CSS) and "nav" (what stands above the page), and define any of them again.
type Pages struct {
	parsed func() (*template.Template, error)
}

// NewPages returns the pages of source.
func NewPages(source string) Pages {
	return Pages{sync.OnceValues(func() (*template.Template, error) {
		t, err := template.New("").Parse(frame)
		if err != nil {
			return nil, err
		}
		return t.Parse(source)
	})}
}

// Show answers with the page of a name. policy is its Content-Security-Policy.
func (p Pages) Show(w http.ResponseWriter, status int, name string, view any, policy string) {
	t, err := p.parsed()
	var body bytes.Buffer
	if err == nil {
		err = t.ExecuteTemplate(&body, name, view)
	}
	if err != nil {
		http.Error(w, "the fake cannot show its page", http.StatusInternalServerError)
		return
	}
	SetPageHeaders(w, policy)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// SetPageHeaders sets the headers of what a human sees: HTML, unless the caller
// sets another Content-Type, that is neither stored, nor listed by a search
// engine, nor shown as anything else.
func SetPageHeaders(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
}
